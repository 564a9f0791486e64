//! What [`to_whenwords`](super::to_whenwords) has written, as the native spec that it was.

use super::head::number;
use super::native::{Imported, LeftOut, Naming};
use super::whenwords::{ID_END, ID_START, MARK, TESTS};
use crate::dialect::Dialect;
use crate::edit::{newline, scalar};
use crate::statements::is_id;
use crate::{Options, SourceFile, Sources, parse_with};
use ghostlib_model::Severity;

/// The native spec, if the document says that it was one.
pub(super) fn restore(sources: &Sources, naming: &Naming) -> Option<Imported> {
    let (content, _) = sources.document.decode();
    let (before, behind) = content.split_once(MARK)?;
    let behind = behind.trim_start_matches(['\r', '\n']);
    let end = behind.find("\n\n").or_else(|| behind.find("\r\n\r\n")).unwrap_or(behind.len());
    let said = Said::read(&behind[..end])?;
    let body = [before.trim_end(), &behind[end..]].concat();
    let mut native = sources.clone();
    native.parts.retain(|part| said.parts.contains(&part.path.as_str()));
    native.vector_files.retain(|file| file.path == TESTS);
    let front_matter = said.front_matter(&native.vector_files, naming).join(newline(&content));
    native.document = SourceFile::new("SPEC.md", front_matter + &with_ids(&body));
    for part in &mut native.parts {
        let text = with_ids(&part.decode().0);
        part.bytes = text.into_bytes();
    }
    (native.companions, native.listing) = (Vec::new(), None);
    let (spec, diagnostics) = parse_with(&native, &Options::default());
    let wrong = diagnostics.into_iter().filter(|one| one.severity == Severity::Error);
    Some(Imported {
        dialect: Dialect::Native,
        sources: native,
        name: spec.front_matter.name,
        n_requirements: spec.requirements.len(),
        n_carried: spec.requirements.len(),
        added: Vec::new(),
        renamed: Vec::new(),
        restated: Vec::new(),
        left_out: wrong.map(|one| LeftOut { place: one.place, what: one.message }).collect(),
        to_fill_in: if said.license.is_none() { vec!["license".to_owned()] } else { Vec::new() },
    })
}

/// What the sentence below the title says.
struct Said<'a> {
    name: &'a str,
    version: &'a str,
    license: Option<&'a str>,
    parts: Vec<&'a str>,
}

impl<'a> Said<'a> {
    fn read(sentence: &'a str) -> Option<Self> {
        let rest = sentence.strip_prefix("This is version ")?;
        let (version, rest) = rest.split_once(" of the specification of `")?;
        let (name, rest) = rest.split_once('`')?;
        let license = rest.strip_prefix(", under the licence `").and_then(|rest| rest.split_once('`'));
        let parts = rest.split_once("It goes on in ").and_then(|(_, rest)| rest.split_once(" Its cases"));
        let links = parts.into_iter().flat_map(|(links, _)| links.split("](").skip(1));
        let parts = links.filter_map(|link| link.split_once(')').map(|(path, _)| path)).collect();
        Some(Self { name, version, license: license.map(|(license, _)| license), parts })
    }

    fn front_matter(&self, vector_files: &[SourceFile], naming: &Naming) -> Vec<String> {
        let name = naming.name.as_deref().unwrap_or(self.name);
        let mut lines = vec!["---".to_owned(), "ghostlib: 1".to_owned(), format!("name: {}", scalar(name))];
        lines.push(format!("version: {}", number(self.version)));
        lines.extend(self.license.map(|license| format!("license: {}", scalar(license))));
        let names = |paths: Vec<String>| paths.join(", ");
        if !self.parts.is_empty() {
            let parts = self.parts.iter().map(|part| scalar(part)).collect();
            lines.push(format!("files: [{}]", names(parts)));
        }
        if !vector_files.is_empty() {
            let files = vector_files.iter().map(|file| scalar(&file.path)).collect();
            lines.push(format!("vectors: [{}]", names(files)));
        }
        lines.extend(["---".to_owned(), String::new(), String::new()]);
        lines
    }
}

/// The text with its comments that are ids as ids.
fn with_ids(text: &str) -> String {
    let mut restored = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once(ID_START) {
        restored.push_str(before);
        match behind.split_once(ID_END) {
            Some((id, after)) if is_id(id) => {
                restored.extend(["r[", id, "]"]);
                rest = after;
            }
            _ => {
                restored.push_str(ID_START);
                rest = behind;
            }
        }
    }
    restored + rest
}
