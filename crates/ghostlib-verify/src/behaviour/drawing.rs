//! Which sequences are tried, round by round.

use super::{Differential, ROUNDS, Seeds};
use crate::coverage::{CoverageMap, Reached};
use crate::generate::{Generator, Sequences, neighbours};
use crate::operation::Operation;
use ghostlib_model::{Answer, Call, Sequence, SequenceAnswer, Value, accepts_enough};
use std::collections::BTreeSet;

/// An operation from which the reference did not come back so often is not called any more.
const MAX_LOST: usize = 6;

/// So many accepted sequences of an operation are kept: what is rarely accepted has no more.
const MAX_ACCEPTED: usize = 32;

/// The drawing of sequences, round by round.
pub(super) struct Drawing<'a> {
    operations: &'a [Operation],
    seeds: &'a Seeds,
    sequences: Sequences<'a>,
    generator: Generator,
    known: BTreeSet<String>,
    /// How often the reference did not come back from each operation.
    n_lost: Vec<usize>,
    /// What ran so far, if the reference counts it.
    reached: Option<Reached<'a>>,
    /// Sequences that end with a call that the reference accepted, for each operation.
    accepted: Vec<Vec<Sequence>>,
    /// Sequences of the seeds, and those by which something ran for the first time, by the operations that they call.
    corpus: Vec<Vec<Sequence>>,
}

impl<'a> Drawing<'a> {
    pub(super) fn new(
        operations: &'a [Operation],
        seeds: &'a Seeds,
        plan: &Differential,
        map: Option<&'a CoverageMap>,
    ) -> Self {
        let mut generator = Generator::new(plan.seed);
        seeds.loose.iter().for_each(|value| generator.learn(value));
        let laid_out = seeds.sequences.iter().flat_map(|sequence| &sequence.calls).map(|call| &call.input);
        seeds.inputs.iter().map(|(_, input)| input).chain(laid_out).for_each(|input| generator.learn(input));
        let sequences = Sequences::new(operations, &seeds.inputs, seeds.surroundings);
        let n_lost = vec![0; operations.len()];
        let mut drawing = Self {
            operations,
            seeds,
            sequences,
            generator,
            known: BTreeSet::new(),
            n_lost,
            reached: map.map(Reached::nothing),
            accepted: vec![vec![]; operations.len()],
            corpus: vec![vec![]; operations.len()],
        };
        seeds.sequences.iter().for_each(|sequence| drawing.keep(sequence));
        drawing
    }

    /// What ran so far, if the reference counts it.
    pub(super) fn reached(&self) -> Option<&Reached<'a>> {
        self.reached.as_ref()
    }

    pub(super) fn round(&mut self, round: usize, plan: &Differential) -> Vec<Sequence> {
        (0..self.operations.len()).flat_map(|target| self.of(target, round, plan)).collect()
    }

    /// New sequences for an operation; in the first round its seeds and what is near to them too.
    pub(super) fn of(&mut self, target: usize, round: usize, plan: &Differential) -> Vec<Sequence> {
        if self.n_lost[target] >= MAX_LOST {
            return vec![];
        }
        let mut sequences = if round == 0 { self.near_seeds(target, plan) } else { vec![] };
        let n_wanted = plan.cases.div_ceil(ROUNDS).max(sequences.len());
        // A small domain runs out of new inputs: the tries are bounded.
        for _ in 0..n_wanted * 4 {
            if sequences.len() >= n_wanted {
                break;
            }
            sequences.push(self.draw(target));
            self.drop_known(&mut sequences);
        }
        sequences
    }

    /// More sequences for the operations of which the reference accepted some calls and not enough to say anything, most of
    /// them like those; nothing, if there are none.
    pub(super) fn of_scarce(&mut self, plan: &Differential) -> Vec<Sequence> {
        let mut sequences = vec![];
        for target in 0..self.operations.len() {
            let accepted = self.sequences.accepted(target);
            if self.n_lost[target] >= MAX_LOST || accepted.n == 0 || accepts_enough(accepted) {
                continue;
            }
            for _ in 0..plan.cases.div_ceil(ROUNDS) {
                let known = &self.accepted[target];
                sequences.push(match known.len() {
                    0 => self.draw(target),
                    n if self.generator.rng().u8(..4) > 0 => {
                        let old = &known[self.generator.rng().usize(..n)];
                        self.sequences.mutate(old, target, &mut self.generator)
                    }
                    _ => self.draw(target),
                });
                self.drop_known(&mut sequences);
            }
        }
        sequences
    }

    /// A new sequence, or one like those that led to new code.
    fn draw(&mut self, target: usize) -> Sequence {
        let corpus = &self.corpus[target];
        if corpus.is_empty() || self.generator.rng().bool() {
            return self.sequences.draw(target, &mut self.generator);
        }
        // The last ones have come furthest.
        let rng = self.generator.rng();
        let at = rng.usize(..corpus.len()).max(rng.usize(..corpus.len()));
        let old = &corpus[at];
        self.sequences.mutate(old, target, &mut self.generator)
    }

    fn drop_known(&mut self, sequences: &mut Vec<Sequence>) {
        if let Some(last) = sequences.last() {
            let text = serde_json::to_string(last).unwrap_or_default();
            if !self.known.insert(text) {
                sequences.pop();
            }
        }
    }

    /// The seeds of an operation, and inputs that differ from them in one place; at most half of all, spread evenly.
    fn near_seeds(&mut self, target: usize, plan: &Differential) -> Vec<Sequence> {
        let (operation, seeds) = (&self.operations[target], self.seeds);
        let is_of_it = |calls: &[Call]| calls.last().is_some_and(|call| call.operation == operation.name);
        let mut sequences = vec![];
        for whole in seeds.sequences.iter().filter(|sequence| is_of_it(&sequence.calls)) {
            sequences.push(whole.clone());
            self.drop_known(&mut sequences);
        }
        if operation.kept_params().next().is_some() {
            return sequences;
        }
        let own: Vec<&Value> =
            seeds.inputs.iter().filter(|(name, _)| *name == operation.name).map(|(_, input)| input).collect();
        let near: Vec<Value> = own.iter().flat_map(|input| neighbours(input)).collect();
        let stride = near.len().div_ceil((plan.cases / 2).max(1)).max(1);
        let inputs = own.into_iter().cloned().chain(near.into_iter().step_by(stride));
        for input in inputs {
            sequences.push(Sequence { calls: vec![Call { operation: operation.name.clone(), input }] });
            self.drop_known(&mut sequences);
        }
        sequences
    }

    fn keep(&mut self, sequence: &Sequence) {
        for (operation, corpus) in self.operations.iter().zip(&mut self.corpus) {
            if sequence.calls.iter().any(|call| call.operation == operation.name) {
                corpus.push(sequence.clone());
            }
        }
    }

    fn keep_accepted(&mut self, sequence: &Sequence, answer: &SequenceAnswer) {
        for (at, (call, answer)) in sequence.calls.iter().zip(&answer.answers).enumerate() {
            let operation = self.operations.iter().position(|one| one.name == call.operation);
            if let (Some(operation), Answer::Ok(_)) = (operation, answer)
                && self.accepted[operation].len() < MAX_ACCEPTED
            {
                self.accepted[operation].push(Sequence { calls: sequence.calls[..=at].to_vec() });
            }
        }
    }

    pub(super) fn learn(&mut self, sequence: &Sequence, answer: &SequenceAnswer) {
        self.sequences.learn(sequence, answer, &mut self.generator);
        self.keep_accepted(sequence, answer);
        if self.reached.as_mut().is_some_and(|reached| reached.add(&answer.ran) > 0) {
            self.keep(sequence);
        }
        let is_lost = |one: &Answer| matches!(one, Answer::Crash(_) | Answer::Hang(_));
        let lost = answer.answers.iter().position(is_lost);
        let name = lost.and_then(|at| sequence.calls.get(at)).map(|call| &call.operation);
        if let Some(at) = self.operations.iter().position(|one| Some(&one.name) == name) {
            self.n_lost[at] += 1;
            if self.n_lost[at] == MAX_LOST {
                self.sequences.exclude(at);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::coverage::{MappedFunction, Region, Sum};
    use crate::operation::OperationParam;
    use crate::shape::Shape;
    use ghostlib_model::Failure;
    use serde_json::json;

    const PLAN: Differential = Differential { cases: 800, seed: 1, max_differences: 1 };
    const MARK: &str = "a mark that nobody draws";

    fn map() -> CoverageMap {
        let function = MappedFunction { file: "lib.rs".into(), line: 1, name: Some("read".into()) };
        CoverageMap::new([(function, vec![(Region::line(1), Sum::from([("7".to_owned(), 1)]))])])
    }

    fn read() -> Operation {
        Operation {
            name: "read".into(),
            item: "read".into(),
            binding: String::new(),
            expression: String::new(),
            params: vec![OperationParam::required("text".into(), Shape::Text)],
            keeps: None,
            keeps_error: None,
        }
    }

    /// The sequences after one that the reference rejects, by which places ran.
    fn after(map: Option<&CoverageMap>, ran: &[&str]) -> Vec<Sequence> {
        let (operations, seeds) = ([read()], Seeds::default());
        let mut drawing = Drawing::new(&operations, &seeds, &PLAN, map);
        let call = Call { operation: "read".into(), input: json!({"text": MARK}) };
        let answer = SequenceAnswer {
            answers: vec![Answer::Error(Failure::from("no"))],
            ran: ran.iter().map(|place| ((*place).to_owned(), 1)).collect(),
            ..SequenceAnswer::default()
        };
        drawing.learn(&Sequence { calls: vec![call] }, &answer);
        drawing.round(1, &PLAN)
    }

    fn n_marked(sequences: &[Sequence]) -> usize {
        let is_marked = |sequence: &&Sequence| {
            sequence
                .calls
                .iter()
                .any(|call| call.input["text"].as_str().is_some_and(|text| text.contains("nobody")))
        };
        sequences.iter().filter(is_marked).count()
    }

    #[test]
    fn what_led_to_new_code_is_tried_on() {
        let map = map();
        let steered = after(Some(&map), &["7"]);
        assert!(n_marked(&steered) > steered.len() / 4, "{} of {}", n_marked(&steered), steered.len());
        assert_eq!(n_marked(&after(Some(&map), &["8"])), 0, "no code of the library");
        assert_eq!(n_marked(&after(None, &["7"])), 0, "nothing is known of places");
    }

    #[test]
    fn what_the_seeds_lay_out_before_a_call_is_tried_and_what_is_like_it() {
        let calls = [MARK, "x"].map(|text| Call { operation: "read".into(), input: json!({"text": text}) });
        let whole = Sequence { calls: calls.into() };
        let (operations, seeds) = ([read()], Seeds { sequences: vec![whole.clone()], ..Seeds::default() });
        let sequences = Drawing::new(&operations, &seeds, &PLAN, None).round(0, &PLAN);
        assert_eq!(sequences[0], whole);
        assert!(
            n_marked(&sequences) > sequences.len() / 4,
            "{} of {}",
            n_marked(&sequences),
            sequences.len()
        );
    }

    #[test]
    fn the_same_seed_gives_the_same_sequences() {
        let map = map();
        assert_eq!(after(Some(&map), &["7"]), after(Some(&map), &["7"]));
    }
}
