//! What lies beside the sample's journal.

use crate::{Beside, Stated, Story, Turn, TurnKind};
use ghostlib_model::{
    IdSource, Level, LevelSource, Place, Requirement, RequirementId, RequirementKind, RunSummary, VectorId,
};

/// Of every kind something, each text as `word` says it.
pub(crate) fn beside(run: &RunSummary, word: &dyn Fn(&str) -> String) -> Beside {
    let sessions = run.iterations.iter().flat_map(|it| &it.attempts).flat_map(|one| &one.sessions);
    let first = run.iterations[0].attempts[0].evaluation.as_ref();
    let places = first.into_iter().flat_map(|evaluation| &evaluation.findings).flat_map(|finding| {
        let id = ghostlib_model::AttemptId { iteration: 1, attempt: 1 };
        [(None, &finding.reference), (Some(id), &finding.candidate)]
    });
    let lines = (1..300).map(|n| format!("    {} // {n}", word("let c = words.next()?;")));
    let source = lines.collect::<Vec<_>>().join("\n");
    Beside {
        specs: run
            .iterations
            .iter()
            .map(|it| Stated {
                hash: it.spec.hash.clone(),
                requirements: vec![
                    requirement(
                        word("words.split.comments"),
                        word("A `#` at the start of a word MUST begin a comment."),
                    ),
                    requirement(
                        word("words.split.quotes"),
                        word("A quote that is not closed MUST be refused."),
                    ),
                    requirement(word("words.join"), word("Joining MUST quote what needs it.")),
                ],
                vectors: vec![
                    (
                        VectorId::new(word("split/comment")),
                        vec![RequirementId::new(word("words.split.comments"))],
                    ),
                    (VectorId::new(word("split/one")), vec![RequirementId::new(word("words.split.quotes"))]),
                ],
            })
            .collect(),
        sessions: sessions.map(|one| Story { session: one.id.clone(), turns: turns(word) }).collect(),
        sources: places
            .filter_map(|(whose, place)| Some(((whose, place.as_ref()?.file.to_string()), source.clone())))
            .collect(),
    }
}

fn turns(word: &dyn Fn(&str) -> String) -> Vec<Turn> {
    let turn = |at_ms, kind, label: &str, text: &str, output: Option<&str>| Turn {
        at_ms,
        kind,
        label: word(label),
        text: word(text),
        output: output.map(word),
    };
    vec![
        turn(0, TurnKind::Other, "starts", "prompt 85823e39", None),
        turn(400, TurnKind::Text, "says", "I read the spec first.\nThen I write the crate.", None),
        turn(2_100, TurnKind::Tool, "Bash", "cargo test", Some("test result: ok. 5 passed\n")),
        turn(3_000, TurnKind::FailedTool, "Bash", "cargo clippy", Some("error: no such command: `clippy`\n")),
        turn(5_200, TurnKind::File, "changes", "src/lib.rs", None),
        turn(9_000, TurnKind::Objection, "objects", "What is a word?", None),
        turn(9_500, TurnKind::Other, "ends", "done", None),
    ]
}

fn requirement(id: String, text: String) -> Requirement {
    Requirement {
        id: RequirementId::new(id),
        id_source: IdSource::Written,
        aliases: Vec::new(),
        level: Level::Must,
        level_source: LevelSource::Keyword,
        text,
        lead_in: None,
        section: [].into(),
        kind: RequirementKind::Functional,
        untestable: None,
        actor: None,
        condition: None,
        place: Place::start_of("SPEC.md"),
    }
}
