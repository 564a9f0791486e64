//! Weak, vague and compound requirements.

use super::super::{Document, Input, Report};
use crate::code::Code;
use ghostlib_model::{Level, LevelSource, Place, Requirement, Span, Untestable};
use std::collections::BTreeMap;

/// So many weak requirements of one section are each shown; more are counted.
const MAX_SHOWN: usize = 3;

pub(super) fn check(input: &Input, report: &mut Report) {
    check_weak(input, report);
    check_compound(input, report);
    for requirement in &input.spec.requirements {
        if let Some(Untestable::Vague(word)) = &requirement.untestable
            && requirement.level != Level::May
        {
            let message = format!("nobody can measure \"{word}\"");
            let help = "say what a test would observe: a value, a limit, an order";
            let place = place_of(input, requirement, word);
            report.add(Code::VagueWording.at(place, message).help(help).into());
        }
    }
}

fn check_weak(input: &Input, report: &mut Report) {
    let requirements = &input.spec.requirements;
    if !requirements.iter().any(|requirement| requirement.level_source == LevelSource::Keyword) {
        return;
    }
    let mut by_section: BTreeMap<&[String], Vec<&Requirement>> = BTreeMap::new();
    // "Do not" and "Never" need no capitals to be understood.
    let is_imperative = |text: &str| {
        let text = text.trim_start_matches(['*', '_']);
        ["Do not ", "Don't ", "Never "].iter().any(|start| text.starts_with(start))
    };
    let is_weak = |requirement: &&Requirement| {
        requirement.level_source == LevelSource::Weak
            && !is_imperative(&requirement.text)
            && !requirement.lead_in.as_deref().is_some_and(is_imperative)
    };
    for requirement in requirements.iter().filter(is_weak) {
        by_section.entry(&requirement.section).or_default().push(requirement);
    }
    for weak in by_section.into_values() {
        let help = "write the keyword in capitals if it binds, and another word if it does not";
        if weak.len() > MAX_SHOWN {
            let message = format!("{} requirements of this section bind by words in lower case", weak.len());
            report.add(Code::WeakWording.at(weak[0].place.clone(), message).help(help).into());
            continue;
        }
        for requirement in weak {
            let message =
                format!("this {} stands in lower case, where others have capitals", requirement.level);
            report.add(Code::WeakWording.at(requirement.place.clone(), message).help(help).into());
        }
    }
}

fn check_compound(input: &Input, report: &mut Report) {
    let mut previous: Option<&Requirement> = None;
    for requirement in &input.spec.requirements {
        let n_keywords = n_keywords(&requirement.text);
        let goes_on = ["and ", "but ", "or "].iter().any(|joint| requirement.text.starts_with(joint));
        let help = "make a sentence of each, with an id of its own";
        if requirement.id_is_written() && n_keywords > 1 {
            let message = format!("`{}` states {n_keywords} things at once", requirement.id);
            report.add(Code::Compound.at(requirement.place.clone(), message).help(help).into());
        } else if goes_on
            && requirement.level_source == LevelSource::Keyword
            && previous.is_some_and(|previous| is_before(previous, requirement))
        {
            let message = "this sentence states several things at once";
            report.add(Code::Compound.at(requirement.place.clone(), message).help(help).into());
        }
        previous = Some(requirement);
    }
}

/// Whether one clause follows the other in the same sentence.
fn is_before(previous: &Requirement, next: &Requirement) -> bool {
    previous.place.file == next.place.file
        && next.place.span.start.saturating_sub(previous.place.span.end) < 3
}

/// How many modal keywords a text has, code left out.
fn n_keywords(text: &str) -> usize {
    let prose = text.split('`').step_by(2);
    let words = prose.flat_map(|part| part.split(|c: char| !c.is_alphanumeric() && c != '-'));
    words.filter(|word| matches!(*word, "MUST" | "SHALL" | "SHOULD" | "MAY")).count()
}

/// Where the word stands in a requirement; the requirement where it cannot be found.
fn place_of(input: &Input, requirement: &Requirement, word: &str) -> Place {
    let is_in = |document: &&Document| document.text.file() == &*requirement.place.file;
    let Some(document) = input.documents.iter().find(is_in) else { return requirement.place.clone() };
    let text = document.text.slice(requirement.place.span);
    let Some(at) = text.to_ascii_lowercase().find(word) else { return requirement.place.clone() };
    let start = requirement.place.span.start + at;
    document.text.place(Span::new(start, start + word.len()))
}

#[cfg(test)]
mod tests {
    use super::super::super::tests::{codes_of, native};

    #[test]
    fn vague_words_are_shown_where_they_bind() {
        assert_eq!(codes_of(&native("", "r[a.b]\nIt MUST be reasonably large.\n")), ["vague-wording"]);
        assert_eq!(codes_of(&native("", "r[a.b]\nIt MAY be reasonably large.\n\nA simple text.\n")), [""; 0]);
    }

    #[test]
    fn one_sentence_states_one_thing() {
        assert_eq!(codes_of(&native("", "r[a.b]\nIt MUST hold and MUST NOT stop.\n")), ["compound"]);
        assert_eq!(codes_of(&native("", "It MAY hold and MAY stop.\n")), ["compound"]);
        assert_eq!(codes_of(&native("", "r[a.b]\nIt MUST hold `MUST` and keep going.\n")), [""; 0]);
    }

    #[test]
    fn lower_case_is_weak_only_beside_capitals() {
        assert_eq!(codes_of("# A\n\n## B\n\nIt MUST hold.\n\nIt must stop.\n"), ["weak-wording"]);
        assert_eq!(codes_of("# A\n\n## B\n\nIt must hold.\n\nIt must stop.\n"), [""; 0]);
        let five = "It MUST hold.\n\nA must go.\n\nB must go.\n\nC must go.\n\nD must go.\n";
        assert_eq!(codes_of(&format!("# A\n\n## B\n\n{five}")), ["weak-wording"]);
    }
}
