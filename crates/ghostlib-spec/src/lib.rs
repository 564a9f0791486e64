//! placeholder
mod api;
mod bindings;
mod code;
pub mod edit;
mod front_matter;
mod markdown;
mod nearest;
mod parse;
mod requirements;
mod source;
mod spec;
mod text;
mod vectors;
mod visible;
mod yaml;

pub use code::Code;
pub use parse::{parse, vector_file_names};
pub use source::{SourceFile, Sources};
pub use spec::{ApiBlock, Dependency, FrontMatter, Spec, Target};
pub use visible::visible;
