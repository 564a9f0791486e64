//! What a former state of the spec had, and this one must still know.

use ghostlib_model::{Diagnostic, Place, TextEdit};
use ghostlib_spec::delta::{self, Vanished};
use ghostlib_spec::{Code, Sources, Spec, edit};

const CODE: Code = Code::RequirementIdVanished;

/// A complaint about each id that is gone without a trace.
pub(super) fn vanished(former: &Spec, spec: &Spec, sources: &Sources) -> Vec<Diagnostic> {
    let diagnostic = |vanished: Vanished| Diagnostic {
        code: CODE.as_str().to_owned(),
        severity: CODE.severity(),
        message: format!(
            "the requirement `{}`, which stood at {}, is gone",
            vanished.old.id, vanished.old.place
        ),
        help: Some(help(&vanished)),
        place: Place::start_of(sources.document.path.as_str()),
        fix: fix(&vanished, sources),
    };
    delta::vanished(former, spec).into_iter().map(diagnostic).collect()
}

fn help(vanished: &Vanished) -> String {
    let old = &vanished.old.id;
    match vanished.now {
        Some(now) => {
            format!("it seems to be `{0}` now: put `{old}: {0}` under `aliases:` of the front matter", now.id)
        }
        None => format!(
            "if it has another id now, put `{old}: NEW-ID` under `aliases:` of the front matter; if it is gone for good, put `{old}` under `retired:`"
        ),
    }
}

/// The alias, where the text is the same, so that nobody need judge.
fn fix(vanished: &Vanished, sources: &Sources) -> Vec<TextEdit> {
    let Some(now) = vanished.now.filter(|now| now.text == vanished.old.text && now.id_is_written()) else {
        return Vec::new();
    };
    let Ok(document) = std::str::from_utf8(&sources.document.bytes) else { return Vec::new() };
    edit::alias_edit(document, vanished.old.id.as_str(), now.id.as_str()).into_iter().collect()
}
