//! The front matter of a native spec, of what another format says of itself.

use super::native::{LeftOut, Naming};
use crate::dialect::is_own_front_matter;
use crate::edit::{newline, scalar};
use crate::requirements::slug;
use crate::text::Text;
use crate::yaml::{self, Kind, Node};
use crate::{Options, SourceFile, Sources, Spec, front_matter};
use ghostlib_model::{Level, Span};

/// What stands at the top of the native spec.
pub(super) struct Head {
    pub(super) name: String,
    /// With the lines around it.
    pub(super) yaml: String,
    /// Where the body of the other spec starts.
    pub(super) body: usize,
    pub(super) to_fill_in: Vec<String>,
    pub(super) lost_keys: Vec<LeftOut>,
}

/// What a document says of itself, in whatever way.
#[derive(Default)]
struct Said {
    name: Option<String>,
    version: Option<String>,
    license: Option<String>,
    lost_keys: Vec<LeftOut>,
}

pub(super) fn of(sources: &Sources, options: &Options, naming: &Naming, spec: &Spec) -> Head {
    let (content, _) = sources.document.decode();
    let division = front_matter::divide(&content);
    let newline = newline(&content);
    if let Some(yaml) = division.yaml.clone().filter(|range| is_own_front_matter(&content[range.clone()])) {
        let lines = content[yaml].split_inclusive('\n').filter(|line| !line.starts_with("dialect:"));
        let yaml = ["---", newline, &lines.collect::<String>(), "---", newline, newline].concat();
        let name = naming.name.clone().unwrap_or_else(|| spec.front_matter.name.clone());
        return Head { name, yaml, body: division.body, to_fill_in: Vec::new(), lost_keys: Vec::new() };
    }
    let text = Text::new(&sources.document.path, &content);
    let mut said =
        division.yaml.map(|yaml| said_in_yaml(&text, yaml.start, &content[yaml])).unwrap_or_default();
    let title = spec.title.as_deref().unwrap_or_default();
    let named = [naming.name.clone(), said.name.take(), name_of(title)];
    let name = named.into_iter().flatten().next().or_else(|| naming.folder.as_deref().map(slug));
    let versions = [said.version.take(), version_of(title), version_of_vectors(&sources.vector_files)];
    let version = versions.into_iter().flatten().next();
    let license = said.license.take().or_else(|| naming.license.clone());
    let lines = Lines { name: name.as_deref(), version: version.as_deref(), license: license.as_deref() };
    let missing = [("name", name.is_none()), ("version", version.is_none()), ("license", license.is_none())];
    Head {
        yaml: lines.write(sources, options).join(newline),
        name: name.unwrap_or_default(),
        body: division.body,
        to_fill_in: missing
            .iter()
            .filter(|(_, is_missing)| *is_missing)
            .map(|(key, _)| (*key).to_owned())
            .collect(),
        lost_keys: said.lost_keys,
    }
}

struct Lines<'a> {
    name: Option<&'a str>,
    version: Option<&'a str>,
    license: Option<&'a str>,
}

impl Lines<'_> {
    fn write(&self, sources: &Sources, options: &Options) -> Vec<String> {
        let mut lines = vec!["---".to_owned(), "ghostlib: 1".to_owned()];
        lines.push(self.name.map_or_else(
            || "name: unnamed  # fill in the name of the library".to_owned(),
            |name| format!("name: {}", scalar(name)),
        ));
        lines.push(self.version.map_or_else(
            || "version: 0.1.0  # fill in the version of this spec".to_owned(),
            |version| format!("version: {}", number(version)),
        ));
        lines.push(self.license.map_or_else(
            || "# license: fill in the licence of this spec, as an SPDX expression such as MIT".to_owned(),
            |license| format!("license: {}", scalar(license)),
        ));
        let names = |key: &str, files: &[SourceFile]| {
            let names: Vec<_> = files.iter().map(|file| scalar(&file.path)).collect();
            (!names.is_empty()).then(|| format!("{key}: [{}]", names.join(", ")))
        };
        lines.extend(names("files", &sources.parts));
        lines.extend(names("vectors", &sources.vector_files));
        lines.extend(keywords(options));
        lines.extend(["---".to_owned(), String::new(), String::new()]);
        lines
    }
}

fn keywords(options: &Options) -> Option<String> {
    let of = |level: Level| {
        let phrases = options.keywords.iter().filter(|(_, of)| *of == level);
        let phrases: Vec<_> = phrases.map(|(phrase, _)| scalar(phrase)).collect();
        (!phrases.is_empty()).then(|| format!("{}: [{}]", level.keyword(), phrases.join(", ")))
    };
    let levels: Vec<_> = Level::ALL.into_iter().filter_map(of).collect();
    (!levels.is_empty()).then(|| format!("keywords: {{{}}}", levels.join(", ")))
}

/// A version as it is written; a number stands for itself.
pub(super) fn number(version: &str) -> String {
    let is_bare = version.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '+' | '-'));
    if is_bare && version.starts_with(|c: char| c.is_ascii_digit()) {
        version.to_owned()
    } else {
        scalar(version)
    }
}

fn said_in_yaml(text: &Text, start: usize, yaml: &str) -> Said {
    let mut said = Said::default();
    let Ok(root) = yaml::parse(yaml) else {
        let place = text.place(Span::new(start, start + yaml.len()));
        said.lost_keys.push(LeftOut { place, what: "the front matter cannot be read".into() });
        return said;
    };
    for entry in root.as_map().unwrap_or_default() {
        let value = match &entry.value.kind {
            Kind::Text(value) => Some(value.clone()),
            _ => yaml.get(entry.value.scalar.start..entry.value.scalar.end).map(str::to_owned),
        };
        match entry.key.to_lowercase().as_str() {
            "name" | "title" if said.name.is_none() => said.name = value.and_then(|name| name_of(&name)),
            "version" => said.version = value,
            "license" | "licence" => said.license = value,
            _ => {
                let span = entry.span();
                let place = text.place(Span::new(start + span.start, start + span.end));
                let what = format!("a native spec has no key \"{}\" in its front matter", entry.key);
                said.lost_keys.push(LeftOut { place, what });
            }
        }
    }
    said
}

/// The name in a title: `lending` of "lending Specification", `recipe-search` of "Feature Specification: Recipe search".
fn name_of(title: &str) -> Option<String> {
    const LABELS: [&str; 7] =
        ["feature", "spec", "specification", "requirements", "document", "the", "delta"];
    let name = match title.split_once(':') {
        Some((label, name))
            if label.split(' ').all(|word| LABELS.contains(&word.to_lowercase().as_str())) =>
        {
            name
        }
        _ => title,
    };
    let is_name = |word: &&str| {
        let word = word.to_lowercase();
        !LABELS.contains(&word.as_str()) && version_of(&word).is_none()
    };
    let words: Vec<&str> = name.split_whitespace().filter(is_name).collect();
    (!words.is_empty()).then(|| slug(&words.join(" "))).filter(|slug| slug != "spec")
}

/// The version in a title: `0.1.0` of "whenwords Specification v0.1.0".
fn version_of(title: &str) -> Option<String> {
    let number = title.split_whitespace().find_map(|word| {
        let number = word.trim_matches(['(', ')', ',']).strip_prefix(['v', 'V'])?;
        number.starts_with(|c: char| c.is_ascii_digit()).then_some(number)
    })?;
    Some(number.to_owned())
}

/// The version that a file of vectors says it has.
fn version_of_vectors(files: &[SourceFile]) -> Option<String> {
    files.iter().find_map(|file| {
        let (content, _) = file.decode();
        let root = yaml::parse(&content).ok()?;
        let Node { kind: Kind::Text(version), .. } = root.get("version")? else { return None };
        Some(version.clone())
    })
}

/// The licence that a text is, as an SPDX expression, if it is one of those that are mostly used.
pub fn license_of(text: &str) -> Option<&'static str> {
    let words = text.split_whitespace().take(400).collect::<Vec<_>>().join(" ").to_lowercase();
    let known = [
        ("mit license", "MIT"),
        ("permission is hereby granted, free of charge, to any person obtaining a copy", "MIT"),
        ("apache license version 2.0", "Apache-2.0"),
        ("redistribution and use in source and binary forms", "BSD-3-Clause"),
        ("permission to use, copy, modify, and/or distribute this software", "ISC"),
        ("cc0 1.0 universal", "CC0-1.0"),
        ("creative commons attribution 4.0", "CC-BY-4.0"),
        ("attribution 4.0 international", "CC-BY-4.0"),
        ("mozilla public license version 2.0", "MPL-2.0"),
    ];
    let (_, license) = known.into_iter().find(|(start, _)| words.contains(start))?;
    let is_two_clause = license == "BSD-3-Clause" && !text.contains("endorse or promote");
    Some(if is_two_clause { "BSD-2-Clause" } else { license })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_give_names_and_versions() {
        for (title, name, version) in [
            ("whenwords Specification v0.1.0", Some("whenwords"), Some("0.1.0")),
            ("padding v1", Some("padding"), Some("1")),
            ("Feature Specification: Recipe search", Some("recipe-search"), None),
            ("lending Specification", Some("lending"), None),
            ("Requirements Document", None, None),
        ] {
            assert_eq!((name_of(title).as_deref(), version_of(title).as_deref()), (name, version), "{title}");
        }
    }
}
