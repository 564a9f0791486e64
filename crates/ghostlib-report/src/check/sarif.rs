//! SARIF 2.1.0, as code scanning reads it:
//! <https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>.

use super::with_help;
use ghostlib_model::{Acceptance, CheckFinding, CheckLevel, CheckPlace, CheckReport, CheckRule};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;
use std::collections::{BTreeMap, HashMap};

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";
/// The name that code scanning knows for the root of the repository.
const ROOT: &str = "%SRCROOT%";
/// What a path may have in a URI as it stands.
const PATH: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A report as SARIF 2.1.0: one run, with the rules of its findings. Accepted findings are there as suppressed ones,
/// skipped steps as notifications.
pub fn sarif(report: &CheckReport) -> String {
    let log = Log { schema: SCHEMA, version: "2.1.0", runs: [Run::of(report)] };
    let mut text = serde_json::to_string_pretty(&log).unwrap_or_default();
    text.push('\n');
    text
}

#[derive(Serialize)]
struct Log<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'a> {
    tool: Tool<'a>,
    invocations: [Invocation; 1],
    original_uri_base_ids: BTreeMap<&'static str, Description<'static>>,
    column_kind: &'static str,
    results: Vec<Found<'a>>,
}

#[derive(Serialize)]
struct Tool<'a> {
    driver: Driver<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver<'a> {
    name: &'static str,
    version: &'a str,
    information_uri: &'static str,
    rules: Vec<Rule<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Rule<'a> {
    id: &'a str,
    short_description: Text<'a>,
    help_uri: &'a str,
    help: Text<'a>,
    default_configuration: Configuration,
}

#[derive(Serialize)]
struct Configuration {
    level: CheckLevel,
}

#[derive(Serialize)]
struct Text<'a> {
    text: &'a str,
}

#[derive(Serialize)]
struct OwnText {
    text: String,
}

#[derive(Serialize)]
struct Description<'a> {
    description: Text<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Invocation {
    execution_successful: bool,
    tool_execution_notifications: Vec<Notification>,
}

#[derive(Serialize)]
struct Notification {
    level: &'static str,
    message: OwnText,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Found<'a> {
    rule_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule_index: Option<usize>,
    level: CheckLevel,
    message: OwnText,
    locations: Vec<Location<'a>>,
    partial_fingerprints: BTreeMap<&'static str, String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    suppressions: Vec<Suppression>,
    properties: Properties<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location<'a> {
    physical_location: PhysicalLocation,
    logical_locations: [LogicalLocation<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PhysicalLocation {
    artifact_location: ArtifactLocation,
    region: Region,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ArtifactLocation {
    uri: String,
    uri_base_id: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: u32,
    start_column: u32,
    end_line: u32,
    end_column: u32,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LogicalLocation<'a> {
    fully_qualified_name: &'a str,
}

#[derive(Serialize)]
struct Suppression {
    kind: &'static str,
    justification: String,
}

#[derive(Serialize)]
struct Properties<'a> {
    step: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    requirement: Option<&'a str>,
}

impl<'a> Run<'a> {
    fn of(report: &'a CheckReport) -> Self {
        let mut seen: HashMap<String, usize> = HashMap::new();
        let results = report.findings().map(|(step, finding)| {
            let fingerprint = finding.fingerprint().to_string();
            // Two of one rule with one text in one file are two, all the same.
            let nth = seen.entry(fingerprint.clone()).or_default();
            *nth += 1;
            Found::of(report, &step.name, finding, format!("{fingerprint}:{nth}"))
        });
        let notification = |message| Notification { level: "warning", message: OwnText { text: message } };
        let skipped = report.steps.iter().filter_map(|step| {
            let reason = step.skipped.as_ref()?;
            Some(notification(format!("skipped: {} of {}: {reason}", step.name, step.subject)))
        });
        let root = Description { description: Text { text: "the root of the repository" } };
        Self {
            tool: Tool {
                driver: Driver {
                    name: "ghostlib",
                    version: &report.version,
                    information_uri: env!("CARGO_PKG_REPOSITORY"),
                    rules: report.rules.iter().map(Rule::of).collect(),
                },
            },
            results: results.collect(),
            invocations: [Invocation {
                execution_successful: true,
                tool_execution_notifications: skipped.collect(),
            }],
            original_uri_base_ids: BTreeMap::from([(ROOT, root)]),
            column_kind: "unicodeCodePoints",
        }
    }
}

impl<'a> Rule<'a> {
    fn of(rule: &'a CheckRule) -> Self {
        Self {
            id: &rule.id,
            short_description: Text { text: &rule.summary },
            help_uri: &rule.page,
            help: Text { text: &rule.summary },
            default_configuration: Configuration { level: rule.level },
        }
    }
}

impl<'a> Found<'a> {
    fn of(report: &'a CheckReport, step: &'a str, finding: &'a CheckFinding, fingerprint: String) -> Self {
        let requirement = finding.requirement.as_ref().map(ghostlib_model::RequirementId::as_str);
        Self {
            rule_id: &finding.rule,
            rule_index: report.rules.iter().position(|rule| rule.id == finding.rule),
            level: finding.level,
            message: OwnText { text: with_help(finding) },
            locations: finding.place.iter().map(|place| Location::of(place, finding)).collect(),
            partial_fingerprints: BTreeMap::from([("ghostlib/v1", fingerprint)]),
            suppressions: finding.accepted.iter().map(Suppression::of).collect(),
            properties: Properties { step, requirement },
        }
    }
}

impl<'a> Location<'a> {
    fn of(place: &CheckPlace, finding: &'a CheckFinding) -> Self {
        let CheckPlace { ref file, line, column, end_line, end_column } = *place;
        Self {
            physical_location: PhysicalLocation {
                artifact_location: ArtifactLocation {
                    uri: utf8_percent_encode(file, PATH).to_string(),
                    uri_base_id: ROOT,
                },
                region: Region { start_line: line, start_column: column, end_line, end_column },
            },
            logical_locations: [LogicalLocation { fully_qualified_name: &finding.text }],
        }
    }
}

impl Suppression {
    fn of(acceptance: &Acceptance) -> Self {
        let until = acceptance.until.as_ref().map_or_else(String::new, |day| format!(" (until {day})"));
        Self { kind: "external", justification: format!("{}{until}", acceptance.reason) }
    }
}
