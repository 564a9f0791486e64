//! `JUnit` XML, as Jenkins reads it: a suite for each thing that was looked at, a test case for each way.

use super::told;
use ghostlib_model::{CheckReport, CheckStep};
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};
use std::io;

type Xml = Writer<Vec<u8>>;

/// A report as `JUnit` XML. Findings that make the check fail are the failure of their test case, all others are its
/// output.
pub fn junit(report: &CheckReport) -> String {
    let mut xml = Writer::new_with_indent(Vec::new(), b' ', 2);
    // Nothing fails that is written to memory.
    let _ = write(&mut xml, report);
    let mut text = String::from_utf8(xml.into_inner()).unwrap_or_default();
    text.push('\n');
    text
}

fn write(xml: &mut Xml, report: &CheckReport) -> io::Result<()> {
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let all: Vec<_> = report.steps.iter().collect();
    let [tests, failures, _, time] = figures(report, &all);
    xml.create_element("testsuites")
        .with_attributes([
            ("name", &*legal(&report.command)),
            ("tests", tests.as_str()),
            ("failures", failures.as_str()),
        ])
        .with_attributes([("errors", "0"), ("time", time.as_str())])
        .write_inner_content(|xml| {
            report.by_subject().iter().try_for_each(|(subject, steps)| suite(xml, report, subject, steps))
        })?;
    Ok(())
}

fn suite(xml: &mut Xml, report: &CheckReport, subject: &str, steps: &[&CheckStep]) -> io::Result<()> {
    let [tests, failures, skipped, time] = figures(report, steps);
    xml.create_element("testsuite")
        .with_attributes([
            ("name", &*legal(subject)),
            ("tests", tests.as_str()),
            ("failures", failures.as_str()),
        ])
        .with_attributes([("errors", "0"), ("skipped", skipped.as_str()), ("time", time.as_str())])
        .write_inner_content(|xml| steps.iter().try_for_each(|step| case(xml, report, step)))?;
    Ok(())
}

fn case(xml: &mut Xml, report: &CheckReport, step: &CheckStep) -> io::Result<()> {
    let time = format!("{:.3}", step.seconds);
    xml.create_element("testcase")
        .with_attributes([
            ("name", &*legal(&step.name)),
            ("classname", &*legal(&step.subject)),
            ("time", time.as_str()),
        ])
        .write_inner_content(|xml| {
            let (failing, others): (Vec<_>, Vec<_>) = step
                .findings
                .iter()
                .partition(|finding| finding.accepted.is_none() && finding.level >= report.fails_from);
            if let Some(first) = failing.first() {
                let all: Vec<_> = failing.iter().map(|finding| told(finding)).collect();
                xml.create_element("failure")
                    .with_attributes([("type", &*legal(&first.rule)), ("message", &*legal(&first.message))])
                    .write_text_content(BytesText::new(&legal(&all.join("\n"))))?;
            }
            if let Some(reason) = &step.skipped {
                let element = if report.skips_fail { "failure" } else { "skipped" };
                xml.create_element(element)
                    .with_attributes([("type", "skipped"), ("message", &*legal(reason))])
                    .write_empty()?;
            }
            if !others.is_empty() {
                let all: Vec<_> = others
                    .iter()
                    .map(|finding| match &finding.accepted {
                        Some(acceptance) => format!("accepted ({}): {}", acceptance.reason, told(finding)),
                        None => told(finding),
                    })
                    .collect();
                xml.create_element("system-out")
                    .write_text_content(BytesText::new(&legal(&all.join("\n"))))?;
            }
            Ok(())
        })?;
    Ok(())
}

/// How many test cases, failures and skipped ones, and the seconds of all.
fn figures(report: &CheckReport, steps: &[&CheckStep]) -> [String; 4] {
    let n_failures = steps.iter().filter(|step| report.fails_by(step)).count();
    let n_skipped = steps.iter().filter(|step| step.skipped.is_some() && !report.skips_fail).count();
    let seconds: f64 = steps.iter().map(|step| step.seconds).sum();
    [steps.len().to_string(), n_failures.to_string(), n_skipped.to_string(), format!("{seconds:.3}")]
}

/// Text without the characters that no XML document may have.
fn legal(text: &str) -> String {
    let is_legal = |c: char| matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
    text.chars().map(|c| if is_legal(c) { c } else { '\u{fffd}' }).collect()
}
