//! Which answer a request gets.

use super::asked::Tool;
use super::call::{Call, Input, to_run, to_write};
use super::script::{Script, Step, Usage};
use serde_json::Value;
use std::time::Duration;

/// What the model says to one request.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Answer {
    /// Which one of the conversation, from 0.
    pub(super) at: usize,
    pub(super) parts: Vec<Part>,
    pub(super) usage: Usage,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Part {
    Reason(String),
    Say(String),
    Refuse(String),
    Call(Call),
    Pause(Duration),
}

impl Answer {
    /// One that does no harm, for a request that no script has been written for.
    pub(super) fn harmless(usage: Usage) -> Self {
        Self { at: 0, parts: vec![Part::Say("All is well.".into())], usage }
    }

    pub(super) fn calls(&self) -> impl Iterator<Item = &Call> {
        self.parts.iter().filter_map(|part| if let Part::Call(call) = part { Some(call) } else { None })
    }

    pub(super) fn is_refusal(&self) -> bool {
        self.parts.iter().any(|part| matches!(part, Part::Refuse(_)))
    }
}

/// The steps of the answer that a conversation has come to, with the place of the first one in the script.
pub(super) struct Group<'a> {
    /// Which answer it is, from 0.
    pub(super) at: usize,
    pub(super) first: usize,
    pub(super) steps: &'a [Step],
}

impl Script {
    /// The answer for a conversation with so many results of calls, and so many answers without a call replied to.
    pub(super) fn group(&self, n_results: usize, n_replied: usize) -> Group<'_> {
        let (mut n_results, mut n_replied) = (n_results, n_replied);
        let (mut first, mut at) = (0, 0);
        let mut groups = self.steps.split_inclusive(Step::ends_answer).peekable();
        while let Some(steps) = groups.next() {
            let n_calls = n_calls(steps);
            let is_behind = if n_calls == 0 { n_replied > 0 } else { n_results >= n_calls };
            let is_last = groups.peek().is_none() && n_calls == 0;
            if !is_behind || is_last || matches!(steps.last(), Some(Step::Forever(_))) {
                return Group { at: at + n_results + n_replied, first, steps };
            }
            n_results -= n_calls;
            n_replied -= usize::from(n_calls == 0);
            first += steps.len();
            at += 1;
        }
        Group { at: at + n_results + n_replied, first, steps: &[] }
    }

    /// The answer that a group of steps comes to, for a client with these tools.
    pub(super) fn answer(&self, group: &Group<'_>, tools: &[Tool]) -> Answer {
        let mut parts = Vec::new();
        for step in group.steps {
            add(step, group.at, tools, &mut parts);
        }
        if parts.iter().all(|part| matches!(part, Part::Pause(_))) {
            parts.push(Part::Say("That is all.".into()));
        }
        Answer { at: group.at, parts, usage: self.usage }
    }
}

fn n_calls(steps: &[Step]) -> usize {
    match steps.last() {
        Some(Step::Together { steps }) => steps.len(),
        Some(step) if step.ends_answer() && !matches!(step, Step::End {}) => 1,
        _ => 0,
    }
}

fn add(step: &Step, at: usize, tools: &[Tool], parts: &mut Vec<Part>) {
    let n_calls = parts.iter().filter(|part| matches!(part, Part::Call(_))).count();
    let call = |found: Option<(String, Input)>, what: &str| match found {
        Some((tool, input)) => Part::Call(Call { id: format!("call_{at}_{n_calls}"), tool, input }),
        None => Part::Say(format!("There is no tool with which to {what}.")),
    };
    match step {
        Step::Write { path, content } => parts.push(call(to_write(tools, path, content), "write")),
        Step::Run { command } => parts.push(call(to_run(tools, command), "run commands")),
        Step::Call { tool, arguments } => {
            let input = match arguments {
                Value::String(text) => Input::Text(text.clone()),
                value => Input::Arguments(value.clone()),
            };
            parts.push(call(Some((tool.clone(), input)), "call"));
        }
        Step::Together { steps } => steps.iter().for_each(|step| add(step, at, tools, parts)),
        Step::Forever(step) => add(step, at, tools, parts),
        Step::Say { text } => parts.push(Part::Say(text.clone())),
        Step::Reason { text } => parts.push(Part::Reason(text.clone())),
        Step::Refuse { text } if text.is_empty() => {
            parts.push(Part::Refuse("I cannot help with that.".into()));
        }
        Step::Refuse { text } => parts.push(Part::Refuse(text.clone())),
        Step::Pause { ms } => parts.push(Part::Pause(Duration::from_millis(*ms))),
        Step::End {}
        | Step::Status { .. }
        | Step::Cut { .. }
        | Step::Malformed { .. }
        | Step::Silence { .. } => {}
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use serde_json::json;

    /// An answer with each kind of part.
    pub(in crate::model_server) fn everything() -> Answer {
        let call = |id: &str, input| Part::Call(Call { id: id.into(), tool: "read".into(), input });
        let parts = vec![
            Part::Reason("hm, hm".into()),
            Part::Say("so it is".into()),
            Part::Refuse("no".into()),
            call("a", Input::Arguments(json!({ "path": "é" }))),
            call("b", Input::Text("plain".into())),
        ];
        Answer { at: 3, parts, usage: Usage::default() }
    }

    fn script() -> Script {
        Script::new([
            Step::say("first"),
            Step::End {},
            Step::Together { steps: vec![Step::run("a"), Step::run("b")] },
            Step::run("c"),
            Step::say("last"),
        ])
    }

    fn place(n_results: usize, n_replied: usize) -> (usize, usize) {
        let script = script();
        let group = script.group(n_results, n_replied);
        (group.at, group.first)
    }

    #[test]
    fn an_answer_is_chosen_by_what_the_conversation_holds() {
        assert_eq!([place(0, 0), place(0, 1), place(2, 1), place(3, 1)], [(0, 0), (1, 2), (2, 3), (3, 4)]);
        assert_eq!(place(3, 2).1, 4, "what is said last is said again");
    }

    #[test]
    fn a_step_that_is_done_for_ever_has_new_ids() {
        let script = Script::new([Step::run("a"), Step::Forever(Box::new(Step::call("x", Value::Null)))]);
        let ids = [1, 2, 9].map(|n| {
            let answer = script.answer(&script.group(n, 0), &[]);
            answer.calls().next().unwrap().id.clone()
        });
        assert_eq!(ids, ["call_1_0", "call_2_0", "call_9_0"]);
    }

    #[test]
    fn a_script_that_ends_with_a_call_has_a_last_word() {
        let script = Script::new([Step::call("x", Value::Null)]);
        let answer = script.answer(&script.group(1, 0), &[]);
        assert_eq!(answer.parts, [Part::Say("That is all.".into())]);
    }
}
