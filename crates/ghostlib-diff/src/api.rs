use ghostlib_model::{ApiItem, Place};

/// The public API of one library, or what one block of a spec declares of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Api {
    /// The name by which a user imports it; empty for a block.
    pub crate_name: String,
    /// Its items, sorted by path, kind and signature. An item that is reachable by several paths is listed
    /// once a path; what belongs to it (variants, fields, methods) only below the shortest.
    pub items: Vec<ApiItem>,
    /// What could not be seen.
    pub unseen: Vec<Unseen>,
    /// Each `unsafe` of the code; nothing where the code itself is unknown, as in a block.
    pub unsafe_code: Option<Vec<Place>>,
}

/// Something that only a compiler sees: an item-making macro, a missing file, an import out of another crate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unseen {
    /// What it is, as a sentence fragment: "items that the macro `bitflags!` makes".
    pub what: String,
    /// Where it stands.
    pub place: Place,
}

/// The features of a crate that are switched on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum FeatureSet {
    /// The manifest's `default` and all that it switches on.
    #[default]
    Default,
    /// These and all that they switch on, without `default`.
    Named(Vec<String>),
}

/// Why a tree has no API to extract.
#[derive(Debug, thiserror::Error)]
pub enum ExtractError {
    /// The tree has no manifest at its root.
    #[error("no Cargo.toml at the root of the source tree")]
    NoManifest,
    /// The manifest is not TOML.
    #[error("Cargo.toml: {0}")]
    Manifest(#[from] toml::de::Error),
    /// The manifest describes no package, as that of a Cargo workspace's root.
    #[error("Cargo.toml describes no package")]
    NoPackage,
    /// The library's root file is not in the tree.
    #[error("{path}: no such library root")]
    NoLibrary {
        /// The file that the manifest names, or the default.
        path: String,
    },
    /// The tree has no file that is a module of a Python library.
    #[error("no Python module in the source tree")]
    NoModules,
}
