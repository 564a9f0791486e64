//! What commands write for machines: plain types whose JSON is a promise. `schemas/` has their JSON Schemas.

pub(crate) mod delta;
pub(crate) mod diagnostic;
pub(crate) mod expected;
pub(crate) mod parsed;
