//! Lints that need the reference beside the spec.

use ghostlib_diff::{
    CopiedRun, FeatureSet, Rust, SourceFile, SourceTree, code_size, common_code, language_of,
};
use ghostlib_model::{Diagnostic, Place, Waiver};
use ghostlib_spec::{Code, Coverage, Sources, Spec, code_only};

/// What is doubtful about how a spec stands to its reference: code of it in the spec's code blocks, API blocks
/// left out, and a spec that is longer than the code.
pub fn lint_against(spec: &Spec, sources: &Sources, reference: &SourceTree) -> Vec<Diagnostic> {
    // Code in a document is in the language of the reference.
    let language = language_of(reference).unwrap_or(&Rust);
    let code =
        |file: &ghostlib_spec::SourceFile| SourceFile::written_in(language, &file.path, code_only(file));
    let documents = SourceTree { files: sources.documents().map(code).collect() };
    let runs = common_code(reference, &documents);
    let mut diagnostics: Vec<Diagnostic> = runs.iter().map(reference_code).collect();
    diagnostics.extend(unmatched_waivers(spec, sources, reference));
    diagnostics.extend(oversized(spec, sources, code_size(reference)));
    diagnostics
}

/// Waivers of what neither the reference has nor the spec gives a name to.
fn unmatched_waivers(spec: &Spec, sources: &Sources, reference: &SourceTree) -> Vec<Diagnostic> {
    let waivers = &spec.front_matter.waivers;
    let language = language_of(reference).unwrap_or(&Rust);
    let Ok(api) = language.extract(reference, &FeatureSet::Default) else { return Vec::new() };
    let is_named = |name: &str| {
        let tail = format!("::{}", name.replace(['.', '#'], "::"));
        let is_item = api.items.iter().any(|item| item.path == tail[2..] || item.path.ends_with(&tail));
        is_item || spec.bindings.iter().any(|binding| binding.operation == name)
    };
    let has = |waiver: &Waiver| match waiver.operation() {
        Some(name) => is_named(name),
        None => api.items.iter().any(|item| waiver.covers_item(&item.path)),
    };
    let place = || Place::start_of(sources.document.path.as_str());
    let unmatched = waivers.iter().filter(|waiver| !has(waiver));
    let told = |waiver: &Waiver| {
        let message = format!("the waiver of {waiver} is about nothing that the reference has");
        diagnostic(Code::WaiverUnmatched, place(), message, "correct its name, or take it out of `waivers`")
    };
    unmatched.map(told).collect()
}

fn reference_code(run: &CopiedRun) -> Diagnostic {
    let message = format!("{} tokens in a row are those of the reference at {}", run.n_tokens, run.reference);
    let help = "say what can be observed instead: a rule, a table, or vectors";
    diagnostic(Code::ReferenceCode, run.candidate.clone(), message, help)
}

fn oversized(spec: &Spec, sources: &Sources, n_code: usize) -> Option<Diagnostic> {
    let n_spec = size(&spec.coverage);
    if n_spec <= n_code || n_code == 0 {
        return None;
    }
    let message = format!("the spec has {n_spec} bytes of text, and its reference {n_code} bytes of code");
    let help = "nobody gains by reading more than the code: leave out what follows from the rest, and turn enumerations into vectors";
    Some(diagnostic(Code::SpecOversized, Place::start_of(sources.document.path.as_str()), message, help))
}

/// What a reader has to read: neither vectors nor front matter, nor the layout between paragraphs.
fn size(coverage: &Coverage) -> usize {
    coverage.bytes - coverage.front_matter - coverage.vectors - coverage.layout
}

fn diagnostic(code: Code, place: Place, message: String, help: &str) -> Diagnostic {
    Diagnostic {
        code: code.as_str().to_owned(),
        severity: code.severity(),
        message,
        help: Some(help.to_owned()),
        place,
        fix: Vec::new(),
    }
}
