use crate::code::Code;
use crate::text::Text;
use ghostlib_model::{Diagnostic, Span};
use std::borrow::Cow;

/// One file of a spec.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SourceFile {
    /// Its path, relative to the document's folder, with `/` between its parts.
    pub path: String,
    /// Its content.
    pub bytes: Vec<u8>,
}

impl SourceFile {
    /// A file with a path and a content.
    pub fn new(path: impl Into<String>, bytes: impl Into<Vec<u8>>) -> Self {
        Self { path: path.into(), bytes: bytes.into() }
    }

    /// The content as text, each byte sequence that is not UTF-8 replaced by U+FFFD, and a complaint about
    /// the first of them.
    pub(crate) fn decode(&self) -> (Cow<'_, str>, Option<Diagnostic>) {
        match std::str::from_utf8(&self.bytes) {
            Ok(text) => (Cow::Borrowed(text), None),
            Err(error) => {
                let lossy = String::from_utf8_lossy(&self.bytes);
                let start = error.valid_up_to();
                let place = Text::new(&self.path, &lossy).place(Span::new(start, start + 3));
                let byte = self.bytes.get(start).copied().unwrap_or_default();
                let diagnostic = Code::NotUtf8
                    .at(place, format!("the byte 0x{byte:02X} is not UTF-8"))
                    .help("save the file as UTF-8");
                (lossy, Some(diagnostic.into()))
            }
        }
    }
}

/// The files of a spec.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sources {
    /// The Markdown document.
    pub document: SourceFile,
    /// The further Markdown files of the spec, in the order of their requirements.
    pub parts: Vec<SourceFile>,
    /// The vector files, in any order. Files that the spec does not name are not read.
    pub vector_files: Vec<SourceFile>,
    /// Markdown files beside the spec that are no part of it, such as a README: lints hold what they claim
    /// against the spec.
    pub companions: Vec<SourceFile>,
    /// The paths of all files beside the document and below it, for links to be held against; `None` if
    /// nobody has looked.
    pub listing: Option<Vec<String>>,
}

impl Sources {
    /// The files that make the spec, the document first. Companions are not among them.
    pub fn files(&self) -> impl Iterator<Item = &SourceFile> + Clone {
        std::iter::once(&self.document).chain(&self.parts).chain(&self.vector_files)
    }

    pub(crate) fn files_mut(&mut self) -> impl Iterator<Item = &mut SourceFile> {
        std::iter::once(&mut self.document).chain(&mut self.parts).chain(&mut self.vector_files)
    }

    /// The Markdown files of the spec, the document first.
    pub fn documents(&self) -> impl Iterator<Item = &SourceFile> {
        std::iter::once(&self.document).chain(&self.parts)
    }
}
