use crate::console::{say, say_json};
use crate::error::{CliError, Verdict};
use clap::Args;
use ghostlib_model::{ApiItem, Binding, Diagnostic, Level, LevelSource, Requirement, Severity, Vector};
use ghostlib_run::LoadedSpec;
use serde::Serialize;
use std::path::PathBuf;

/// Show what a spec says: its requirements, vectors, API and bindings.
#[derive(Args)]
pub(crate) struct ParseArgs {
    /// A SPEC.md, or its folder.
    spec: PathBuf,
}

#[derive(Serialize)]
struct ParsedSpec<'a> {
    name: &'a str,
    version: &'a str,
    reference: Option<String>,
    requirements: Vec<ParsedRequirement<'a>>,
    vectors: &'a [Vector],
    api: Vec<ParsedApi<'a>>,
    bindings: &'a [Binding],
    diagnostics: Vec<ParsedDiagnostic<'a>>,
}

#[derive(Serialize)]
struct ParsedRequirement<'a> {
    id: &'a str,
    level: Level,
    level_source: LevelSource,
    text: &'a str,
    section: &'a [String],
    line_start: u32,
    line_end: u32,
}

#[derive(Serialize)]
struct ParsedApi<'a> {
    path: &'a str,
    kind: String,
    declaration: &'a str,
    line_start: u32,
    line_end: u32,
}

#[derive(Serialize)]
struct ParsedDiagnostic<'a> {
    code: &'a str,
    severity: Severity,
    file: &'a str,
    line: u32,
    column: u32,
    message: &'a str,
    help: Option<&'a str>,
}

pub(crate) fn parse(args: &ParseArgs, json: bool) -> Result<Verdict, CliError> {
    let loaded = LoadedSpec::read(&args.spec)?;
    let parsed = ParsedSpec::of(&loaded);
    if json {
        say_json(&parsed);
    } else {
        parsed.print();
    }
    Ok(Verdict::Passed)
}

impl<'a> ParsedSpec<'a> {
    fn of(loaded: &'a LoadedSpec) -> Self {
        let front_matter = &loaded.spec.front_matter;
        Self {
            name: &front_matter.name,
            version: &front_matter.version,
            reference: front_matter.reference.as_ref().map(ToString::to_string),
            requirements: loaded.spec.requirements.iter().map(ParsedRequirement::of).collect(),
            vectors: &loaded.spec.vectors,
            api: loaded.api.items.iter().map(ParsedApi::of).collect(),
            bindings: &loaded.spec.bindings,
            diagnostics: loaded.diagnostics.iter().map(ParsedDiagnostic::of).collect(),
        }
    }

    fn print(&self) {
        say(format!("{} {}", self.name, self.version));
        for requirement in &self.requirements {
            let keyword = requirement.level.keyword();
            say(format!(
                "{:>5}  {keyword:<10}  {}  {}",
                requirement.line_start, requirement.id, requirement.text
            ));
        }
        for vector in self.vectors {
            say(format!("{:>5}  vector      {}  {}", vector.place.line, vector.id, vector.input));
        }
        for item in &self.api {
            say(format!("{:>5}  {:<10}  {}", item.line_start, item.kind, item.path));
        }
        for binding in self.bindings {
            say(format!(
                "{:>5}  binding     {}  {}",
                binding.place.line, binding.operation, binding.expression
            ));
        }
        if !self.diagnostics.is_empty() {
            say(format!("{} diagnostics; `ghostlib lint` shows them", self.diagnostics.len()));
        }
    }
}

impl<'a> ParsedRequirement<'a> {
    fn of(requirement: &'a Requirement) -> Self {
        Self {
            id: requirement.id.as_str(),
            level: requirement.level,
            level_source: requirement.level_source,
            text: &requirement.text,
            section: &requirement.section,
            line_start: requirement.place.line,
            line_end: requirement.place.end_line,
        }
    }
}

impl<'a> ParsedApi<'a> {
    fn of(item: &'a ApiItem) -> Self {
        Self {
            path: &item.path,
            kind: item.kind.to_string(),
            declaration: &item.declaration,
            line_start: item.place.line,
            line_end: item.place.end_line,
        }
    }
}

impl<'a> ParsedDiagnostic<'a> {
    fn of(diagnostic: &'a Diagnostic) -> Self {
        Self {
            code: &diagnostic.code,
            severity: diagnostic.severity,
            file: &diagnostic.place.file,
            line: diagnostic.place.line,
            column: diagnostic.place.column,
            message: &diagnostic.message,
            help: diagnostic.help.as_deref(),
        }
    }
}
