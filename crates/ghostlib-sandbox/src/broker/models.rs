//! Which models may be asked.

use super::refusal::Refusal;

/// Which models of an endpoint may be asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Models {
    /// All whose names do not say that they answer from the web.
    #[default]
    WithoutSearch,
    /// These. A name that ends in `*` stands for all that begin like it.
    Named(Vec<String>),
}

/// What the names of models that search have in them.
const SEARCHING: [&str; 4] = ["search", "sonar", "compound", "browse"];

impl Models {
    /// Refuses a request for another model, and one that leaves open for which.
    pub(super) fn check(&self, model: Option<&str>) -> Result<(), Refusal> {
        let refused = |why: String| Err(Refusal::Model(why));
        match (self, model) {
            (Self::WithoutSearch, Some(model)) if searches(model) => {
                refused(format!("`{model}` answers from the web, as its name says"))
            }
            (Self::WithoutSearch, _) => Ok(()),
            (Self::Named(names), None) => {
                refused(format!("none is named, and this session has {}", listed(names)))
            }
            (Self::Named(names), Some(model)) if names.iter().any(|name| is_meant(name, model)) => Ok(()),
            (Self::Named(names), Some(model)) => {
                refused(format!("`{model}` is not that of this session, which has {}", listed(names)))
            }
        }
    }
}

fn is_meant(name: &str, model: &str) -> bool {
    match name.strip_suffix('*') {
        Some(beginning) => model.starts_with(beginning),
        None => model == name,
    }
}

fn listed(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// Whether a name says that the model searches: `gpt-4o-search-preview`, `o3-deep-research`, `perplexity/sonar-pro`,
/// `groq/compound`, `openai/gpt-5:online`. What stands before a slash is who made it.
fn searches(model: &str) -> bool {
    let name = model.rsplit('/').next().unwrap_or(model).to_lowercase();
    name.ends_with(":online") || SEARCHING.iter().any(|part| name.contains(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_that_searches_is_known_by_its_name() {
        for model in [
            "gpt-4o-search-preview",
            "gpt-5-search-api-2025-10-14",
            "o3-deep-research",
            "perplexity/Sonar-Pro",
            "openai/gpt-5:online",
            "groq/compound-mini",
        ] {
            assert!(matches!(Models::WithoutSearch.check(Some(model)), Err(Refusal::Model(_))), "{model}");
        }
        for model in ["gpt-5.5", "claude-opus-4-8", "nousresearch/hermes-4-405b", "qwen3-coder:30b"] {
            assert_eq!(Models::WithoutSearch.check(Some(model)), Ok(()), "{model}");
        }
        assert_eq!(Models::WithoutSearch.check(None), Ok(()));
    }

    #[test]
    fn of_named_models_no_other_is_asked() {
        let models = Models::Named(vec!["gpt-5.5".into(), "claude-haiku-*".into()]);
        for model in ["gpt-5.5", "claude-haiku-4-5"] {
            assert_eq!(models.check(Some(model)), Ok(()), "{model}");
        }
        for model in
            [Some("gpt-5.5-pro"), Some("GPT-5.5"), Some("claude-opus-4-8"), Some("*"), Some(""), None]
        {
            let refusal = models.check(model).unwrap_err().to_string();
            assert!(refusal.contains("`gpt-5.5`, `claude-haiku-*`"), "{refusal}");
        }
    }
}
