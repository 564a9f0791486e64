//! The operations of a spec, gathered from headings, API blocks and vectors.

use super::callee::{self, Callee, Signature};
use crate::lint::{Document, Input};
use ghostlib_model::Vector;
use std::collections::{BTreeMap, BTreeSet};

/// All operations, in the order of their names.
pub(super) fn read<'a>(input: &'a Input) -> Vec<Callee<'a>> {
    let spec = input.spec;
    let documents = documents(input);
    let mut signatures: BTreeMap<&str, Vec<Signature>> = BTreeMap::new();
    for operation in &spec.operations {
        let known = signatures.entry(&operation.name).or_default();
        if callee::is_declared(&operation.parameters) {
            let output = operation.output.as_deref().unwrap_or_default().to_lowercase();
            let document = documents.get(&*operation.place.file);
            let heading = document.map_or("", |document| document.text.slice(operation.place.span));
            known.push(Signature {
                parameters: callee::with_brackets(&operation.parameters, heading),
                place: operation.place.clone(),
                language: None,
                is_fallible: output.contains("error") || output.contains("result<"),
            });
        }
    }
    add_overloads(input, &mut signatures);
    for block in &spec.api_blocks {
        for (name, parameters, is_fallible) in callee::declared(&block.code) {
            let known = signatures.entry(name).or_default();
            if known.iter().all(|signature| signature.language.is_some()) {
                let language = Some(block.language.clone());
                known.push(Signature { parameters, place: block.place.clone(), language, is_fallible });
            }
        }
    }
    let mut vectors: BTreeMap<&str, Vec<&Vector>> = BTreeMap::new();
    for vector in &spec.vectors {
        vectors.entry(&vector.operation).or_default().push(vector);
        signatures.entry(&vector.operation).or_default();
    }
    let callee = |(name, signatures)| Callee::new(name, signatures, vectors.remove(name).unwrap_or_default());
    signatures.into_iter().map(callee).collect()
}

/// Adds what headings declare among other words: "Static method: `Buffer.from(list)`".
fn add_overloads(input: &Input, signatures: &mut BTreeMap<&str, Vec<Signature>>) {
    let declared: BTreeSet<(&str, usize)> = input
        .spec
        .operations
        .iter()
        .map(|operation| (&*operation.place.file, operation.place.span.start))
        .collect();
    for (document, file) in input.documents.iter().zip(input.sources.documents()) {
        for section in document.markdown.sections.iter().filter(|section| section.title.contains('(')) {
            let place = document.text.place(document.text.trimmed(section.span));
            if declared.contains(&(file.path.as_str(), place.span.start)) {
                continue;
            }
            let name =
                section.title.split('(').next().and_then(|before| before.split([' ', '`']).next_back());
            let Some(known) = name.and_then(|name| signatures.get_mut(name)) else { continue };
            let parameters = callee::in_heading(&section.title);
            if let Some(parameters) = parameters.filter(|parameters| callee::is_declared(parameters)) {
                known.push(Signature { parameters, place, language: None, is_fallible: false });
            }
        }
    }
}

/// The spec's documents by their paths.
fn documents<'a>(input: &'a Input) -> BTreeMap<&'a str, &'a Document<'a>> {
    input.sources.documents().map(|file| file.path.as_str()).zip(&input.documents).collect()
}
