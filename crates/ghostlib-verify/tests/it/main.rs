//! Drivers in the sandbox.

mod protocol;
mod python;
mod support;
