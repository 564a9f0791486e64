//! Whether something that was planted where no agent may look has turned up in what an agent made.

use ghostlib_agent::FileTree;
use ghostlib_model::{Canary, Finding, Gate, Priority};

/// A finding for each file of a session's record that has a canary in it: its candidate, its trajectory, its objections.
pub(crate) fn findings(canaries: &[Canary], record: &FileTree) -> Vec<Finding> {
    let of_file = |(path, bytes): (&String, &Vec<u8>)| {
        let found = [path.as_bytes(), bytes].into_iter().flat_map(|text| Canary::found_in(canaries, text));
        found.map(|canary| finding(path, canary)).collect::<Vec<_>>()
    };
    record.files.iter().flat_map(of_file).collect()
}

fn finding(path: &str, canary: &Canary) -> Finding {
    let place = &canary.place;
    let message = format!("`{path}` has the canary of {place}: whoever wrote it has seen that place.");
    Finding {
        gate: Some(Gate::G0),
        advice:
            "Throw the candidate away. Find the way that led there; with an agent that works outside of the \
                 sandbox, keep the reference out of its reach."
                .into(),
        ..Finding::new("canary-found", Priority::P0, format!("{path}: {place}"), message)
    }
}

/// What speaks against a spec that has a canary in it.
pub(crate) fn reasons<'a>(
    canaries: &[Canary],
    files: impl IntoIterator<Item = (&'a str, &'a [u8])>,
) -> Vec<String> {
    let of_file = |(path, bytes): (&str, &[u8])| {
        let found = Canary::found_in(canaries, bytes).into_iter();
        found
            .map(|canary| format!("`{path}` would have the canary of {} in it", canary.place))
            .collect::<Vec<_>>()
    };
    files.into_iter().flat_map(of_file).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_contents_and_specs_are_looked_through() {
        let canary = |digit: &str, place: &str| Canary { token: digit.repeat(32), place: place.into() };
        let canaries = [canary("a", "`src/lib.rs` of the reference"), canary("b", "the home")];
        let file = |path: String, text: &str| (path, text.as_bytes().to_vec());
        let record = FileTree::from_files([
            file("candidate/src/lib.rs".into(), &format!("// {}\n", canaries[0].token)),
            file(format!("candidate/{}.rs", canaries[1].token), ""),
            file("events.jsonl".into(), "{}"),
        ]);
        let found = findings(&canaries, &record);
        assert_eq!(found.len(), 2);
        let of_lib = found.iter().find(|one| one.subject.contains("src/lib.rs:")).unwrap();
        assert!(
            of_lib.blocks() && of_lib.message.contains("`src/lib.rs` of the reference"),
            "{}",
            of_lib.message
        );
        let spec = format!("as {} says", canaries[1].token);
        assert_eq!(
            reasons(&canaries, [("SPEC.md", spec.as_bytes()), ("v.yaml", b"a: 1")]),
            ["`SPEC.md` would have the canary of the home in it"]
        );
    }
}
