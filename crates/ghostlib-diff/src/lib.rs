//! Reads source trees and never runs them: the public API of a library, how two APIs differ, and whether
//! code was copied.
//!
//! A [`Language`], [`Rust`] or [`Python`], turns code into an [`Api`], a list of items whose signatures are
//! normalised until only what a user can tell apart differs. [`compare`] turns two of them into findings
//! and ratios. [`copy_check`] compares token streams. What only a compiler could see is listed as
//! [`Unseen`], never guessed. Code that does not parse gives what can be read of it, and never an error.

mod api;
mod compare;
mod copy;
mod cut;
mod documentation;
mod grammar;
mod language;
mod literals;
mod node;
mod parallel;
mod python;
mod rust;
mod structure;
mod syntax;
#[cfg(test)]
mod tests;
mod tree;
mod usage;

pub use api::{Api, ExtractError, FeatureSet, Unseen};
pub use compare::{ApiComparison, ApiItems, Level, Move, compare};
pub use copy::{CopiedRun, CopyReport, CopyThresholds, code_size, common_code, copy_check};
pub use cut::{Because, CutBlocks, Declared, Extent, Wanted, cut_blocks, is_same_path};
pub use documentation::documentation;
pub use grammar::Grammar;
pub use language::{LANGUAGES, Language, ScopeName, language_named, language_of};
pub use literals::{Literals, literals};
pub use node::Node;
pub use python::Python;
pub use rust::{Rust, extract_block, extract_crate, extract_expanded};
pub use structure::{FunctionAt, FunctionPair, MatchedBy, Structure, compare_structure, message_findings};
pub use tree::{Lossy, ReadError, SourceFile, SourceTree};
pub use usage::{How, Part, Usage, Used, usage};
