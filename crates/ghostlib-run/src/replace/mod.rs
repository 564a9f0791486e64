//! Replacing a dependency of a Cargo project by code that was rebuilt from a spec of what the project uses.

mod macros;
mod manifest;
mod project;
mod trial;

pub use manifest::{fitted, with_patch};
pub use project::{Dependency, ProjectError, User, find};
pub use trial::{Trial, TrialError, put, try_in_copy};

use crate::distil::declared_lines;
use ghostlib_diff::{
    Api, CutBlocks, ExtractError, FeatureSet, Language, Part, ReadError, Rust, SourceTree, Usage, Used,
    Wanted, cut_blocks, usage,
};
use ghostlib_model::Place;

/// What a project uses of a dependency.
#[derive(Clone, Debug)]
pub struct Uses {
    /// The API of the dependency, with the features that the project switches on.
    pub api: Api,
    /// What each package of the project uses, by its name.
    pub users: Vec<(String, Usage)>,
    /// What the macros among it expand to, as far as they name it.
    by_macros: Vec<Wanted>,
    /// The API as the lines of an API block, cut to that.
    pub cut: CutBlocks,
    /// What is left of it, as an API.
    pub slice: Api,
}

/// Why it is not known what a project uses.
#[derive(Debug, thiserror::Error)]
pub enum UsesError {
    /// A source tree cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The dependency has no API to read.
    #[error("`{package}`: {reason}")]
    Api {
        /// The package.
        package: String,
        /// Why.
        reason: ExtractError,
    },
}

impl Uses {
    /// Reads what the packages of a project use of a dependency, in `part` of their code.
    ///
    /// # Errors
    /// If a source tree cannot be read.
    pub fn of(dependency: &Dependency, part: Part) -> Result<Self, UsesError> {
        let tree = SourceTree::read(&dependency.dir)?;
        let features = FeatureSet::Named(dependency.features.clone());
        let api = Rust
            .extract(&tree, &features)
            .map_err(|reason| UsesError::Api { package: dependency.package.clone(), reason })?;
        let mut users = vec![];
        for user in &dependency.users {
            let tree = SourceTree::read(&user.dir)?;
            users.push((user.package.clone(), usage(&tree, &user.calls_it, &api, part)));
        }
        Ok(Self::cut(&tree, api, users))
    }

    fn cut(tree: &SourceTree, api: Api, users: Vec<(String, Usage)>) -> Self {
        let mut wanted: Vec<Wanted> = users.iter().flat_map(|(_, usage)| usage.wanted()).collect();
        let by_macros = macros::named(tree, &api, &wanted);
        wanted.extend(by_macros.iter().cloned());
        let code = declared_lines(&api).join("\n");
        let cut = cut_blocks(&[&code], &wanted);
        let code: String = cut.blocks.iter().flatten().cloned().collect();
        let slice = Rust.extract_block(&code, "", 0, &code);
        Self { api, users, by_macros, cut, slice }
    }

    /// What a slice has to have.
    pub fn wanted(&self) -> Vec<Wanted> {
        let mut wanted: Vec<Wanted> = self.users.iter().flat_map(|(_, usage)| usage.wanted()).collect();
        wanted.extend(self.by_macros.iter().cloned());
        wanted.sort();
        wanted.dedup();
        wanted
    }

    /// The items that are used, each with the package that uses it.
    pub fn used(&self) -> impl Iterator<Item = (&str, &Used)> {
        self.users
            .iter()
            .flat_map(|(package, usage)| usage.used.iter().map(move |used| (package.as_str(), used)))
    }

    /// Paths into the dependency that are not in its API.
    pub fn unknown(&self) -> impl Iterator<Item = &(String, Place)> {
        self.users.iter().flat_map(|(_, usage)| &usage.unknown)
    }
}
