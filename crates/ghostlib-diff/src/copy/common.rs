//! Code that a document shares with a library, and how much code a library has.

use super::runs::find_runs;
use super::stream::Stream;
use super::tokens::Tokens;
use super::{CopiedRun, MIN_RUN, copied_run};
use crate::{SourceFile, SourceTree};

/// The runs of at least 30 equal tokens of a library and some documents, in the order of the documents. Comments,
/// signatures, tests, benches and examples are left out; what is not code in the documents is blank.
pub fn common_code(reference: &SourceTree, documents: &SourceTree) -> Vec<CopiedRun> {
    let (known, own) = (Stream::of_tree(reference), Stream::of_files(documents, |_| true));
    let runs = find_runs(&known, &own, MIN_RUN);
    runs.iter().map(|run| copied_run(&known, &own, *run)).collect()
}

/// How many bytes of code a library has: neither comments nor white space, nor tests, benches and examples in
/// files of their own.
pub fn code_size(tree: &SourceTree) -> usize {
    let sizes = tree.for_each(SourceFile::is_library, |file, language, root| {
        Tokens::with_signatures(root, &file.text, language.grammar()).n_bytes()
    });
    sizes.into_iter().sum()
}
