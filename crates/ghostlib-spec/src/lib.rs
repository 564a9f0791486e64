//! Reads a ghost library's spec: Markdown in, requirements, vectors, API and diagnostics out.
//!
//! Nothing here does I/O, and nothing fails: [`parse()`] gives what it can read, and says at which place it
//! could not. [`visible()`] is the part of a spec that an implementer may see. [`edit`] changes a spec's text
//! and leaves all else alone.
//!
//! ```
//! use ghostlib_spec::{SourceFile, Sources, parse};
//!
//! let document = "---\nghostlib: 1\nname: tally\nversion: 0.1.0\n---\n\nAn empty text MUST have no words.\n";
//! let sources = Sources { document: SourceFile::new("SPEC.md", document), ..Sources::default() };
//! let (spec, diagnostics) = parse(&sources);
//! assert!(diagnostics.is_empty());
//! assert_eq!(spec.requirements[0].text, "An empty text MUST have no words.");
//! ```
//!
//! The rest of this page is the specification of format 1.
//!
//! # The document
//!
//! A spec is one document in [CommonMark](https://spec.commonmark.org/) with tables and task lists, and any
//! number of vector files beside or below it. All of them are UTF-8. The document starts with front matter.
//! The first heading of level 1 is the spec's title. A part of the document belongs to the section whose
//! heading it follows, and to the sections around that one.
//!
//! Nothing inside a block quote or a table is read. It is for people.
//!
//! # Front matter
//!
//! The document's first line is `---`. The lines up to the next `---` are a YAML map:
//!
//! ```yaml
//! ---
//! ghostlib: 1                  # the format; without it there is a warning
//! name: tally                  # required: the library's name
//! version: 0.1.0               # required: the version of the spec itself
//! license: MIT OR Apache-2.0   # an SPDX expression
//! reference:                   # the real library, pinned in one of three ways
//!   crate: tally
//!   version: 1.2.0             # or `git:` and `rev:`, or `path:` alone
//! vectors: [tests.yaml]        # the vector files; one name alone is a list of one
//! targets:                     # what a rebuild may use, by language
//!   rust:
//!     edition: 2024
//!     dependencies: [memchr, libc@0.2]   # the only ones allowed: NAME or NAME@VERSION
//!     features: [std]
//! ---
//! ```
//!
//! There are no other keys: each unknown one, at any level, is an error. Where a text is asked for, a number
//! stands for itself as it is written, so that `version: 1.10` is `1.10`.
//!
//! Names of vector files are relative to the document's folder, with `/` between their parts. They are not
//! absolute and have no `..`.
//!
//! A format number above the one that this version reads is an error, and nothing else of the document or
//! of the vector file is read.
//!
//! # Requirements
//!
//! A *statement* is a list item, or a sentence of a paragraph. It is a requirement if it has a keyword of
//! [RFC 2119](https://www.rfc-editor.org/rfc/rfc2119) and [RFC 8174](https://www.rfc-editor.org/rfc/rfc8174)
//! in upper case:
//!
//! | level | keywords |
//! |---|---|
//! | MUST | MUST, SHALL, REQUIRED |
//! | MUST NOT | MUST NOT, SHALL NOT |
//! | SHOULD | SHOULD, RECOMMENDED |
//! | SHOULD NOT | SHOULD NOT, NOT RECOMMENDED |
//! | MAY | MAY, OPTIONAL, NOT REQUIRED |
//!
//! A statement with several keywords has the level of the strongest, and of two that bind alike that of the
//! first. Keywords do not count in code spans, fenced or indented code, HTML comments, headings, tables, block
//! quotes and front matter; nor directly within quotation marks (`"MUST"`), where they are only mentioned.
//! The sentence that says how the key words are to be interpreted is no requirement.
//!
//! A list item's statement is the text up to its first nested block; nested items are statements of
//! their own, and further paragraphs of an item are read sentence by sentence. A sentence ends with `.`, `!` or
//! `?`, then perhaps closing quotation marks or brackets, then white space, unless a lower-case letter or a dash
//! goes on, or the full stop is that of an abbreviation (`e.g.`, `i.e.`, `cf.`, `vs.`, `Fig. 3`).
//!
//! A requirement's text is its source on one line, markup included, without its id, its list marker and its
//! task box.
//!
//! ## Ids
//!
//! A line `r[…]` gives an id to what follows it, with or without an empty line between them:
//!
//! ```markdown
//! r[count.empty]
//! An empty text has no words. It has no lines either.
//!
//! Spaces and tabs:
//!
//! - r[count.space]
//!   A space MUST separate words.
//! - r[count.tab] A tab MUST separate words.
//!
//! r[count.errors]
//! - An unknown option is an error.
//! - A NUL is an error.
//! ```
//!
//! - Before a paragraph, or a part of one, the id names all of it up to its end or to the next such line.
//! - At the start of a list item it names the item. There alone, text may follow on the same line.
//! - Before a list it names the list as one requirement, but for the items that have ids of their own.
//!
//! What has a written id is a requirement even if it has no keyword: it is then a MUST
//! ([`LevelSource::Default`](ghostlib_model::LevelSource::Default)).
//!
//! An id is one or more words of ASCII letters, digits, `-` and `_`, with dots between them. No two
//! requirements have the same. An id that names nothing, because something other than a paragraph or a list
//! follows, gives a warning.
//!
//! A requirement without a written id gets one: the heading of its section in lower case with `-` between its
//! words, at most about 40 letters, and the first 8 digits of the SHA-256 of its text, as in
//! `counting-words-35230def`; where a section states the same twice, the second gets `-2` behind it. The id
//! stays the same when lines are broken elsewhere and when other text changes. [`edit::write_ids`] writes these ids into the document.
//!
//! # Vectors
//!
//! A vector is one case of an operation. A vector file is a YAML map from operations to lists of
//! vectors:
//!
//! ```yaml
//! count:
//!   - name: two words                    # required
//!     input: {text: "a b"}               # required: a map by parameter, or the only argument itself
//!     output: 2                          # what must come out; `null` is a value like any other
//!     requirements: [count.space]        # the requirements that it checks; one alone is a list of one
//!   - name: a bad option
//!     id: count-bad-option               # `OPERATION/NAME` where it is not given
//!     input: {text: "", option: "?"}
//!     error: true                        # any error, or the text of the error
//!     hidden: true                       # implementers do not see it
//! ```
//!
//! A vector has exactly one of `output` and `error`, and no other keys than these. No two vectors of a spec
//! have the same id. A vector that is wrong is left out; the others of its file remain.
//!
//! The keys `ghostlib`, `version` and `meta` of a vector file name no operation: the first is the number of
//! the format, the others are free.
//!
//! A fenced block with the words `yaml vectors` holds the same. It is part of the document, which everybody
//! sees, so that it cannot hide a vector.
//!
//! # API
//!
//! A fenced block with a language and the word `api` declares public items of the library in that language,
//! without their bodies:
//!
//! ````markdown
//! ```rust api
//! pub fn count(text: &str) -> Result<usize, CountError>;
//! ```
//! ````
//!
//! # Bindings
//!
//! A binding says how an operation is called in one language. It is needed only where that does not follow
//! from the API. A fenced block with the words `yaml bindings` has bindings by operation and language, each a
//! [handlebars](https://handlebarsjs.com/) template that expands to an expression:
//!
//! ````markdown
//! ```yaml bindings
//! count:
//!   rust: 'tally::count({{param "text" "&str"}})'
//! ```
//! ````
//!
//! The operation is one that a vector calls or an API block declares. `Type::method` and `Type.method` name
//! methods. An operation has one binding a language, and every `{{` has its `}}`.
//!
//! # YAML
//!
//! YAML is read as version 1.2 has it: `yes` and `on` are texts. Values are those of JSON: keys are texts,
//! integers fit into 64 bits, and there is no `.nan` or `.inf`. The same key twice in a map, tags that YAML
//! itself does not define, and several documents in one file are errors. Anchors, aliases and `<<` work within
//! limits, so that a few lines cannot grow into many. Lists and maps are nested at most 24 deep, the file's own
//! levels included.
//!
//! # Diagnostics
//!
//! Every [`Diagnostic`](ghostlib_model::Diagnostic) has one of the codes of [`Code`], the severity of that code,
//! its exact place, and mostly a help. A spec with an error is not to be built from.

mod api;
mod bindings;
mod code;
mod coverage;
mod deltas;
mod dialect;
pub mod edit;
mod front_matter;
pub mod lint;
mod markdown;
mod mentions;
mod nearest;
mod operations;
mod parse;
mod requirements;
mod source;
mod spec;
mod statements;
mod text;
mod vectors;
mod visible;
mod yaml;

pub use code::Code;
pub use coverage::{Coverage, KeywordCoverage};
pub use dialect::{Dialect, UnknownDialect};
pub use operations::{Operation, Parameter};
pub use parse::{FileNames, Options, file_names, parse, parse_with};
pub use source::{SourceFile, Sources};
pub use spec::{ApiBlock, DeltaChange, Dependency, FrontMatter, RequirementDelta, Spec, Target};
pub use statements::Keywords;
pub use visible::visible;
