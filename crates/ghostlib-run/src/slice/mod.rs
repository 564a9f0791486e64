//! Slices of specs: what some operations and items need, as a spec of its own.

mod operations;

use crate::spec_files::LoadedSpec;
use crate::spec_files::hash;
use ghostlib_diff::{Because, CutBlocks, Declared, Extent, Wanted, cut_blocks};
use ghostlib_model::RequirementId;
use ghostlib_spec::slice::{Cut, Reason, SliceOf, slice as sliced};
use ghostlib_spec::{ApiBlock, Options, section_titles};
use operations::Named;
use std::collections::BTreeSet;

/// A slice of a spec, and how it came about.
#[derive(Clone, Debug)]
pub struct Slice {
    /// The slice.
    pub spec: LoadedSpec,
    /// What its API blocks declare, and why.
    pub api: Vec<(Declared, Because)>,
    /// What the API blocks of the whole spec declare besides.
    pub api_left_out: Vec<Declared>,
    /// The operations of its vectors and bindings.
    pub operations: BTreeSet<String>,
    /// Those of the whole spec besides.
    pub operations_left_out: BTreeSet<String>,
    /// Its requirements, and why it has them.
    pub requirements: Vec<(RequirementId, Reason)>,
    /// Those of the whole spec besides.
    pub requirements_left_out: Vec<RequirementId>,
    /// What was asked for and is not in the spec.
    pub unknown: Vec<String>,
}

/// What `--only` names: each an operation, a function, or a type with all of its functions.
pub fn wanted<S: AsRef<str>>(names: &[S]) -> Vec<Wanted> {
    let wanted = |name: &S| Wanted { path: name.as_ref().replace(['.', '#'], "::"), extent: Extent::Subtree };
    names.iter().map(wanted).collect()
}

/// The slice of a spec that has what is wanted, and what that needs.
pub fn slice(loaded: &LoadedSpec, options: &Options, wanted: &[Wanted]) -> Slice {
    // The first heading is the library's name.
    let headings: Vec<String> = section_titles(&loaded.sources).into_iter().skip(1).collect();
    let named = Named::of(&loaded.spec, &headings, &loaded.document_text());
    let (cut, asked) = closed(&loaded.spec.api_blocks, &named, wanted);
    let unknown = cut
        .unknown
        .iter()
        .filter(|path| !named.has(path))
        .filter(|path| wanted.iter().any(|one| one.path == **path));
    let unknown = unknown.cloned().collect();
    let (operations, operations_left_out) = named.divided(&cut, &asked);
    let paths = |all: &mut dyn Iterator<Item = &Declared>| {
        all.flat_map(|one| one.paths.iter().cloned()).collect::<BTreeSet<_>>()
    };
    let has = paths(&mut cut.kept.iter().map(|(one, _)| one));
    let mut left_out = paths(&mut cut.left_out.iter());
    left_out.extend(operations_left_out.iter().cloned());
    let kept: BTreeSet<String> = has.union(&operations).cloned().collect();
    left_out.retain(|name| !kept.contains(name));
    let mut only: Vec<String> = wanted.iter().map(|one| one.path.clone()).collect();
    only.sort();
    only.dedup();
    let cut_at = Cut {
        slice: SliceOf { of: hash(&loaded.sources), only },
        api: in_order(&loaded.spec.api_blocks, cut.blocks),
        kept,
        left_out,
    };
    let made = sliced(&loaded.sources, options, &cut_at);
    let spec = LoadedSpec { dir: loaded.dir.clone(), ..LoadedSpec::of_with(made.sources, options) };
    Slice {
        spec,
        api: cut.kept,
        api_left_out: cut.left_out,
        operations,
        operations_left_out,
        requirements: made.kept,
        requirements_left_out: made.left_out,
        unknown,
    }
}

/// The API that is left, and all that is asked for: what vectors call before what is wanted, too.
fn closed(blocks: &[ApiBlock], named: &Named, wanted: &[Wanted]) -> (CutBlocks, Vec<Wanted>) {
    let code: Vec<&str> = rust(blocks).map(|block| block.code.as_str()).collect();
    let mut asked = wanted.to_vec();
    loop {
        let cut = cut_blocks(&code, &asked);
        let more: Vec<Wanted> =
            named.needed(&cut, &asked).into_iter().filter(|one| !asked.contains(one)).collect();
        if more.is_empty() {
            return (cut, asked);
        }
        asked.extend(more);
    }
}

fn rust(blocks: &[ApiBlock]) -> impl Iterator<Item = &ApiBlock> {
    blocks.iter().filter(|block| block.language == "rust")
}

/// What is left of all blocks; those of other languages stay as they are.
fn in_order(blocks: &[ApiBlock], cut: Vec<Option<String>>) -> Vec<Option<String>> {
    let mut cut = cut.into_iter();
    let left = |block: &ApiBlock| {
        if block.language == "rust" { cut.next().flatten() } else { Some(block.code.clone()) }
    };
    blocks.iter().map(left).collect()
}
