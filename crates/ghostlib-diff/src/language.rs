use crate::Node;
use crate::grammar::Grammar;
use crate::python::Python;
use crate::rust::Rust;
use crate::{Api, ExtractError, FeatureSet, SourceTree};
use ghostlib_model::{Span, Surroundings};

/// What reading needs to know of a language. All that compares APIs, functions and token streams is the same for
/// every one.
///
/// No method runs code, panics or fails on text that does not parse.
pub trait Language: Sync {
    /// Its name, as the first word of a fenced block says it: `rust`.
    fn name(&self) -> &'static str;

    /// What the names of its files end with: `rs`.
    fn extension(&self) -> &'static str;

    /// Whether a tree is the source of one of its libraries, as far as its paths tell.
    fn recognises(&self, tree: &SourceTree) -> bool;

    /// Reads the public API of a library. Where a language has no features, `features` means nothing.
    fn extract(&self, tree: &SourceTree, features: &FeatureSet) -> Result<Api, ExtractError>;

    /// Reads what a spec's API block declares: items without bodies, every one of them public. `code` stands in
    /// `document`, the text of `file`, from the byte `offset` on; places point there.
    fn extract_block(&self, code: &str, file: &str, offset: usize, document: &str) -> Api;

    /// Whether the file at a path, relative to the tree's root, is library code: neither tests, benches nor
    /// examples.
    fn is_library(&self, path: &str) -> bool;

    /// What a library looks for around it whose code has this name in it. A name that means something else there costs
    /// a little time.
    fn looks_for(&self, name: &str) -> Surroundings;

    /// The documentation of the item in `text` whose head is at `head`; empty, if it has none.
    fn documentation(&self, text: &str, head: Span) -> String;

    /// How its text is parsed, and what the nodes are.
    fn grammar(&self) -> &'static Grammar;

    /// What stands between the parts of a path.
    fn separator(&self) -> &'static str;

    /// The modules that a file is, from the outermost on, by its path relative to the tree's root.
    fn modules_of<'p>(&self, path: &'p str) -> Vec<&'p str>;

    /// The module or the type that a node opens, if it opens one, by its name.
    fn scope<'t>(&self, node: Node<'_>, text: &'t str) -> Option<ScopeName<'t>>;
}

/// What the functions within something are named by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ScopeName<'t> {
    /// A module.
    Module(&'t str),
    /// A type, or an implementation of something for it.
    Owner(std::borrow::Cow<'t, str>),
}

/// The languages that can be read.
pub static LANGUAGES: [&dyn Language; 2] = [&Rust, &Python];

/// The language of a library, by the files of its tree; nothing where no language knows it. A tree with the
/// manifests of several is in the first of [`LANGUAGES`].
pub fn language_of(tree: &SourceTree) -> Option<&'static dyn Language> {
    LANGUAGES.into_iter().find(|language| language.recognises(tree))
}

/// The language of the name by which a fenced block calls it.
pub fn language_named(name: &str) -> Option<&'static dyn Language> {
    LANGUAGES.into_iter().find(|language| language.name() == name)
}

/// The language of a file, by its path.
pub(crate) fn language_at(path: &str) -> Option<&'static dyn Language> {
    let (_, extension) = path.rsplit_once('.')?;
    LANGUAGES.into_iter().find(|language| language.extension() == extension)
}
