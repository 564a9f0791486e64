//! From statements to requirements: every statement gets its id.

use crate::code::Code;
use crate::markdown::Markdown;
use crate::markdown::SectionId;
use crate::statements::{StatementId, without_number};
use crate::text::Text;
use ghostlib_model::{Diagnostic, IdSource, Place, Requirement, RequirementId, Sha256Hex};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::hash::{DefaultHasher, Hasher};

/// The ids of a spec's requirements, over all of its documents.
#[derive(Default)]
pub(crate) struct Ids {
    /// Where each written id stands first.
    written: HashMap<String, Place>,
    /// Hashes of all ids. If two ids share one, the second gets a number that it does not need, and nothing else.
    taken: HashSet<u64>,
    /// How often each made id was wanted.
    counts: HashMap<String, u32>,
}

impl Ids {
    /// Notes the written ids of a document, so that no made one takes them, and complains about those that
    /// are there twice.
    pub(crate) fn note(
        &mut self,
        text: &Text,
        ids: &[(StatementId, SectionId)],
        diagnostics: &mut Vec<Diagnostic>,
    ) {
        for (id, _) in ids {
            let StatementId::Written(marker) = id else { continue };
            let place = text.place(marker.span);
            if let Some(first) = self.written.get(&marker.id) {
                let message = format!("the id `{}` is already that of {first}", marker.id);
                let draft = Code::RequirementIdDuplicate.at(place, message);
                diagnostics.push(draft.help("give one of the two another id").into());
            } else {
                self.taken.insert(hash(&marker.id));
                self.written.insert(marker.id.clone(), place);
            }
        }
    }

    /// Gives every requirement of a document its id.
    pub(crate) fn give(
        &mut self,
        markdown: &Markdown,
        requirements: &mut [Requirement],
        ids: &[(StatementId, SectionId)],
    ) {
        let mut slugs: Vec<Option<String>> = vec![None; markdown.sections.len()];
        for (requirement, (id, section)) in requirements.iter_mut().zip(ids) {
            let slug = slugs[*section]
                .get_or_insert_with(|| slug(without_number(&markdown.sections[*section].title)));
            let (id, id_source) = self.id(id, requirement, slug);
            requirement.id = RequirementId::new(id);
            requirement.id_source = id_source;
        }
    }

    fn id(&mut self, id: &StatementId, requirement: &Requirement, section: &str) -> (String, IdSource) {
        match id {
            StatementId::Written(marker) => (marker.id.clone(), IdSource::Written),
            StatementId::Heading(id) => (self.free(id.clone()), IdSource::Heading),
            StatementId::Checkbox(ordinal) => (self.free(format!("{section}.{ordinal}")), IdSource::Checkbox),
            StatementId::Made => {
                // The same words below another lead-in say something else.
                let lead_in = requirement.lead_in.as_deref().unwrap_or_default();
                let digest = Sha256Hex::of_parts([lead_in, &requirement.text]);
                let mut id = String::with_capacity(section.len() + 9);
                id.push_str(section);
                id.push('-');
                id.push_str(&digest.as_str()[..8]);
                (self.free(id), IdSource::Made)
            }
        }
    }

    /// The id, with a number behind it where it is taken.
    fn free(&mut self, stem: String) -> String {
        if self.taken.insert(hash(&stem)) {
            return stem;
        }
        let count = self.counts.entry(stem.clone()).or_insert(1);
        loop {
            *count += 1;
            let id = format!("{stem}-{count}");
            if self.taken.insert(hash(&id)) {
                return id;
            }
        }
    }
}

/// The same at each run, unlike that of a `HashMap`.
fn hash(id: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    hasher.write(id.as_bytes());
    hasher.finish()
}

/// Gives requirements the ids that they had before, and complains about those that lead nowhere.
pub(crate) fn resolve_aliases(
    requirements: &mut [Requirement],
    aliases: &BTreeMap<String, String>,
    place: &Place,
    diagnostics: &mut Vec<Diagnostic>,
) {
    if aliases.is_empty() {
        return;
    }
    let at: BTreeMap<String, usize> =
        requirements.iter().enumerate().map(|(i, requirement)| (requirement.id.to_string(), i)).collect();
    for (old, new) in aliases {
        // A chain of renamings is followed to its end, a circle to where it began.
        let mut seen = BTreeSet::from([old]);
        let mut last = new;
        while let Some(next) = aliases.get(last).filter(|_| !at.contains_key(last))
            && seen.insert(last)
        {
            last = next;
        }
        if at.contains_key(old) {
            let message = format!("the alias `{old}` is the id of a requirement");
            diagnostics.push(Code::AliasTaken.at(place.clone(), message).help("take the alias out").into());
        } else if let Some(&i) = at.get(last) {
            requirements[i].aliases.push(RequirementId::new(old.clone()));
        } else {
            let message = format!("the alias `{old}` leads to `{new}`, which the spec does not have");
            let help = "name a requirement that is there, or put the old id under `retired:`";
            diagnostics.push(Code::AliasDangling.at(place.clone(), message).help(help).into());
        }
    }
}

/// A heading as part of an id: ASCII letters and digits in lower case, with `-` between them.
pub(crate) fn slug(heading: &str) -> String {
    const MAX_LEN: usize = 40;
    let mut slug = String::new();
    for word in heading.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()) {
        if slug.len() + word.len() > MAX_LEN && !slug.is_empty() {
            break;
        }
        if !slug.is_empty() {
            slug.push('-');
        }
        slug.push_str(&word[..word.len().min(MAX_LEN)]);
    }
    slug.make_ascii_lowercase();
    if slug.is_empty() { "spec".to_owned() } else { slug }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Dialect, Options, SourceFile, Sources, parse_with};

    fn requirements(document: &str) -> Vec<Requirement> {
        let sources = Sources { document: SourceFile::new("SPEC.md", document), ..Sources::default() };
        let options = Options { dialect: Some(Dialect::Native), ..Options::default() };
        parse_with(&sources, &options).0.requirements
    }

    fn ids(document: &str) -> Vec<String> {
        requirements(document).into_iter().map(|requirement| requirement.id.to_string()).collect()
    }

    fn texts(document: &str) -> Vec<String> {
        requirements(document).into_iter().map(|requirement| requirement.text).collect()
    }

    #[test]
    fn made_ids_survive_reflow_and_edits_elsewhere() {
        let before = ids("# One\n\nIt MUST hold for all. Really.\n");
        let after = ids("Intro MUST.\n\n# One\n\nReally? It MUST hold\nfor   all. Well.\n");
        assert_eq!(before[0], after[1]);
        assert_ne!(before, ids("# Two\n\nIt MUST hold for all.\n"));
        assert_ne!(before, ids("# One\n\nIt MUST hold for some.\n"));
    }

    #[test]
    fn the_same_text_twice_gets_two_ids() {
        let ids = ids("It MUST.\n\nIt MUST.\n\nIt MUST.\n");
        assert_eq!(ids[1], format!("{}-2", ids[0]));
        assert_eq!(ids[2], format!("{}-3", ids[0]));
    }

    #[test]
    fn keywords_that_are_not_prose_do_not_count() {
        for document in [
            "`MUST`",
            "```\nMUST\n```",
            "    MUST\n",
            "> MUST\n",
            "> - MUST\n\n",
            "<!-- MUST -->",
            "a <!-- MUST --> b",
            "# MUST\n",
            "| `MUST` |\n|---|\n| a |\n",
            "[a](MUST)",
        ] {
            assert_eq!(texts(document), [""; 0], "{document}");
        }
    }

    #[test]
    fn emphasis_is_prose_and_stays_in_the_text() {
        assert_eq!(texts("*It* __MUST__\n**NOT** do `x. Y`."), ["*It* __MUST__ **NOT** do `x. Y`."]);
    }

    #[test]
    fn an_id_names_the_paragraph_up_to_the_next_id() {
        assert_eq!(
            texts("Before MUST. r[x] is.\nr[a]\nOne. Two.\nr[b]\nThree\nfour.\n"),
            ["Before MUST. r[x] is.", "One. Two.", "Three four."]
        );
    }

    #[test]
    fn an_id_before_a_list_names_the_list_but_for_items_with_ids() {
        assert_eq!(
            texts("r[a]\n\n- one\n  - two MAY\n- r[b]\n  three\n- four\n\nfive MUST\n"),
            ["three", "one two MAY four", "five MUST"]
        );
    }

    #[test]
    fn an_id_that_is_a_link_too_is_still_an_id() {
        assert_eq!(ids("r[a.b]\nText.\n\n- r[a.c] Text.\n\n[a.b]: #x\n[a.c]: #y\n"), ["a.b", "a.c"]);
    }

    #[test]
    fn slugs_are_short_and_plain() {
        assert_eq!(slug("4.1 `split(text)` — Größe"), "4-1-split-text-gr-e");
        assert_eq!(slug("日本"), "spec");
        assert_eq!(slug(&"x".repeat(99)).len(), 40);
        assert_eq!(slug(&"word ".repeat(20)), "word-word-word-word-word-word-word-word");
    }
}
