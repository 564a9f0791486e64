//! What is tried: values, sequences of calls, and how both are made smaller.

mod echo;
mod mutate;
mod neighbours;
mod sequences;
mod shrink;
mod smaller;
mod surroundings;
mod values;

pub(crate) use neighbours::neighbours;
pub(crate) use sequences::{Sequences, kept_index};
pub(crate) use shrink::{shorter, weight, without_call};
pub(crate) use values::Generator;
