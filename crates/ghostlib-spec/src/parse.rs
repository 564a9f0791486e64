use crate::api::{self, Declared};
use crate::bindings;
use crate::code::Code;
use crate::front_matter::{self, Head};
use crate::markdown::{self, Fence};
use crate::nearest::{Suggestions, nearest};
use crate::requirements;
use crate::source::{SourceFile, Sources};
use crate::spec::Spec;
use crate::text::Text;
use crate::vectors::Vectors;
use ghostlib_model::{Diagnostic, Span};
use std::collections::{BTreeMap, BTreeSet};

/// The vector files that the front matter of a document names, so that the caller can load them. Names that
/// leave the document's folder are left out; [`parse`] complains about them.
pub fn vector_file_names(document: &SourceFile) -> Vec<String> {
    let (content, _) = document.decode();
    let text = Text::new(&document.path, &content);
    front_matter::read(&text, &front_matter::divide(&content), &mut Vec::new()).front_matter.vectors
}

/// Reads a spec, and says what is wrong with its text. It never fails: what can be read is in the [`Spec`],
/// whatever else is broken.
///
/// The diagnostics are in the order of their places: those of the document first, then file by file.
/// Of a document in a newer format than this version reads nothing is guessed: the spec has the number of
/// its format and nothing else, and one diagnostic says so.
///
/// Spans count the bytes of the text. In a file that is not UTF-8 that is the text in which each broken
/// sequence has become U+FFFD.
pub fn parse(sources: &Sources) -> (Spec, Vec<Diagnostic>) {
    let (content, not_utf8) = sources.document.decode();
    let text = Text::new(&sources.document.path, &content);
    let mut diagnostics: Vec<_> = not_utf8.into_iter().collect();
    let division = front_matter::divide(&content);
    let head = front_matter::read(&text, &division, &mut diagnostics);
    let spec = if head.is_newer {
        Spec { front_matter: head.front_matter, ..Spec::default() }
    } else {
        Reading { sources, text: &text, diagnostics: &mut diagnostics }.rest(division.body, head)
    };
    sort(&mut diagnostics, &sources.document.path, &spec.front_matter.vectors);
    (spec, diagnostics)
}

struct Reading<'a> {
    sources: &'a Sources,
    text: &'a Text<'a>,
    diagnostics: &'a mut Vec<Diagnostic>,
}

impl Reading<'_> {
    /// Reads all but the front matter.
    fn rest(&mut self, body: usize, head: Head) -> Spec {
        let markdown = markdown::read(self.text, body);
        for fence in &markdown.fences {
            self.check_fence(fence);
        }
        let requirements = requirements::read(self.text, &markdown.blocks, self.diagnostics);
        let mut vectors = Vectors::default();
        vectors.read_fences(self.text, &markdown.fences, self.diagnostics);
        self.read_vector_files(&mut vectors, &head);
        vectors.check(&requirements, self.diagnostics);
        let spec = Spec {
            front_matter: head.front_matter,
            title: markdown.title,
            requirements,
            vectors: vectors.list,
            api_blocks: api::read(self.text, &markdown.fences),
            bindings: bindings::read(self.text, &markdown.fences, self.diagnostics),
        };
        check_bindings(&spec, self.diagnostics);
        spec
    }

    fn read_vector_files(&mut self, vectors: &mut Vectors, head: &Head) {
        let given: BTreeMap<&str, &SourceFile> =
            self.sources.vector_files.iter().map(|file| (file.path.as_str(), file)).collect();
        for (name, place) in head.front_matter.vectors.iter().zip(&head.vector_places) {
            if let Some(file) = given.get(name.as_str()) {
                vectors.read_file(file, self.diagnostics);
                continue;
            }
            let message = format!("the vector file `{name}` is not there");
            let draft = Code::VectorFileMissing.at(self.text.place(*place), message);
            self.diagnostics.push(draft.help("create it beside the document, or take its name out").into());
        }
    }

    /// Complains about `yaml vector` and the like, which would be passed over in silence.
    fn check_fence(&mut self, fence: &Fence) {
        const YAML_KINDS: [&str; 2] = [crate::vectors::VECTORS, bindings::BINDINGS];
        let [language, kind] = fence.words.as_slice() else { return };
        let is_yaml = matches!(language.as_str(), "yaml" | "yml");
        let near = if is_yaml { nearest(kind, YAML_KINDS) } else { nearest(kind, [api::API]) };
        if let Some(near) = near.filter(|near| near != kind) {
            let start = fence.span.start;
            let place = self.text.place(Span::new(start, self.text.line_end(start)));
            let message = format!("a `{language} {kind}` block is not read");
            let draft = Code::FenceUnknown.at(place, message);
            self.diagnostics.push(draft.help(format!("did you mean `{language} {near}`?")).into());
        }
    }
}

fn check_bindings(spec: &Spec, diagnostics: &mut Vec<Diagnostic>) {
    let called: BTreeSet<&str> = spec.vectors.iter().map(|vector| vector.operation.as_str()).collect();
    let declared = Declared::by(&spec.api_blocks);
    let is_known = |operation: &str| called.contains(operation) || declared.has(operation);
    let suggestions = Suggestions::among(called.iter().copied().chain(declared.functions()));
    bindings::check_operations(&spec.bindings, is_known, suggestions, diagnostics);
}

/// Puts diagnostics in the order of their places, the document's first.
fn sort(diagnostics: &mut [Diagnostic], document: &str, vector_files: &[String]) {
    let ranks: BTreeMap<&str, usize> =
        vector_files.iter().enumerate().map(|(i, name)| (name.as_str(), i + 1)).collect();
    let rank = |file: &str| if file == document { 0 } else { ranks.get(file).copied().unwrap_or(usize::MAX) };
    diagnostics.sort_by_key(|diagnostic| (rank(&diagnostic.place.file), diagnostic.place.span.start));
}
