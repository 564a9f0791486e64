//! The texts of the tasks that agents are given: handlebars templates, which a project can replace.

use crate::AgentError;
use ghostlib_model::Sha256Hex;
use handlebars::Handlebars;
use serde_json::{Value, json};
use std::fmt;
use std::str::FromStr;

/// The prompts of a project.
#[derive(Clone, Debug)]
pub struct Prompts {
    templates: Handlebars<'static>,
    texts: [String; 5],
}

/// Which prompt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PromptName {
    /// Rebuild a library from its spec.
    Implementer,
    /// Mend a spec where findings say so.
    Reviser,
    /// Write the first spec of a library.
    Author,
    /// Say what lies behind differences.
    Differ,
    /// Change a library as its spec has changed.
    Updater,
}

impl PromptName {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Implementer, Self::Reviser, Self::Author, Self::Differ, Self::Updater];

    /// Its name, such as `implementer`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Implementer => "implementer",
            Self::Reviser => "reviser",
            Self::Author => "author",
            Self::Differ => "differ",
            Self::Updater => "updater",
        }
    }

    /// The file in which a project may have its own: `implementer.md.hbs`.
    pub fn file(self) -> String {
        format!("{}.md.hbs", self.name())
    }

    /// The text that is used where a project has none.
    pub fn standard(self) -> &'static str {
        match self {
            Self::Implementer => include_str!("prompts/implementer.md.hbs"),
            Self::Reviser => include_str!("prompts/reviser.md.hbs"),
            Self::Author => include_str!("prompts/author.md.hbs"),
            Self::Differ => include_str!("prompts/differ.md.hbs"),
            Self::Updater => include_str!("prompts/updater.md.hbs"),
        }
    }

    /// What its template may name, with examples.
    pub fn variables(self) -> Value {
        match self {
            Self::Implementer | Self::Updater => json!({
                "name": "shell-words", "package": "shell-words", "edition": "2021", "dependencies": "memchr",
                "document": "SPEC.md", "parts": "`spec/errors.md`", "vector_files": "`spec/vectors.yaml`",
                "spec_dir": "spec", "candidate_dir": "candidate", "pushback_file": "PUSHBACK.md",
                "changes_file": "CHANGES.md",
            }),
            Self::Reviser => json!({
                "name": "shell-words", "document": "SPEC.md", "spec_dir": "spec",
                "findings_file": "FINDINGS.md", "reasons_file": "REASONS.md", "growth_lines": 20,
            }),
            Self::Author => json!({
                "name": "shell-words", "document": "SPEC.md", "spec_dir": "spec", "reference_dir": "reference",
                "findings_file": "FINDINGS.md",
            }),
            Self::Differ => json!({
                "name": "shell-words", "spec_dir": "spec", "findings_file": "FINDINGS.md",
                "causes_file": "CAUSES.md",
            }),
        }
    }
}

impl Default for Prompts {
    fn default() -> Self {
        let mut templates = Handlebars::new();
        templates.set_strict_mode(true);
        templates.register_escape_fn(handlebars::no_escape);
        let texts = PromptName::ALL.map(|name| {
            // Tests show that each of them parses; one that did not would be missed when it is rendered.
            let _parses = templates.register_template_string(name.name(), name.standard());
            name.standard().to_owned()
        });
        Self { templates, texts }
    }
}

impl Prompts {
    /// Takes a project's own text for one of the prompts.
    ///
    /// # Errors
    /// If the template does not parse, or names a variable that there is not.
    pub fn replace(&mut self, name: PromptName, text: &str) -> Result<(), AgentError> {
        let mut with = self.clone();
        with.templates
            .register_template_string(name.name(), text)
            .map_err(|error| failed(name, &error.to_string()))?;
        with.render(name, &name.variables())?;
        text.clone_into(&mut with.texts[name as usize]);
        *self = with;
        Ok(())
    }

    /// The template's text.
    pub fn text(&self, name: PromptName) -> &str {
        &self.texts[name as usize]
    }

    /// The template's hash, which tells versions of it apart.
    pub fn hash(&self, name: PromptName) -> Sha256Hex {
        Sha256Hex::of(self.text(name).as_bytes())
    }

    /// The text of a task.
    ///
    /// # Errors
    /// If the template names a variable that is not in `data`.
    pub fn render(&self, name: PromptName, data: &Value) -> Result<String, AgentError> {
        self.templates.render(name.name(), data).map_err(|error| failed(name, &error.to_string()))
    }
}

fn failed(name: PromptName, reason: &str) -> AgentError {
    let data = name.variables();
    let variables: Vec<_> = data.as_object().into_iter().flat_map(|all| all.keys().cloned()).collect();
    AgentError::Prompt { name: name.to_string(), reason: reason.to_owned(), variables: variables.join(", ") }
}

impl fmt::Display for PromptName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A name that no prompt has.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no prompt `{0}`; there are implementer, reviser, author and differ")]
pub struct UnknownPrompt(String);

impl FromStr for PromptName {
    type Err = UnknownPrompt;

    fn from_str(name: &str) -> Result<Self, UnknownPrompt> {
        Self::ALL.into_iter().find(|prompt| prompt.name() == name).ok_or_else(|| UnknownPrompt(name.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_standard_prompt_renders_and_is_a_page_at_most() {
        let prompts = Prompts::default();
        for name in PromptName::ALL {
            let text = prompts.render(name, &name.variables()).unwrap();
            assert!(text.contains("shell-words") && !text.contains("{{"), "{text}");
            assert!(text.split_whitespace().count() < 400, "{name}");
            assert_eq!(name.name().parse(), Ok(name));
        }
    }

    #[test]
    fn what_is_not_there_is_told_when_a_prompt_is_replaced() {
        let mut prompts = Prompts::default();
        let standard = prompts.hash(PromptName::Implementer);
        for (text, said) in
            [("{{nam}}", "nam"), ("{{#if name}}x", "if"), ("{{#if parts}}{{part}}{{/if}}", "part")]
        {
            let error = prompts.replace(PromptName::Implementer, text).unwrap_err().to_string();
            assert!(error.contains(said) && error.contains("candidate_dir"), "{error}");
        }
        prompts.replace(PromptName::Implementer, "Do {{name}} & more.").unwrap();
        assert_ne!(prompts.hash(PromptName::Implementer), standard);
        let text = prompts.render(PromptName::Implementer, &json!({ "name": "<a>" })).unwrap();
        assert_eq!(text, "Do <a> & more.");
    }
}
