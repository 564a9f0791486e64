use super::names::Names;
use crate::edit::quoted;
use ghostlib_model::Binding;
use std::fmt::Write as _;

/// The bindings of a block that the slice has, as YAML; nothing, if that is none.
pub(super) fn kept<'b>(bindings: impl Iterator<Item = &'b Binding>, names: &Names) -> Option<String> {
    let mut yaml = String::new();
    let mut last = None;
    for binding in bindings.filter(|binding| names.has(&binding.operation)) {
        if last != Some(&binding.operation) {
            let _fits = writeln!(yaml, "{}:", quoted(&binding.operation));
        }
        let _fits = writeln!(yaml, "  {}: {}", binding.language, quoted(&binding.expression));
        last = Some(&binding.operation);
    }
    (!yaml.is_empty()).then_some(yaml)
}
