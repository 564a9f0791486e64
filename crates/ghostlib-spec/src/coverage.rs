use crate::dialect::is_pseudocode;
use crate::markdown::{Fence, Markdown};
use crate::statements::Found;
use ghostlib_model::Span;
use serde::{Deserialize, Serialize};
use std::ops::AddAssign;

/// What the text of a spec's documents became, in bytes. All but `keywords` and `bytes` add up to `bytes`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Coverage {
    /// All of the documents.
    pub bytes: usize,
    /// The front matter.
    pub front_matter: usize,
    /// What became requirements.
    pub statements: usize,
    /// What leads into lists of requirements.
    pub lead_ins: usize,
    /// Blocks of vectors and bindings.
    pub vectors: usize,
    /// API blocks.
    pub api: usize,
    /// Blocks of pseudocode.
    pub pseudocode: usize,
    /// All other code blocks.
    pub examples: usize,
    /// Headings.
    pub headings: usize,
    /// Text that binds nobody, or that was not understood.
    pub prose: usize,
    /// Markers, empty lines, rules, HTML.
    pub layout: usize,
    /// The keywords of RFC 2119 in all of it.
    pub keywords: KeywordCoverage,
}

/// Where the keywords stand, code left out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeywordCoverage {
    /// In requirements.
    pub statements: usize,
    /// In lead-ins, by which their items bind.
    pub lead_ins: usize,
    /// In headings, by which their sections bind.
    pub headings: usize,
    /// In the sentence that says how keywords are to be read.
    pub definitions: usize,
}

impl KeywordCoverage {
    /// All of them.
    pub fn total(&self) -> usize {
        self.statements + self.lead_ins + self.headings + self.definitions
    }
}

impl AddAssign for Coverage {
    fn add_assign(&mut self, other: Self) {
        self.bytes += other.bytes;
        self.front_matter += other.front_matter;
        self.statements += other.statements;
        self.lead_ins += other.lead_ins;
        self.vectors += other.vectors;
        self.api += other.api;
        self.pseudocode += other.pseudocode;
        self.examples += other.examples;
        self.headings += other.headings;
        self.prose += other.prose;
        self.layout += other.layout;
        self.keywords.statements += other.keywords.statements;
        self.keywords.lead_ins += other.keywords.lead_ins;
        self.keywords.headings += other.keywords.headings;
        self.keywords.definitions += other.keywords.definitions;
    }
}

/// What one document became.
pub(crate) fn of(n_bytes: usize, body: usize, markdown: &Markdown, found: &Found) -> Coverage {
    let mut coverage = Coverage { bytes: n_bytes, front_matter: body, ..Coverage::default() };
    for fence in &markdown.fences {
        *part_of(&mut coverage, fence) += fence.span.end - fence.span.start;
    }
    coverage.headings = markdown.sections.iter().map(|section| section.span.end - section.span.start).sum();
    let statements = found.requirements.iter().map(|requirement| requirement.place.span);
    coverage.statements = union(statements.collect());
    coverage.lead_ins = union(found.lead_ins.clone());
    let headings = markdown.sections.iter().filter_map(|section| section.prose);
    let headings: usize = headings.map(|id| length(markdown.prose(id).span)).sum();
    let all: usize = markdown.proses().map(|prose| length(prose.span)).sum();
    // A list that is one requirement reaches over its markers too.
    coverage.prose = (all - headings.min(all)).saturating_sub(coverage.statements + coverage.lead_ins);
    let known = coverage.front_matter
        + coverage.statements
        + coverage.lead_ins
        + coverage.vectors
        + coverage.api
        + coverage.pseudocode
        + coverage.examples
        + coverage.headings;
    coverage.prose = coverage.prose.min(n_bytes.saturating_sub(known));
    coverage.layout = n_bytes.saturating_sub(known + coverage.prose);
    coverage.keywords = KeywordCoverage {
        statements: found.n_keywords,
        lead_ins: found.n_lead_in_keywords,
        headings: found.n_heading_keywords,
        definitions: found.n_defining_keywords,
    };
    coverage
}

fn part_of<'a>(coverage: &'a mut Coverage, fence: &Fence) -> &'a mut usize {
    match fence.words.as_slice() {
        [_, kind] if kind == crate::api::API => &mut coverage.api,
        [_, kind] if kind == crate::vectors::VECTORS || kind == crate::bindings::BINDINGS => {
            &mut coverage.vectors
        }
        _ if is_pseudocode(fence) => &mut coverage.pseudocode,
        _ => &mut coverage.examples,
    }
}

fn length(span: Span) -> usize {
    span.end - span.start
}

/// How many bytes some spans cover together.
fn union(mut spans: Vec<Span>) -> usize {
    spans.sort_unstable_by_key(|span| span.start);
    let mut end = 0;
    let mut n_bytes = 0;
    for span in spans {
        let start = span.start.max(end);
        n_bytes += span.end.saturating_sub(start);
        end = end.max(span.end);
    }
    n_bytes
}
