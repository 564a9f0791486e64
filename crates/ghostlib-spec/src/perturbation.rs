//! A reference with changed rules, as front matter names it.

use crate::code::Code;
use crate::yaml::{Keys, Node, Reader};
use ghostlib_model::{Perturbation, ReferenceSource, RuleChange, Sha256Hex};

const KEYS: Keys = Keys { known: &["seed", "changes", "hash"], unknown: Code::FrontMatterUnknownKey };
const CHANGE: Keys = Keys { known: &["at", "from", "to"], unknown: Code::FrontMatterUnknownKey };

/// The library `of` with the changes that `node` names; nothing, if it does not name them.
pub(crate) fn read(reader: &mut Reader, node: &Node, of: ReferenceSource) -> Option<ReferenceSource> {
    let entries = reader.map(node, "`perturb`", &KEYS, Code::FrontMatterValue)?;
    let (mut seed, mut changes, mut hash) = (None, None, None);
    for entry in entries {
        let value = &entry.value;
        match entry.key.as_str() {
            "seed" => seed = reader.text(value, "`seed`", Code::FrontMatterValue)?.parse().ok(),
            "changes" => {
                let items = value.as_list().unwrap_or_default();
                changes = items.iter().map(|item| change(reader, item)).collect::<Option<Vec<_>>>();
            }
            _ => {
                hash = Sha256Hex::from_digits(&reader.text(value, "`hash`", Code::FrontMatterValue)?);
            }
        }
    }
    match (seed, changes, hash) {
        (Some(seed), Some(changes), Some(hash)) if !changes.is_empty() => {
            Some(ReferenceSource::Perturbed(Box::new(Perturbation { of, seed, changes, hash })))
        }
        _ => {
            let message = "`perturb` does not name a seed, changes with `at`, `from` and `to`, and the hash of what they make";
            let help = "copy it from the list that `ghostlib perturb` writes beside the library";
            reader.report(Code::ReferenceInvalid, node.span, message, help);
            None
        }
    }
}

fn change(reader: &mut Reader, node: &Node) -> Option<RuleChange> {
    let entries = reader.map(node, "a change", &CHANGE, Code::FrontMatterValue)?;
    let mut text = |key: &str| {
        let value = &entries.iter().find(|entry| entry.key == key)?.value;
        reader.text(value, "a change", Code::FrontMatterValue)
    };
    Some(RuleChange { at: text("at")?, from: text("from")?, to: text("to")? })
}
