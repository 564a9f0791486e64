use crate::{Call, Expected, Place, RequirementId, Sequence, Value, VectorId};
use serde::{Deserialize, Serialize};

/// One case of an operation: what goes in, and what must come out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Vector {
    /// Its id: written, or `operation/name`.
    pub id: VectorId,
    /// The operation that it calls.
    pub operation: String,
    /// What a person calls the case.
    pub name: String,
    /// The calls that are made before, in the same process. `{"$": n}` in an input stands for what call `n` returned.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub before: Vec<Call>,
    /// The input: a map by parameter name, or the only argument itself.
    pub input: Value,
    /// What must come out.
    pub expected: Expected,
    /// The requirements that it checks.
    pub requirements: Vec<RequirementId>,
    /// Whether implementers do not see it.
    pub hidden: bool,
    /// Where it stands.
    pub place: Place,
}

impl Vector {
    /// All its calls, the one that it is about last.
    pub fn sequence(&self) -> Sequence {
        Sequence::ending_with(&self.before, &self.operation, &self.input)
    }
}

/// How an operation is called in one language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Binding {
    /// The operation.
    pub operation: String,
    /// The language, in lower case: `rust`.
    pub language: String,
    /// A handlebars template that expands to an expression of the language.
    pub expression: String,
    /// Where it stands.
    pub place: Place,
}
