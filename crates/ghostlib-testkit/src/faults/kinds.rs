//! The kinds of faults.

use super::change::Change;
use super::site::Site;
use super::{attributes, functions, generics, reexports, traits, types, values};

/// One kind of change.
pub(super) struct Kind {
    pub(super) name: &'static str,
    /// The rules of which one has to report it.
    pub(super) rules: &'static [&'static str],
    /// All changes of this kind at one place.
    pub(super) changes: fn(&Site<'_>) -> Vec<Change>,
}

const fn kind(
    name: &'static str,
    rules: &'static [&'static str],
    changes: fn(&Site<'_>) -> Vec<Change>,
) -> Kind {
    Kind { name, rules, changes }
}

const MISSING: &[&str] = &["api-missing"];
const RENAMED: &[&str] = &["api-missing", "api-renamed"];
const EXTRA: &[&str] = &["api-extra"];
const SIGNATURE: &[&str] = &["api-signature"];
const IMPL_MISSING: &[&str] = &["api-trait-impl-missing"];
const IMPL_EXTRA: &[&str] = &["api-trait-impl-extra"];
/// Another header of an implementation is another implementation, or the same one with another signature.
const IMPL_CHANGED: &[&str] = &["api-trait-impl-missing", "api-signature"];

pub(super) const KINDS: &[Kind] = &[
    kind("function-removed", MISSING, functions::removed),
    kind("function-made-crate-private", MISSING, functions::made_crate_private),
    kind("function-made-private", MISSING, functions::made_private),
    kind("function-renamed", RENAMED, functions::is_renamed),
    kind("parameter-type-changed", SIGNATURE, functions::parameter_type_changed),
    kind("parameter-mutability-changed", SIGNATURE, functions::parameter_mutability_changed),
    kind("parameter-added", SIGNATURE, functions::parameter_added),
    kind("parameter-removed", SIGNATURE, functions::parameter_removed),
    kind("parameters-swapped", SIGNATURE, functions::parameters_swapped),
    kind("return-type-changed", SIGNATURE, functions::return_type_changed),
    kind("return-type-removed", SIGNATURE, functions::return_type_removed),
    kind("return-type-added", SIGNATURE, functions::return_type_added),
    kind("return-lifetime-changed", SIGNATURE, functions::return_lifetime_changed),
    kind("error-type-changed", SIGNATURE, functions::error_type_changed),
    kind("receiver-mutability-changed", SIGNATURE, functions::receiver_mutability_changed),
    kind("receiver-ownership-changed", SIGNATURE, functions::receiver_ownership_changed),
    kind("receiver-removed", SIGNATURE, functions::receiver_removed),
    kind("const-added", &["api-extra-const"], functions::const_added),
    kind("const-removed", SIGNATURE, functions::const_removed),
    kind("async-added", SIGNATURE, functions::async_added),
    kind("unsafe-added", SIGNATURE, functions::unsafe_added),
    kind("extern-added", SIGNATURE, functions::extern_added),
    kind("type-parameter-added", SIGNATURE, functions::type_parameter_added),
    kind("impl-trait-named", &["api-impl-trait"], functions::impl_trait_named),
    kind("bound-added", IMPL_CHANGED, generics::bound_added),
    kind("bound-removed", IMPL_CHANGED, generics::bound_removed),
    kind("where-bound-added", IMPL_CHANGED, generics::where_bound_added),
    kind("where-bound-removed", IMPL_CHANGED, generics::where_bound_removed),
    kind("lifetime-bound-added", IMPL_CHANGED, generics::lifetime_bound_added),
    kind("type-removed", MISSING, types::removed),
    kind("type-made-private", MISSING, types::made_private),
    kind("variant-removed", MISSING, types::variant_removed),
    kind("variant-added", EXTRA, types::variant_added),
    kind("variant-renamed", RENAMED, types::variant_renamed),
    kind("variant-payload-type-changed", SIGNATURE, types::payload_type_changed),
    kind("variant-payload-added", SIGNATURE, types::payload_added),
    kind("variant-payload-removed", SIGNATURE, types::payload_removed),
    kind("variant-discriminant-changed", SIGNATURE, types::discriminant_changed),
    kind("variants-swapped", &["api-variant-order"], types::variants_swapped),
    kind("field-made-private", MISSING, types::field_made_private),
    kind("field-made-public", EXTRA, types::field_made_public),
    kind("field-type-changed", SIGNATURE, types::field_type_changed),
    kind("field-renamed", RENAMED, types::field_renamed),
    kind("field-removed", MISSING, types::field_removed),
    kind("private-field-added", SIGNATURE, types::private_field_added),
    kind("auto-trait-lost", IMPL_MISSING, types::auto_trait_lost),
    kind("derive-removed", IMPL_MISSING, types::derive_removed),
    kind("derive-added", IMPL_EXTRA, types::derive_added),
    kind("impl-removed", IMPL_MISSING, traits::impl_removed),
    kind("impl-argument-changed", IMPL_CHANGED, traits::impl_argument_changed),
    kind("associated-type-changed", SIGNATURE, traits::associated_type_changed),
    kind("trait-member-removed", MISSING, traits::member_removed),
    kind("required-method-added", EXTRA, traits::required_method_added),
    kind("provided-method-added", EXTRA, traits::provided_method_added),
    kind("method-default-added", SIGNATURE, traits::default_added),
    kind("method-default-removed", SIGNATURE, traits::default_removed),
    kind("supertrait-added", SIGNATURE, traits::supertrait_added),
    kind("supertrait-removed", SIGNATURE, traits::supertrait_removed),
    kind("trait-made-unsafe", SIGNATURE, traits::made_unsafe),
    kind("associated-bound-added", SIGNATURE, traits::associated_bound_added),
    kind("module-made-private", MISSING, reexports::module_made_private),
    kind("module-removed", MISSING, reexports::module_removed),
    kind("module-added", EXTRA, reexports::module_added),
    kind("re-export-removed", MISSING, reexports::removed),
    kind("re-export-renamed", RENAMED, reexports::is_renamed),
    kind("foreign-re-export-removed", MISSING, reexports::foreign_removed),
    kind("constant-removed", MISSING, values::constant_removed),
    kind("constant-renamed", RENAMED, values::constant_renamed),
    kind("constant-type-changed", SIGNATURE, values::constant_type_changed),
    kind("constant-value-changed", SIGNATURE, values::constant_value_changed),
    kind("const-made-static", &["api-kind"], values::const_made_static),
    kind("static-made-mutable", SIGNATURE, values::static_made_mutable),
    kind("alias-target-changed", SIGNATURE, values::alias_target_changed),
    kind("alias-removed", MISSING, values::alias_removed),
    kind("macro-export-removed", MISSING, values::macro_export_removed),
    kind("macro-arm-removed", &["api-macro-pattern"], values::macro_arm_removed),
    kind("macro-pattern-changed", &["api-macro-pattern"], values::macro_pattern_changed),
    kind("first-unsafe-block-added", &["unsafe-added"], values::first_unsafe_block),
    kind("another-unsafe-block-added", &["unsafe-added"], values::another_unsafe_block),
    kind("error-message-changed", &["message-text"], traits::message_changed),
    kind("non-exhaustive-added", SIGNATURE, attributes::non_exhaustive_added),
    kind("non-exhaustive-removed", SIGNATURE, attributes::non_exhaustive_removed),
    kind("must-use-added", &["api-must-use"], attributes::must_use_added),
    kind("must-use-removed", &["api-must-use"], attributes::must_use_removed),
    kind("deprecated-added", &["api-deprecated"], attributes::deprecated_added),
    kind("deprecated-removed", &["api-deprecated"], attributes::deprecated_removed),
    kind("repr-added", &["api-repr"], attributes::repr_added),
    kind("repr-removed", &["api-repr"], attributes::repr_removed),
    kind("hidden-from-docs", MISSING, attributes::hidden),
    kind("configured-out", MISSING, attributes::configured_out),
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_kind_has_a_name_of_its_own() {
        let names: BTreeSet<_> = KINDS.iter().map(|kind| kind.name).collect();
        assert_eq!(names.len(), KINDS.len());
    }
}
