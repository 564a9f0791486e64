//! The vectors of a spec as a test file of a language.

use crate::judge::{JudgeError, api_of};
use crate::spec_files::LoadedSpec;
use ghostlib_diff::{Api, Language, Python, Rust};
use ghostlib_model::{ApiItem, Vector};
use ghostlib_verify::{Suite, TestFile, Tools, python, rust};
use std::path::Path;

/// A language that vectors are written as tests of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TestLanguage {
    /// For cargo.
    Rust,
    /// For pytest.
    Python,
}

impl TestLanguage {
    /// Its name, as specs have it.
    pub fn name(self) -> &'static str {
        self.language().name()
    }

    fn language(self) -> &'static dyn Language {
        match self {
            Self::Rust => &Rust,
            Self::Python => &Python,
        }
    }
}

/// Whether the vectors call something of which the spec says neither by a binding nor in an API block how.
pub fn needs_reference(loaded: &LoadedSpec, language: TestLanguage) -> bool {
    let declared = loaded.declared_api(language.language());
    let is_bound = |operation: &str| {
        let bindings = &loaded.spec.bindings;
        bindings.iter().any(|binding| binding.operation == operation && binding.language == language.name())
    };
    let is_declared = |operation: &str| {
        let path = operation.replace("::", ".").replace('#', ".");
        let has_it = |item: &ApiItem| {
            let known = item.path.replace("::", ".");
            known == path || known.ends_with(&format!(".{path}"))
        };
        operation.starts_with('<') || declared.items.iter().any(has_it)
    };
    let shown = loaded.spec.vectors.iter().filter(|vector| !vector.hidden);
    let mut operations = shown.flat_map(|vector| {
        vector.before.iter().map(|call| call.operation.as_str()).chain([vector.operation.as_str()])
    });
    operations.any(|operation| !is_bound(operation) && !is_declared(operation))
}

/// The API of the reference that a spec names, fetched into `cache`; nothing, if it is in another language. Relative
/// paths start at `base`.
///
/// # Errors
/// If the spec names no reference, or it is not to be had.
pub async fn reference_api(
    loaded: &LoadedSpec,
    language: TestLanguage,
    base: &Path,
    cache: &Path,
) -> Result<Option<Api>, JudgeError> {
    let tools = Tools::find(language.name(), base).await?;
    api_of(&loaded.spec, &tools, base, cache).await
}

/// The vectors that implementers see, as tests. What the spec declares goes before what the reference has. `about` is what
/// the file says of itself.
pub fn test_file(
    loaded: &LoadedSpec,
    language: TestLanguage,
    reference: Option<&Api>,
    about: &[String],
) -> TestFile {
    let mut items = loaded.declared_api(language.language()).items;
    let others = reference.iter().flat_map(|api| &api.items);
    let new: Vec<ApiItem> =
        others.filter(|item| items.iter().all(|known| known.path != item.path)).cloned().collect();
    items.extend(new);
    let library = match reference {
        Some(api) => api.crate_name.clone(),
        None => loaded.spec.front_matter.name.replace('-', "_"),
    };
    let vectors: Vec<&Vector> = loaded.spec.vectors.iter().filter(|vector| !vector.hidden).collect();
    let suite =
        Suite { vectors: &vectors, bindings: &loaded.spec.bindings, library: &library, items: &items, about };
    match language {
        TestLanguage::Rust => rust::test_file(&suite),
        TestLanguage::Python => python::test_file(&suite),
    }
}
