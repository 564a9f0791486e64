//! Edits of a spec's text. Each leaves every byte alone that it need not touch, and uses the line ends of the
//! document.

mod api;
mod render;
mod scalar;
mod vector_file;

pub use api::add_api_lines;
pub use render::render_vectors;
pub use vector_file::add_vector_file;

/// How the lines of a document end.
fn newline(document: &str) -> &'static str {
    match document.find('\n') {
        Some(at) if document[..at].ends_with('\r') => "\r\n",
        _ => "\n",
    }
}

/// The document with `piece` put in at `offset`.
fn insert(document: &str, offset: usize, piece: &str) -> String {
    [&document[..offset], piece, &document[offset..]].concat()
}
