//! Edits of a spec's text. Each leaves every byte alone that it need not touch, and uses the line ends of the
//! document.

mod alias;
mod api;
mod expect;
mod fixes;
mod format;
mod front;
mod ids;
mod meaning;
mod rename;
mod render;
mod scalar;
mod vector_file;
mod vectors;

pub use alias::{add_alias, alias_edit};
pub use api::add_api_lines;
pub use expect::expect;
pub use fixes::{Fixed, apply_fixes};
pub use format::{Formatted, format, format_documents};
pub use front::with_reference;
pub use ids::{write_ids, write_ids_of};
pub use meaning::means_the_same;
pub use rename::{RenameError, rename};
pub use render::render_vectors;
pub use vector_file::add_vector_file;
pub use vectors::add_vectors;

pub(crate) use ids::{markdown_of, requirement_ids_free};
pub(crate) use scalar::{quoted, scalar};

use crate::source::{SourceFile, Sources};

/// The Markdown files of a spec, the document first.
pub(crate) fn documents_mut(sources: &mut Sources) -> impl Iterator<Item = &mut SourceFile> {
    std::iter::once(&mut sources.document).chain(&mut sources.parts)
}

/// How the lines of a document end.
pub(crate) fn newline(document: &str) -> &'static str {
    match document.find('\n') {
        Some(at) if document[..at].ends_with('\r') => "\r\n",
        _ => "\n",
    }
}

/// The document with `piece` put in at `offset`.
fn insert(document: &str, offset: usize, piece: &str) -> String {
    [&document[..offset], piece, &document[offset..]].concat()
}

/// The white space that puts another line below a block. A list marker before the block counts as its width.
pub(crate) fn indent_of(document: &str, offset: usize) -> String {
    let line_start = document[..offset].rfind('\n').map_or(0, |newline| newline + 1);
    document[line_start..offset].chars().map(|c| if c == '\t' { '\t' } else { ' ' }).collect()
}
