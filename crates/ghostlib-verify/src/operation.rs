use crate::inputs::Shape;

/// An operation that a driver can be asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operation {
    /// Its name, as vectors have it.
    pub name: String,
    /// The binding that it comes from.
    pub binding: String,
    /// The expression that calls it, in the driver's language.
    pub expression: String,
    /// Its parameters, in the order of the binding.
    pub params: Vec<OperationParam>,
}

/// A parameter of an operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OperationParam {
    /// Its name, a key of the input.
    pub name: String,
    /// What its values look like.
    pub shape: Shape,
}

/// A binding that cannot be turned into a call.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the binding of `{operation}` cannot be used: {reason}")]
pub struct BindingError {
    /// The operation.
    pub operation: String,
    /// Why.
    pub reason: String,
}
