//! Levels of lints, and allows within the text.
//!
//! `<!-- ghostlib-allow CODE: reason -->` in a Markdown file and `# ghostlib-allow CODE: reason` in a vector file
//! silence a code on their own line and in the block of lines behind it, up to the next empty line.

use super::LintLevels;
use crate::code::Code;
use crate::source::Sources;
use crate::spec::Spec;
use crate::text::Text;
use ghostlib_model::{Diagnostic, Place, Severity, Span};
use std::fmt;
use std::str::FromStr;

/// How bad a lint is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LintLevel {
    /// It is not shown.
    Allow,
    /// It is shown as bad as this.
    Severity(Severity),
}

/// A name that no level of lints has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownLint(String);

impl fmt::Display for UnknownLint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "there is no level `{}`; there are `allow`, `info`, `warning` and `error`", self.0)
    }
}

impl std::error::Error for UnknownLint {}

impl FromStr for LintLevel {
    type Err = UnknownLint;

    fn from_str(name: &str) -> Result<Self, UnknownLint> {
        match name {
            "allow" => Ok(Self::Allow),
            "info" => Ok(Self::Severity(Severity::Info)),
            "warning" => Ok(Self::Severity(Severity::Warning)),
            "error" => Ok(Self::Severity(Severity::Error)),
            _ => Err(UnknownLint(name.to_owned())),
        }
    }
}

/// Applies the levels of the front matter, those of the caller, and the allows within the files.
///
/// What is an error of reading stays one: a level cannot make a broken spec whole.
pub(super) fn apply(sources: &Sources, spec: &Spec, levels: &LintLevels, diagnostics: &mut Vec<Diagnostic>) {
    let own = own_levels(sources, spec, diagnostics);
    let allows = Allows::of(sources, diagnostics);
    diagnostics.retain_mut(|diagnostic| {
        let Some(code) = Code::named(&diagnostic.code).filter(|code| code.is_lint()) else { return true };
        match levels.get(&code).or_else(|| own.get(&code)) {
            Some(LintLevel::Allow) => return false,
            Some(LintLevel::Severity(severity)) => diagnostic.severity = *severity,
            None => {}
        }
        !allows.allow(code, &diagnostic.place)
    });
}

/// The levels that the front matter gives.
fn own_levels(sources: &Sources, spec: &Spec, diagnostics: &mut Vec<Diagnostic>) -> LintLevels {
    let mut levels = LintLevels::new();
    for (name, level) in &spec.front_matter.lints {
        let code = Code::named(name).filter(|code| code.is_lint());
        let (Some(code), Ok(level)) = (code, level.parse()) else {
            let message = format!("`{name}: {level}` under `lints` names no lint and level");
            let place = Place::start_of(sources.document.path.as_str());
            let help =
                "name a code that `ghostlib lint --list` shows, and `allow`, `info`, `warning` or `error`";
            diagnostics.push(Code::FrontMatterValue.at(place, message).help(help).into());
            continue;
        };
        levels.insert(code, level);
    }
    levels
}

/// Lines on which a code is allowed.
struct Allows(Vec<Allow>);

struct Allow {
    file: String,
    code: Code,
    first_line: u32,
    last_line: u32,
}

impl Allows {
    fn of(sources: &Sources, diagnostics: &mut Vec<Diagnostic>) -> Self {
        let mut allows = Vec::new();
        for file in sources.files().chain(&sources.companions) {
            let (content, _) = file.decode();
            if !content.contains(MARK) {
                continue;
            }
            let text = Text::new(&file.path, &content);
            for (start, _) in content.match_indices(MARK) {
                let line_end = text.line_end(start);
                let allow = content[start + MARK.len()..line_end].trim_end_matches("-->");
                let span = Span::new(start, start + MARK.len() + allow.trim_end().len());
                let place = text.place(span);
                let (name, reason) = allow.split_once(':').unwrap_or((allow, ""));
                match Code::named(name.trim()).filter(|code| code.is_lint()) {
                    Some(code) if !reason.trim().is_empty() => {
                        let last_line = place.line + n_lines_of_block(&content[line_end..]);
                        let first_line = place.line;
                        allows.push(Allow { file: file.path.clone(), code, first_line, last_line });
                    }
                    Some(_) => {
                        let message = "this allow gives no reason".to_owned();
                        let help = "write `ghostlib-allow CODE: why it is right here`";
                        diagnostics.push(Code::AllowInvalid.at(place, message).help(help).into());
                    }
                    None => {
                        let message = format!("`{}` is no lint", name.trim());
                        let help = "name a code that `ghostlib lint --list` shows";
                        diagnostics.push(Code::AllowInvalid.at(place, message).help(help).into());
                    }
                }
            }
        }
        Self(allows)
    }

    fn allow(&self, code: Code, place: &Place) -> bool {
        self.0.iter().any(|allow| {
            allow.code == code
                && *allow.file == *place.file
                && (allow.first_line..=allow.last_line).contains(&place.line)
        })
    }
}

const MARK: &str = "ghostlib-allow ";

/// How many lines behind a line belong to the same block: empty ones, then others up to the next empty one.
fn n_lines_of_block(rest: &str) -> u32 {
    let mut n_lines = 0;
    let mut has_begun = false;
    for line in rest.lines().skip(1) {
        if line.trim().is_empty() && has_begun {
            break;
        }
        has_begun |= !line.trim().is_empty();
        n_lines += 1;
    }
    n_lines
}
