//! `cfg` conditions, for 64-bit Linux on x86 and a set of features.

use super::meta::Meta;
use std::collections::BTreeSet;

/// What a condition is evaluated for.
#[derive(Clone, Debug)]
pub(super) enum Configuration {
    /// A crate with these features.
    Features(BTreeSet<String>),
    /// A block of a spec: all that it states is meant, and public.
    Everything,
    /// What a compiler has left: all that is there is meant.
    Expanded,
}

impl Configuration {
    /// Whether the argument of `cfg(…)` holds. Names that neither the compiler nor the features define are
    /// taken as unset and handed to `unknown`: a build script could set them.
    pub(super) fn holds(&self, condition: &Meta, unknown: &mut dyn FnMut(&str)) -> bool {
        let Self::Features(features) = self else { return true };
        let mut all = condition.list.iter();
        match (condition.path.as_str(), condition.value.as_deref()) {
            ("all", None) => all.all(|inner| self.holds(inner, unknown)),
            ("any", None) => all.any(|inner| self.holds(inner, unknown)),
            ("not", None) => !all.any(|inner| self.holds(inner, unknown)),
            ("feature", Some(feature)) => features.contains(feature),
            (name, value) => platform(name, value).unwrap_or_else(|| {
                unknown(name);
                false
            }),
        }
    }
}

fn platform(name: &str, value: Option<&str>) -> Option<bool> {
    let Some(value) = value else { return flag(name) };
    let values: &[&str] = match name {
        "target_os" => &["linux"],
        "target_family" => &["unix"],
        "target_arch" => &["x86_64"],
        "target_env" => &["gnu"],
        "target_endian" => &["little"],
        "target_pointer_width" => &["64"],
        "target_vendor" => &["unknown"],
        "target_has_atomic" => &["8", "16", "32", "64", "ptr"],
        "target_feature" => &["sse", "sse2", "fxsr"],
        "panic" => &["unwind"],
        "target_abi" | "sanitize" => &[],
        _ => return None,
    };
    Some(values.contains(&value))
}

fn flag(name: &str) -> Option<bool> {
    match name {
        "unix" | "true" | "debug_assertions" | "overflow_checks" | "target_has_atomic" => Some(true),
        "windows" | "test" | "doc" | "doctest" | "docsrs" | "miri" | "false" | "proc_macro" | "rustfmt"
        | "clippy" | "fuzzing" | "accessible" | "version" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(condition: &str) -> (bool, Vec<String>) {
        let configuration = Configuration::Features(BTreeSet::from(["std".to_owned()]));
        let mut unknown = Vec::new();
        let held =
            configuration.holds(&Meta::parse(condition), &mut |name: &str| unknown.push(name.to_owned()));
        (held, unknown)
    }

    #[test]
    fn conditions_are_evaluated_for_linux_and_the_features() {
        for condition in [
            "unix",
            r#"target_os = "linux""#,
            r#"any(windows, feature = "std")"#,
            r#"all(not(test), not(any(miri, target_pointer_width = "32")))"#,
            "all()",
        ] {
            assert_eq!(holds(condition), (true, vec![]), "{condition}");
        }
        for condition in ["windows", r#"feature = "alloc""#, "any()", r#"all(unix, feature = "x")"#] {
            assert_eq!(holds(condition), (false, vec![]), "{condition}");
        }
    }

    #[test]
    fn what_a_build_script_may_set_is_unset_and_named() {
        assert_eq!(holds("not(has_i128)"), (true, vec!["has_i128".to_owned()]));
    }
}
