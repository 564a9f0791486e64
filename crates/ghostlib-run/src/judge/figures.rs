//! What is said of all functions together.

use ghostlib_model::FunctionAgreement;
use ghostlib_verify::Operation;
use std::collections::BTreeSet;

/// The mean over functions of the share on which both agree: one that the candidate lacks agrees on nothing. Nothing
/// where none was tried.
#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
pub(super) fn agreement(functions: &[&FunctionAgreement]) -> Option<f64> {
    let shares: Vec<f64> = functions.iter().filter_map(|function| function.agreed.share()).collect();
    (!shares.is_empty()).then(|| shares.iter().sum::<f64>() / shares.len() as f64)
}

/// The paths of the items of which the reference accepted enough calls.
pub(super) fn exercised<'a>(
    operations: impl Iterator<Item = &'a Operation>,
    functions: &[&FunctionAgreement],
    is_enough: impl Fn(&FunctionAgreement) -> bool,
) -> BTreeSet<&'a str> {
    let known: BTreeSet<&str> = functions
        .iter()
        .filter(|function| is_enough(function))
        .map(|function| function.operation.as_str())
        .collect();
    operations
        .filter(|operation| known.contains(operation.name.as_str()))
        .map(|operation| operation.item.as_str())
        .collect()
}
