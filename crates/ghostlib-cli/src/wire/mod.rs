//! What commands write for machines: plain types whose JSON is a promise. `schemas/` has their JSON Schemas.

pub(crate) mod delta;
pub(crate) mod diagnostic;
pub(crate) mod expected;
pub(crate) mod outdated;
pub(crate) mod parsed;
pub(crate) mod vendored;
