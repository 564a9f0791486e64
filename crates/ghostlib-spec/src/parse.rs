use crate::api::{self, Declared};
use crate::bindings;
use crate::code::Code;
use crate::coverage;
use crate::deltas;
use crate::dialect::{self, Dialect};
use crate::front_matter::{self, Division, Head};
use crate::markdown::{self, Fence, Markdown};
use crate::mentions;
use crate::nearest::{Suggestions, nearest};
use crate::operations;
use crate::requirements::{self, Ids};
use crate::source::{SourceFile, Sources};
use crate::spec::{FrontMatter, Spec};
use crate::statements::{self, Keywords};
use crate::text::Text;
use crate::vectors::Vectors;
use ghostlib_model::{Diagnostic, Span};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

/// How to read a spec, where its own text does not say so.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// The format of the document; what it contains decides if this is `None`.
    pub dialect: Option<Dialect>,
    /// Words that bind besides those of RFC 2119.
    pub keywords: Vec<(String, ghostlib_model::Level)>,
}

/// The files that belong to a spec besides its document, by their names in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileNames {
    /// Further Markdown files.
    pub parts: Vec<String>,
    /// Vector files.
    pub vectors: Vec<String>,
}

/// The files that a document names, so that the caller can load those that are there. Names that leave the
/// document's folder are left out; [`parse`] complains about them.
///
/// A native spec names its files in its front matter. Of another the Markdown files that it links to are parts,
/// and the YAML files of tests, cases or vectors that it mentions are vector files.
pub fn file_names(document: &SourceFile, options: &Options) -> FileNames {
    let (content, _) = document.decode();
    let text = Text::new(&document.path, &content);
    let opening = Opening::read(&text, options, &mut Vec::new());
    FileNames { parts: opening.head.front_matter.files, vectors: opening.head.front_matter.vectors }
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
    parse_with(sources, &Options::default())
}

/// [`parse`], told how to read.
pub fn parse_with(sources: &Sources, options: &Options) -> (Spec, Vec<Diagnostic>) {
    let (content, not_utf8) = sources.document.decode();
    let text = Text::new(&sources.document.path, &content);
    let mut diagnostics: Vec<_> = not_utf8.into_iter().collect();
    let opening = Opening::read(&text, options, &mut diagnostics);
    let spec = if opening.head.is_newer {
        Spec { front_matter: opening.head.front_matter, ..Spec::default() }
    } else {
        Reading { sources, diagnostics: &mut diagnostics }.rest(&text, opening, options)
    };
    sort(&mut diagnostics, &sources.document.path, &spec.front_matter);
    (spec, diagnostics)
}

/// A document's Markdown, dialect and front matter.
pub(crate) struct Opening {
    pub(crate) markdown: Markdown,
    pub(crate) dialect: Dialect,
    division: Division,
    head: Head,
}

impl Opening {
    pub(crate) fn read(text: &Text, options: &Options, diagnostics: &mut Vec<Diagnostic>) -> Self {
        let document = text.as_str();
        let division = front_matter::divide(document);
        let markdown = markdown::read(text, division.body);
        let detected = dialect::detect(document, &division, &markdown);
        let is_ours = division.yaml.is_some() && detected == Dialect::Native;
        let head = if is_ours || options.dialect.unwrap_or(detected) == Dialect::Native {
            front_matter::read(text, &division, diagnostics)
        } else {
            foreign_head(text, &markdown)
        };
        let dialect = options.dialect.or(head.front_matter.dialect).unwrap_or(detected);
        Self { markdown, dialect, division, head }
    }
}

/// What stands in for the front matter of another format.
fn foreign_head(text: &Text, markdown: &Markdown) -> Head {
    let name = markdown.title.as_deref().unwrap_or_default();
    let front_matter = FrontMatter {
        name: name.split([' ', ':']).next().unwrap_or_default().to_lowercase(),
        files: mentions::parts(markdown),
        vectors: mentions::vector_files(text, markdown),
        ..FrontMatter::default()
    };
    Head { front_matter, ..Head::default() }
}

struct Reading<'a> {
    sources: &'a Sources,
    diagnostics: &'a mut Vec<Diagnostic>,
}

/// A document with what was found in it.
struct Document<'a> {
    text: Text<'a>,
    markdown: Markdown,
    found: statements::Found,
}

impl Reading<'_> {
    /// Reads all but the front matter.
    fn rest(&mut self, text: &Text, opening: Opening, options: &Options) -> Spec {
        let Opening { markdown, dialect, division, head } = opening;
        let keywords = Keywords::new(options.keywords.iter().cloned().chain(head.front_matter.phrases()));
        let mut spec = Spec { dialect, title: markdown.title.clone(), ..Spec::default() };
        let parts = parts(self.sources, &head);
        let mut vectors = Vectors::default();
        let mut documents = Vec::with_capacity(parts.len() + 1);
        let first = (text.clone(), markdown, division.body);
        let others = parts.iter().map(|(path, content)| {
            let text = Text::new(path, content);
            let body = front_matter::divide(content).body;
            let markdown = markdown::read(&text, body);
            (text, markdown, body)
        });
        for (text, markdown, body) in std::iter::once(first).chain(others) {
            let found = statements::read(&text, &markdown, dialect.rules(), &keywords, self.diagnostics);
            spec.coverage += coverage::of(text.as_str().len(), body, &markdown, &found);
            self.read_blocks(&text, &markdown, &mut vectors, &mut spec);
            spec.deltas.extend(deltas::read(&text, &markdown, &found.changes));
            documents.push(Document { text, markdown, found });
        }
        let mut ids = Ids::default();
        for document in &documents {
            ids.note(&document.text, &document.found.ids, self.diagnostics);
        }
        for Document { markdown, found, .. } in documents {
            let mut requirements = found.requirements;
            ids.give(&markdown, &mut requirements, &found.ids);
            spec.requirements.append(&mut requirements);
        }
        let place = text.place(Span::new(0, text.line_end(0)));
        let aliases = &head.front_matter.aliases;
        requirements::resolve_aliases(&mut spec.requirements, aliases, &place, self.diagnostics);
        self.read_vector_files(text, &mut vectors, &head);
        vectors.check(&spec.requirements, self.diagnostics);
        spec.vectors = vectors.list;
        spec.front_matter = head.front_matter;
        check_bindings(&spec, self.diagnostics);
        spec
    }

    /// Reads the fenced blocks and the headings of a document.
    fn read_blocks(&mut self, text: &Text, markdown: &Markdown, vectors: &mut Vectors, spec: &mut Spec) {
        for fence in &markdown.fences {
            self.check_fence(text, fence);
        }
        vectors.read_fences(text, &markdown.fences, self.diagnostics);
        spec.api_blocks.extend(api::read(text, &markdown.fences));
        spec.bindings.extend(bindings::read(text, &markdown.fences, self.diagnostics));
        spec.operations.extend(operations::read(text, markdown));
    }

    fn read_vector_files(&mut self, text: &Text, vectors: &mut Vectors, head: &Head) {
        let given: BTreeMap<&str, &SourceFile> =
            self.sources.vector_files.iter().map(|file| (file.path.as_str(), file)).collect();
        for (i, name) in head.front_matter.vectors.iter().enumerate() {
            if let Some(file) = given.get(name.as_str()) {
                vectors.read_file(file, self.diagnostics);
            } else if let Some(place) = head.vector_places.get(i) {
                let message = format!("the vector file `{name}` is not there");
                let draft = Code::VectorFileMissing.at(text.place(*place), message);
                self.diagnostics
                    .push(draft.help("create it beside the document, or take its name out").into());
            }
        }
        let is_there = |name: &str| self.sources.parts.iter().any(|part| part.path == name);
        for (name, place) in head.front_matter.files.iter().zip(&head.file_places) {
            if !is_there(name) {
                let message = format!("the file `{name}` is not there");
                let draft = Code::FileMissing.at(text.place(*place), message);
                self.diagnostics
                    .push(draft.help("create it beside the document, or take its name out").into());
            }
        }
        let not_utf8 = self.sources.parts.iter().filter_map(|part| part.decode().1);
        self.diagnostics.extend(not_utf8);
    }

    /// Complains about `yaml vector` and the like, which would be passed over in silence.
    fn check_fence(&mut self, text: &Text, fence: &Fence) {
        const YAML_KINDS: [&str; 2] = [crate::vectors::VECTORS, bindings::BINDINGS];
        let [language, kind] = fence.words.as_slice() else { return };
        let is_yaml = matches!(language.as_str(), "yaml" | "yml");
        let near = if is_yaml { nearest(kind, YAML_KINDS) } else { nearest(kind, [api::API]) };
        if let Some(near) = near.filter(|near| near != kind) {
            let start = fence.span.start;
            let place = text.place(Span::new(start, text.line_end(start)));
            let message = format!("a `{language} {kind}` block is not read");
            let draft = Code::FenceUnknown.at(place, message);
            self.diagnostics.push(draft.help(format!("did you mean `{language} {near}`?")).into());
        }
    }
}

/// The further documents that the spec names and that are there.
fn parts<'a>(sources: &'a Sources, head: &Head) -> Vec<(&'a str, Cow<'a, str>)> {
    let find = |name: &String| sources.parts.iter().find(|part| part.path == *name);
    let parts = head.front_matter.files.iter().filter_map(find);
    parts.map(|part| (part.path.as_str(), part.decode().0)).collect()
}

fn check_bindings(spec: &Spec, diagnostics: &mut Vec<Diagnostic>) {
    let called: BTreeSet<&str> = spec.vectors.iter().map(|vector| vector.operation.as_str()).collect();
    let declared = Declared::by(&spec.api_blocks);
    let is_known = |operation: &str| called.contains(operation) || declared.has(operation);
    let suggestions = Suggestions::among(called.iter().copied().chain(declared.functions()));
    bindings::check_operations(&spec.bindings, is_known, suggestions, diagnostics);
}

/// Puts diagnostics in the order of their places, the document's first.
pub(crate) fn sort(diagnostics: &mut [Diagnostic], document: &str, front_matter: &FrontMatter) {
    let files = front_matter.files.iter().chain(&front_matter.vectors);
    let ranks: BTreeMap<&str, usize> = files.enumerate().map(|(i, name)| (name.as_str(), i + 1)).collect();
    let rank = |file: &str| if file == document { 0 } else { ranks.get(file).copied().unwrap_or(usize::MAX) };
    diagnostics.sort_by_key(|diagnostic| (rank(&diagnostic.place.file), diagnostic.place.span.start));
}
