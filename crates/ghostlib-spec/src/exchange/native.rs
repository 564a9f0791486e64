use super::blocks::{self, Marked};
use super::{head, restore};
use crate::dialect::Dialect;
use crate::edit::{markdown_of, requirement_ids_free};
use crate::text::Text;
use crate::{Options, Sources, Spec, parse_with};
use ghostlib_model::{Level, Place, Requirement, Severity};
use similar::{Algorithm, DiffOp, capture_diff_slices};
use std::collections::{BTreeMap, BTreeSet};

/// What the other format does not say, and the caller may know.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Naming {
    /// The library's name.
    pub name: Option<String>,
    /// A name for where the document has no title: that of its folder.
    pub folder: Option<String>,
    /// The licence, as an SPDX expression.
    pub license: Option<String>,
}

/// A spec in the native format, and what became of the one that it was made of.
///
/// All places are places in what was imported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Imported {
    /// The format that it was in.
    pub dialect: Dialect,
    /// The native spec.
    pub sources: Sources,
    /// Its name; empty where nothing gives it one.
    pub name: String,
    /// How many requirements the other spec has.
    pub n_requirements: usize,
    /// How many of them it has, with the same text and level.
    pub n_carried: usize,
    /// Sentences that were put in, so that what follows them binds as it did.
    pub added: Vec<Added>,
    /// Ids that a native spec cannot write, or that were there twice.
    pub renamed: Vec<Renamed>,
    /// Requirements that are written once more, since what they stand in binds nobody in a native spec.
    pub restated: Vec<Restated>,
    /// What could not be carried over.
    pub left_out: Vec<LeftOut>,
    /// Keys of the front matter that somebody has to fill in or to look at.
    pub to_fill_in: Vec<String>,
}

/// A sentence that was put in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Added {
    /// What it was put before.
    pub place: Place,
    /// The sentence.
    pub text: String,
}

/// An id that is another now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Renamed {
    /// Where it was.
    pub place: Place,
    /// The id that it was.
    pub was: String,
    /// The id that it is.
    pub now: String,
}

/// A requirement that is written once more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restated {
    /// Where it stands.
    pub place: Place,
    /// Its id in the native spec.
    pub id: String,
}

/// Something that a native spec cannot say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOut {
    /// Where it stands.
    pub place: Place,
    /// What it is, and why.
    pub what: String,
}

/// Writes a spec of another format as a native one: with front matter, and with a written id for each requirement. The
/// document becomes `SPEC.md`; all text stays where it is, and the other files stay as they are but for ids.
///
/// Rows of tables, which cannot have ids, are led in by a sentence with the keyword of their level. What
/// [`to_whenwords`](super::to_whenwords) has written becomes what it was.
pub fn into_native(sources: &Sources, options: &Options, naming: &Naming) -> Imported {
    if let Some(restored) = restore::restore(sources, naming) {
        return restored;
    }
    let (spec, _) = parse_with(sources, options);
    let ids = Ids::of(&spec);
    let mut stated_again = BTreeSet::new();
    let mut written = write(sources, options, naming, &spec, &ids, &stated_again);
    for _ in 0..2 {
        let missing = missing(&spec, &written);
        let n_before = stated_again.len();
        stated_again.extend(missing);
        if stated_again.len() == n_before {
            break;
        }
        written = write(sources, options, naming, &spec, &ids, &stated_again);
    }
    written.report(sources, &spec, ids)
}

/// The ids of the native spec, in the order of the requirements.
struct Ids {
    ids: Vec<String>,
    renamed: Vec<Renamed>,
}

impl Ids {
    fn of(spec: &Spec) -> Self {
        let mut ids = Self { ids: Vec::new(), renamed: Vec::new() };
        let mut taken: BTreeSet<String> = BTreeSet::new();
        for requirement in &spec.requirements {
            let was = requirement.id.as_str();
            let now = requirement_ids_free(was, &taken);
            taken.insert(now.clone());
            if now != was {
                let place = requirement.place.clone();
                ids.renamed.push(Renamed { place, was: was.to_owned(), now: now.clone() });
            }
            ids.ids.push(now);
        }
        ids
    }
}

/// The native spec as far as it is.
struct Written {
    sources: Sources,
    name: String,
    to_fill_in: Vec<String>,
    added: Vec<Added>,
    restated: Vec<Restated>,
    lost_keys: Vec<LeftOut>,
}

fn write(
    sources: &Sources,
    options: &Options,
    naming: &Naming,
    spec: &Spec,
    ids: &Ids,
    stated_again: &BTreeSet<usize>,
) -> Written {
    let mut native = sources.clone();
    let (mut added, mut restated) = (Vec::new(), Vec::new());
    let by_file = by_file(spec, ids, stated_again);
    let head = head::of(sources, options, naming, spec);
    for (at, file) in sources.documents().enumerate() {
        let (content, _) = file.decode();
        let text = Text::new(&file.path, &content);
        let markdown = markdown_of(&text, at, options);
        let marked = by_file.get(&*file.path).map(Vec::as_slice).unwrap_or_default();
        let edited = blocks::edit(&content, &text, &markdown, marked);
        added.extend(edited.added);
        restated.extend(edited.restated);
        let body = if at == 0 {
            [&head.yaml, edited.text[head.body..].trim_start_matches(['\n', '\r'])].concat()
        } else {
            edited.text
        };
        if let Some(document) = crate::edit::documents_mut(&mut native).nth(at) {
            document.bytes = body.into_bytes();
        }
    }
    "SPEC.md".clone_into(&mut native.document.path);
    native.companions = Vec::new();
    native.listing = None;
    let head::Head { name, to_fill_in, lost_keys, .. } = head;
    Written { sources: native, name, to_fill_in, added, restated, lost_keys }
}

/// The requirements of each file, with the ids that they get.
fn by_file<'a>(
    spec: &'a Spec,
    ids: &'a Ids,
    stated_again: &BTreeSet<usize>,
) -> BTreeMap<&'a str, Vec<Marked<'a>>> {
    let mut by_file: BTreeMap<&str, Vec<Marked>> = BTreeMap::new();
    for (at, (requirement, id)) in spec.requirements.iter().zip(&ids.ids).enumerate() {
        let marked = Marked { requirement, id, is_stated_again: stated_again.contains(&at) };
        by_file.entry(&requirement.place.file).or_default().push(marked);
    }
    by_file
}

/// What a requirement asks for.
fn said(requirement: &Requirement) -> (&str, Level) {
    (&requirement.text, requirement.level)
}

/// Which requirements the native spec lacks, by their indexes.
fn missing(spec: &Spec, written: &Written) -> Vec<usize> {
    let (native, _) = parse_with(&written.sources, &Options::default());
    let after: Vec<_> = native.requirements.iter().map(said).collect();
    let before: Vec<_> = spec.requirements.iter().map(said).collect();
    let mut missing = Vec::new();
    for op in capture_diff_slices(Algorithm::Myers, &before, &after) {
        if let DiffOp::Delete { old_index, old_len, .. } | DiffOp::Replace { old_index, old_len, .. } = op {
            missing.extend(old_index..old_index + old_len);
        }
    }
    missing
}

impl Written {
    fn report(self, sources: &Sources, spec: &Spec, ids: Ids) -> Imported {
        let missing = missing(spec, &self);
        let (native, diagnostics) = parse_with(&self.sources, &Options::default());
        let mut left_out = self.lost_keys;
        left_out.extend(missing.iter().map(|&at| {
            let requirement = &spec.requirements[at];
            let what = format!(
                "the requirement \"{}\" ({}) cannot be written where it stands",
                requirement.text, requirement.level
            );
            LeftOut { place: requirement.place.clone(), what }
        }));
        left_out.extend(spec.deltas.iter().map(|delta| {
            let what = format!("\"{}\" changes the requirement of another spec", delta.requirement);
            LeftOut { place: delta.place.clone(), what }
        }));
        let vectors: BTreeSet<_> = native.vectors.iter().map(|vector| &vector.id).collect();
        left_out.extend(spec.vectors.iter().filter(|vector| !vectors.contains(&vector.id)).map(|vector| {
            let what = format!("the vector {} cannot be read in the native spec", vector.id);
            LeftOut { place: vector.place.clone(), what }
        }));
        // Vector files stay as they are, so that their places hold.
        let of_files = |file: &str| sources.vector_files.iter().any(|one| one.path == file);
        let wrong =
            diagnostics.iter().filter(|one| one.severity == Severity::Error && of_files(&one.place.file));
        left_out.extend(wrong.map(|one| LeftOut { place: one.place.clone(), what: one.message.clone() }));
        Imported {
            dialect: spec.dialect,
            n_requirements: spec.requirements.len(),
            n_carried: spec.requirements.len() - missing.len(),
            sources: self.sources,
            name: self.name,
            added: self.added,
            renamed: ids.renamed,
            restated: self.restated,
            left_out,
            to_fill_in: self.to_fill_in,
        }
    }
}
