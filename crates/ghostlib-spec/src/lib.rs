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
//! [`lint::lint`] also says what is doubtful about a spec that can be read.
//!
//! The rest of this page is the specification of format 1, ghostlib's own, and of how other formats are read.
//!
//! # The files
//!
//! A spec is a document in [CommonMark](https://spec.commonmark.org/) with tables and task lists, any number of
//! further documents, its *parts*, and any number of vector files, all beside it or below it. All of them are
//! UTF-8. The document starts with front matter. The first heading of level 1 is the spec's title. A part of a
//! document belongs to the section whose heading it follows, and to the sections around that one.
//!
//! Requirements, blocks of vectors, API and bindings are read from the document first and then from its parts, in
//! their order. Front matter of a part is left alone. Ids are those of the whole spec: no two files share one.
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
//! dialect: rfc2119             # how the body reads, if not as a native spec: the dialects below
//! reference:                   # the real library, pinned in one of three ways
//!   crate: tally
//!   version: 1.2.0             # or `git:` and `rev:`, or `path:` alone; `perturb:` names changes of it
//! files: [errors.md]           # the further documents; one name alone is a list of one
//! vectors: [tests.yaml]        # the vector files
//! targets:                     # what a rebuild may use, by language
//!   rust:
//!     edition: 2024
//!     dependencies: [memchr, libc@0.2]   # the only ones allowed: NAME or NAME@VERSION
//!     features: [std]
//! aliases: {count.blank: count.space}    # ids that requirements had before, and those that they have now
//! retired: [count.legacy]                # ids of requirements that are gone for good
//! keywords: {MUST NOT: [DARF NICHT]}     # words that bind besides those of RFC 2119
//! waivers:                               # what the reference does and the spec is not to say
//!   - {operation: count, pattern: "*_*", reason: underscores are no words}
//! slice:                                 # what it is a part of, if it is one; `ghostlib spec slice` writes it
//!   of: 5f78c33274e43fa9de5659265c1d917e25c03722dcb0b8d27db8d5feaa813953
//!   only: [count]
//! lints: {compound: allow}               # levels of lints: allow, info, warning, error
//! ---
//! ```
//!
//! There are no other keys: each unknown one, at any level, is an error. Where a text is asked for, a number
//! stands for itself as it is written, so that `version: 1.10` is `1.10`.
//!
//! Names of files are relative to the document's folder, with `/` between their parts. They are not
//! absolute and have no `..`.
//!
//! ## Waivers
//!
//! Not all that the reference does belongs into its spec: a quirk, a mistake, a function of another time. A waiver says what, and why:
//!
//! | keys | what is waived |
//! |---|---|
//! | `item` | an item of the public API, by its path, and what is below it |
//! | `operation` | all calls of an operation |
//! | `operation`, `input` | its calls with this input, written as in a vector |
//! | `operation`, `pattern` | its calls with inputs like this: a text, or JSON where the input is something else; `*` stands for anything |
//!
//! Each has a `reason`, which is not empty. Where a rebuild differs from the reference in what is waived, the finding says
//! `reference quirk, waived: REASON`. It is shown like any other, fails no gate and does not block; the calls count neither in behaviour
//! nor, if it is all of an operation, in coverage; the item does not count in the API; and the spec is not revised for it. A vector that
//! says what the author wants in the place of the quirk still does not hold on the reference and is not used, but nobody is blamed
//! for it. A vector that the reference holds is the spec's own word and cannot be waived. Lockfile and reports list all waivers, with the
//! number of findings that each was needed for. One that names nothing that the reference has is the lint
//! `waiver-unmatched`.
//!
//! A waiver is public, as all of the document is: implementers may do there what the reference does, or not.
//!
//! ## Slices
//!
//! A *slice* is the part of a spec that some operations and items need, as a spec of its own. `of` is the hash of the whole
//! one, and `only` what was asked for. Of the reference a slice requires what its own API blocks declare and nothing else;
//! where it has none for the reference's language, what `only` names with all that belongs to it. See [`slice`](mod@slice)
//! for what it keeps.
//!
//! A format number above the one that this version reads is an error, and nothing else of the document or
//! of the vector file is read.
//!
//! # Requirements
//!
//! A requirement is a *statement* with a keyword of
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
//! Keywords do not count in code spans, fenced or indented code, HTML comments, block quotes and front matter; nor
//! directly within quotation marks (`"MUST"`), where they are only mentioned. The sentence that says how the key
//! words are to be interpreted is no requirement. Words of other languages bind where `keywords:` or
//! [`Options::keywords`] says so.
//!
//! ## Statements
//!
//! A statement is a clause:
//!
//! - Paragraphs and list items are read sentence by sentence. A sentence ends with `.`, `!` or `?`, then perhaps
//!   closing quotation marks or brackets, then white space, unless a lower-case letter or a dash goes on, or the
//!   full stop is that of an abbreviation (`e.g.`, `i.e.`, `cf.`, `vs.`, `Fig. 3`).
//! - A sentence with several keywords is divided before the conjunction or behind the semicolon that leads to the
//!   next: "It MUST keep the key | and MUST NOT change its value". A keyword of a subordinate clause ("that …",
//!   "unless …") stays with the clause around it.
//! - A sentence that ends with a colon before a list or a table is a *lead-in*. It states nothing itself: it governs
//!   each item or row, which are statements even if they have no keyword. `An entry MUST have:` makes a requirement
//!   of each of its items. If an item ends with "or" or "else", the items are alternatives, and the lead-in and all of
//!   them are one statement.
//! - A row of a table is a statement, its cells divided by ` | `. Where the first column is called a condition, a case,
//!   an input or the like, it is the row's condition.
//!
//! A requirement's text is its source on one line, markup included, without its id, its list marker and its
//! task box. What governs it is its [`lead_in`](ghostlib_model::Requirement::lead_in).
//!
//! ## Levels
//!
//! The level of a statement is, with the [source](ghostlib_model::LevelSource) that goes with it, that of
//!
//! 1. its own keyword: of several the strongest, and of two that bind alike the first (`keyword`). REQUIRED,
//!    RECOMMENDED and OPTIONAL before a noun within a sentence only say which things are meant ("the OPTIONAL
//!    fields have defaults") and give no level;
//! 2. the keyword of its lead-in (`lead-in`), unless the item has a modal of its own;
//! 3. the keyword of its section's heading or of a heading around that, or the profile that the section belongs to
//!    (`inherited`). A profile is an item `` `Name`: … REQUIRED … ``; sentences such as "Sections 3.1 through 3.4 are
//!    `Name`" and "Bullets that begin with `If ... is offered` are `Name`" assign it;
//! 4. its modal in lower case: must, shall, should, may, or an initial "Do not" and "Never" (`weak`);
//! 5. none of these: it is then a MUST (`default`).
//!
//! ## What else a statement says
//!
//! As far as the words show it, a requirement has an actor (the subject of an active sentence, without its article), a
//! condition ("If …", "When …", "… unless …", its own or its lead-in's, GIVEN and WHEN of a scenario), and a
//! [kind](ghostlib_model::RequirementKind). It is [untestable](ghostlib_model::Untestable) if it is a permission, has a
//! word that everybody measures differently, is implementation-defined, asks for a document, or says how the code is
//! built. All of this is found by a lexicon of English words and is a guess; id, level and place are not.
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
//! What has a written id is one requirement, however many sentences it has, and even if it has no keyword.
//!
//! An id is one or more words of ASCII letters, digits, `-` and `_`, with dots between them. No two
//! requirements have the same. An id that names nothing, because something other than a paragraph or a list
//! follows, gives a warning.
//!
//! A statement without a written id gets one, the first of these that there is:
//!
//! - the heading that names this requirement alone, in lower case with `-` between its words (OpenSpec), or its
//!   requirement's number and its own (`2.1`, EARS);
//! - its section and the ordinal of its checkbox, `definition-of-done.3`;
//! - its section, at most about 40 letters without the section's number, and the first 8 digits of the SHA-256 of its
//!   lead-in and its text, as in `counting-words-35230def`.
//!
//! Where that is taken, `-2` and so on stand behind it. The id stays the same when lines are broken elsewhere, when
//! sections are numbered anew, and when other text changes. [`edit::write_ids`] writes these ids into the document.
//! Under `aliases:` an id that was written before leads to the present one; vectors may use either.
//!
//! # Other formats
//!
//! Specs that were not written for ghostlib are read, not rewritten. [`Dialect`] says which there are; what a document
//! contains tells them apart, and [`Options::dialect`] overrules that. One reader reads them all. In each of them:
//!
//! - Statements without keyword and id are requirements too, where they say what must hold: items of lists, rows of
//!   tables, checkboxes in lists and in cells of tables (each box one), and sentences that have a verb. Left out are
//!   sections that explain (introduction, overview, rationale, examples, goals, history, …), the text before the first
//!   section, lists of examples, reasons ("This prevents …"), questions, and sentences about the document.
//! - Sentences are also divided where they say several things without a keyword: three or more verbs of one subject,
//!   three or more subjects with a verb each, ", but" in a paragraph, and a semicolon behind which a clause of its own
//!   follows one with a keyword. No clause of a sentence that binds is left out.
//! - A name in code with its type, such as `` `id` (string) ``, is a statement if nothing is listed below it; what is
//!   listed below it are statements, led in by it. Calls with what they give, `` `f(1)` → 2 ``, are statements.
//! - `- **FR-001**: …`, `[REQ-7]`, `` `req~name~1` `` at the start of an item, of a paragraph or of a row are ids.
//! - Block quotes are read.
//! - The Markdown files that a document links to are its parts, but for README, CHANGELOG and their like; the YAML
//!   files of tests, cases or vectors that it mentions are its vector files.
//! - Front matter is left alone. The first word of the title is the name.
//!
//! | dialect | is told by | what is special |
//! |---|---|---|
//! | `native` | front matter with `ghostlib`, or with its other keys | the rules above; nothing without keyword or id |
//! | `rfc2119` | anything else | |
//! | `nlspec` | pseudocode, a definition of done | boxes of `\| case \| [ ] \|`; fences that hold pseudocode stay pseudocode |
//! | `ghost-library` | headings such as `### pad(text, fill?) → string` | they are [operations](Operation) |
//! | `openspec` | `### Requirement:` and `#### Scenario:` | the heading is the id; THEN is a statement, GIVEN and WHEN its condition; [deltas](RequirementDelta) |
//! | `spec-kit` | `FR-001`, `SC-001` | Given/When/Then in one item is one statement |
//! | `ears` | `WHEN … SHALL …` items | the criterion's number is the id |
//!
//! Text that becomes nothing is counted, never dropped: [`Coverage`] says what each byte of the documents became, and
//! where each keyword stands.
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
//!     tolerance: 1e-9                    # how far each number of the output may be off
//!     requirements: [count.space]        # the requirements that it checks; one alone is a list of one
//!   - name: a bad option
//!     id: count-bad-option               # `OPERATION/NAME` where it is not given
//!     input: {text: "", option: "?"}
//!     error: true                        # any error; or its text, or its class
//!     hidden: true                       # implementers do not see it
//!   - name: after another call
//!     before: [{operation: counter, input: {start: 2}}]  # calls made before, in the same process
//!     input: {self: {$: 0}, text: "a"}   # `{$: n}` is what call `n` of those before returned
//!     output: [3, 1]
//!     unordered: true                    # the items of the list may come in any order
//! ```
//!
//! A vector has exactly one of `output` and `error`, and no other keys than these. No two vectors of a spec
//! have the same id. A vector that is wrong is left out; the others of its file remain.
//!
//! `error` is one of
//!
//! | value | holds for |
//! |---|---|
//! | `true` | any error |
//! | a text | an error that says exactly this |
//! | `{class: C}` | an error of the class C: the variant or the class, as drivers tell it |
//! | `{text: T}`, `{class: C, text: T}` | an error that says exactly this, and is of the class |
//!
//! A class asks for nothing where a driver tells none, and where the candidate is in another language than the
//! reference, since errors have other classes there: any error holds then, if its text does.
//!
//! `tolerance`, a number above 0, is how far each number of the output may be off, up or down, at any depth; `1e-9` is
//! one billionth, whatever the size of the number. It is not for numbers within a text, for infinities and NaN. `1` and
//! `1.0` are the same number without it, too.
//!
//! `unordered: true` is for an output that is a list. Its items may come in any order, each as often as it is
//! there. Lists within the items keep their order. A map is told as a list of pairs and may have it, too. With both keys,
//! each item must find one of its own that is near enough.
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
//! # Lints
//!
//! Lints are [`Code`]s for which [`Code::is_lint`] holds. Their levels can be changed, in `lints:` or by the caller. An
//! allow silences one on its own line and in the block of lines behind it, and gives its reason:
//! `<!-- ghostlib-allow compound: the two belong together -->`, or `# ghostlib-allow …` in a vector file.
//!
//! # Diagnostics
//!
//! Every [`Diagnostic`](ghostlib_model::Diagnostic) has one of the codes of [`Code`], the severity of that code,
//! its exact place, and mostly a help. A spec with an error is not to be built from.

mod api;
mod bindings;
mod code;
mod code_only;
mod coverage;
pub mod delta;
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
mod perturbation;
mod requirements;
#[cfg(feature = "schema")]
pub mod schema;
mod shown;
pub mod slice;
mod source;
mod spec;
mod statements;
mod text;
mod vectors;
mod visible;
mod yaml;

pub use code::Code;
pub use code_only::code_only;
pub use coverage::{Coverage, KeywordCoverage};
pub use dialect::{Dialect, UnknownDialect};
pub use nearest::nearest;
pub use operations::{Operation, Parameter};
pub use parse::{FileNames, Options, file_names, parse, parse_with};
pub use shown::{not_there, section_titles, shown};
pub use source::{SourceFile, Sources};
pub use spec::{ApiBlock, DeltaChange, Dependency, FrontMatter, RequirementDelta, Spec, Target};
pub use statements::{Keywords, sentences};
pub use vectors::read_vectors;
pub use visible::{visible, with_whole_front_matter};
