//! Attributes as rustdoc tells them, and as they were read.

use super::compare::{Difference, Overlap};
use super::rustdoc::Marked;
use ghostlib_model::{ApiAttributes, ApiItem};
use std::collections::{BTreeMap, BTreeSet};

/// The items that stand at one line by one name on both sides, those of them with the same attributes, and what
/// differs. What one macro makes at one line under one name is left out.
pub(super) fn compare(truth: &[Marked], read: &[ApiItem]) -> (Overlap, Vec<Difference>) {
    let mut told: BTreeMap<(&str, usize), Vec<&Marked>> = BTreeMap::new();
    for marked in truth {
        told.entry((&marked.name, marked.line)).or_default().push(marked);
    }
    let deprecated: BTreeSet<&str> = read
        .iter()
        .filter(|item| item.attributes.deprecated == Some(true))
        .map(|item| item.path.as_str())
        .collect();
    let (mut overlap, mut differences) = (Overlap::default(), vec![]);
    for item in read.iter().filter(|item| item.attributes != ApiAttributes::default()) {
        let (above, name) = item.path.rsplit_once("::").unwrap_or(("", &item.path));
        let key = (name, item.place.line as usize);
        let here = told.get(&key).into_iter().flatten().filter(|one| one.file.ends_with(&*item.place.file));
        let here: Vec<_> = here.map(|one| &one.attributes).collect();
        let Some(truth) = here.first().filter(|first| here.iter().all(|one| one == *first)) else { continue };
        let mut own = item.attributes.clone();
        // rustdoc tells it of some of what belongs to something deprecated too.
        own.deprecated = own.deprecated.filter(|_| !deprecated.contains(above));
        let wanted = known_to(&own, truth);
        let is_same = wanted == own;
        overlap += Overlap { truth: 1, read: 1, both: usize::from(is_same) };
        if !is_same {
            let [missing, extra] = [&wanted, &own].map(|one| vec![format!("{one:?}")]);
            differences.push(Difference { path: item.path.clone(), kind: item.kind, missing, extra });
        }
    }
    (overlap, differences)
}

/// What is not read of this kind of item is not compared.
fn known_to(read: &ApiAttributes, truth: &ApiAttributes) -> ApiAttributes {
    ApiAttributes {
        must_use: truth.must_use.filter(|_| read.must_use.is_some()),
        deprecated: truth.deprecated.filter(|_| read.deprecated.is_some()),
        repr: truth.repr.clone().filter(|_| read.repr.is_some()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ghostlib_diff::extract_block;

    fn marked(name: &str, line: usize, must_use: bool, deprecated: bool) -> Marked {
        let (must_use, deprecated, repr) = (Some(must_use), Some(deprecated), Some(String::new()));
        let attributes = ApiAttributes { must_use, deprecated, repr };
        Marked { name: name.to_owned(), file: "/home/you/SPEC.md".into(), line, attributes }
    }

    #[test]
    fn what_both_know_of_an_item_at_its_line_is_compared() {
        let code = "#[must_use] pub fn f();\n#[deprecated] pub trait T {\n#[deprecated] fn of();\n}\n#[must_use] pub fn g();";
        let read = extract_block(code, "SPEC.md", 0, code).items;
        let differing = |truth: &[Marked]| {
            let (overlap, differences) = compare(truth, &read);
            let paths: Vec<_> = differences.into_iter().map(|difference| difference.path).collect();
            (overlap.truth, overlap.both, paths)
        };
        assert_eq!(differing(&[marked("f", 1, true, false)]), (1, 1, vec![]));
        assert_eq!(differing(&[marked("f", 2, false, false)]), (0, 0, vec![]));
        let truth = [marked("T", 2, false, true), marked("of", 3, true, true), marked("g", 5, false, false)];
        assert_eq!(differing(&truth), (3, 2, vec!["g".to_owned()]));
        let twice = [marked("g", 5, false, false), marked("g", 5, true, false)];
        assert_eq!(differing(&twice), (0, 0, vec![]));
    }
}
