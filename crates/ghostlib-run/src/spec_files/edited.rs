//! A spec whose documents somebody has edited who did not see all of it.

use super::LoadedSpec;
use ghostlib_spec::{visible, with_whole_front_matter};
use std::collections::{BTreeMap, BTreeSet};

impl LoadedSpec {
    /// The same spec with other documents, given all files as they are after an edit of what [`Self::seen`]
    /// shows. Vectors stay as they are, those that are not shown among them.
    ///
    /// # Errors
    /// What cannot be taken over, and what to do about it.
    pub fn with_documents(&self, edited: &BTreeMap<String, Vec<u8>>) -> Result<Self, String> {
        let shown = visible(&self.sources, &self.withheld);
        let known: BTreeSet<&str> = shown.files().map(|file| file.path.as_str()).collect();
        if let Some(new) = edited.keys().find(|path| !known.contains(path.as_str())) {
            return Err(format!("`{new}` is no file of the spec; write into its documents"));
        }
        for file in &shown.vector_files {
            if edited.get(&file.path) != Some(&file.bytes) {
                let path = &file.path;
                return Err(format!(
                    "`{path}` was changed: what vectors expect is the reference's word; state the rule in a document"
                ));
            }
        }
        let mut sources = self.sources.clone();
        let text_of = |path: &str| edited.get(path).ok_or_else(|| format!("`{path}` was removed"));
        let document = &mut sources.document;
        document.bytes = with_whole_front_matter(document, text_of(&document.path)?).ok_or_else(|| {
            format!("the front matter of `{}` was changed; leave it as it is", document.path)
        })?;
        for file in &mut sources.parts {
            file.bytes.clone_from(text_of(&file.path)?);
        }
        Ok(Self::of(sources).withholding(&self.withheld))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ghostlib_spec::{SourceFile, Sources};

    fn spec() -> LoadedSpec {
        let document = "---\nname: a\nversion: 1\nvectors: [t.yaml]\n---\n\nr[a]\nIt MUST be.\n";
        let vectors =
            "f:\n  - {name: one, input: 1, output: 1}\n  - {name: two, input: 2, output: 2, hidden: true}\n";
        LoadedSpec::of(Sources {
            document: SourceFile::new("SPEC.md", document),
            vector_files: vec![SourceFile::new("t.yaml", vectors)],
            ..Sources::default()
        })
    }

    fn files(loaded: &LoadedSpec) -> BTreeMap<String, Vec<u8>> {
        loaded.seen().files.into_iter().collect()
    }

    #[test]
    fn what_an_editor_did_not_see_stays() {
        let loaded = spec();
        let mut edited = files(&loaded);
        assert!(!String::from_utf8_lossy(&edited["t.yaml"]).contains("two"));
        assert_eq!(loaded.with_documents(&edited).unwrap().stamp(), loaded.stamp());
        let text = String::from_utf8_lossy(&edited["SPEC.md"]).replace("MUST be.", "MUST be one.");
        edited.insert("SPEC.md".into(), text.into_bytes());
        let after = loaded.with_documents(&edited).unwrap();
        assert!(after.document_text().contains("MUST be one."));
        assert_eq!(after.spec.vectors, loaded.spec.vectors);
    }

    #[test]
    fn vectors_and_files_are_not_an_editors() {
        let loaded = spec();
        let said = |path: &str, text: &str| {
            let mut edited = files(&loaded);
            edited.insert(path.into(), text.into());
            loaded.with_documents(&edited).unwrap_err()
        };
        assert!(said("t.yaml", "f: []").contains("`t.yaml` was changed: what vectors expect"));
        assert!(said("SPEC.md", "---\nname: b\n---\n").contains("the front matter of `SPEC.md` was changed"));
        assert!(said("new.md", "x").contains("`new.md` is no file of the spec"));
        let mut without = files(&loaded);
        without.remove("SPEC.md");
        assert_eq!(loaded.with_documents(&without).unwrap_err(), "`SPEC.md` was removed");
    }
}
