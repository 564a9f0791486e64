//! A reference with changed rules, as front matter names it.

use crate::code::Code;
use crate::yaml::{Keys, Node, Reader};
use ghostlib_model::{Perturbation, ReferenceSource, Sha256Hex};

const KEYS: Keys = Keys { known: &["seed", "changes", "hash"], unknown: Code::FrontMatterUnknownKey };

/// The library `of` with the changes that `node` names; nothing, if it does not name them.
pub(crate) fn read(reader: &mut Reader, node: &Node, of: ReferenceSource) -> Option<ReferenceSource> {
    let entries = reader.map(node, "`perturb`", &KEYS, Code::FrontMatterValue)?;
    let (mut seed, mut changes, mut hash) = (None, None, None);
    for entry in entries {
        let value = &entry.value;
        match entry.key.as_str() {
            "seed" => seed = reader.text(value, "`seed`", Code::FrontMatterValue)?.parse().ok(),
            "changes" => {
                let texts = reader.texts(value, "`changes`", Code::FrontMatterValue);
                changes = texts.into_iter().map(|(text, _)| text.parse().ok()).collect::<Option<Vec<u32>>>();
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
            let message =
                "`perturb` does not name a seed, changes by their numbers, and the hash of what they make";
            let help = "copy it from the list that `ghostlib perturb` writes beside the library";
            reader.report(Code::ReferenceInvalid, node.span, message, help);
            None
        }
    }
}
