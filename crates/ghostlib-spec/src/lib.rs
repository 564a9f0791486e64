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
//! Format 1, ghostlib's own, is specified as a ghost library is: in `specs/ghostlib-spec`, whose vectors are tests of this crate. The
//! rest of this page is what else is read.
//!
//! # What else a statement says
//!
//! As far as the words show it, a requirement has an actor (the subject of an active sentence, without its article), a
//! condition ("If …", "When …", "… unless …", its own or its lead-in's, GIVEN and WHEN of a scenario), and a
//! [kind](ghostlib_model::RequirementKind). It is [untestable](ghostlib_model::Untestable) if it is a permission, has a
//! word that everybody measures differently, is implementation-defined, asks for a document, or says how the code is
//! built. All of this is found by a lexicon of English words and is a guess; id, level and place are not.
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
pub mod exchange;
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
pub use nearest::{did_you_mean, nearest};
pub use operations::{Operation, Parameter};
pub use parse::{FileNames, Options, file_names, parse, parse_with};
pub use shown::{not_there, section_titles, shown};
pub use source::{SourceFile, Sources};
pub use spec::{ApiBlock, DeltaChange, Dependency, FrontMatter, RequirementDelta, Spec, Target};
pub use statements::{Keywords, sentences};
pub use vectors::read_vectors;
pub use visible::{visible, with_whole_front_matter};
