use super::Folders;
use crate::console::{BAD, GOOD, WARN, counted, say, say_json, styled, visible};
use crate::environment::canaries;
use crate::error::{CliError, Verdict};
use clap::Args;
use ghostlib_agent::{Fault, Verified, verify_recording};
use serde_json::{Value, json};
use std::path::Path;

/// Say what is wrong with recordings, by file and line.
///
/// The format, the hashes, the events from the start to the end, that the candidate is plain files, and that nothing is
/// a canary or looks like a secret: a private key, a signed token, or a key of OpenAI, Anthropic, Google, Amazon, Groq,
/// xAI, Hugging Face, GitHub, GitLab, npm or Slack. Exit code 1 where something is wrong.
#[derive(Args)]
pub(super) struct VerifyArgs {
    #[command(flatten)]
    folders: Folders,
}

pub(super) fn verify(args: &VerifyArgs, json: bool) -> Result<Verdict, CliError> {
    let canaries = canaries();
    let places = args.folders.recordings()?;
    let verified: Vec<_> =
        places.iter().map(|place| (place.dir.as_path(), verify_recording(&place.dir, &canaries))).collect();
    if json {
        say_json(&verified.iter().map(|(dir, verified)| to_json(dir, verified)).collect::<Vec<_>>());
    } else {
        for (dir, verified) in &verified {
            tell(dir, verified);
        }
    }
    let is_faultless = verified.iter().all(|(_, verified)| verified.faults.is_empty());
    Ok(if is_faultless { Verdict::Passed } else { Verdict::FellShort })
}

fn tell(dir: &Path, verified: &Verified) {
    let shown = visible(&dir.display().to_string());
    for (kind, found) in
        [(styled(BAD, "error"), &verified.faults), (styled(WARN, "remark"), &verified.remarks)]
    {
        for one in found {
            say(format!("{kind}: {shown}/{}", visible(&one.to_string())));
        }
    }
    match verified.faults.len() {
        0 => say(format!("{}  {shown}", styled(GOOD, "whole"))),
        n => say(format!("{}  {shown}: {}", styled(BAD, "unfit"), counted(n, "error"))),
    }
}

fn to_json(dir: &Path, verified: &Verified) -> Value {
    let all = |found: &[Fault]| -> Vec<Value> {
        found
            .iter()
            .map(|one| json!({ "file": one.file, "line": one.line, "message": one.message }))
            .collect()
    };
    json!({
        "recording": dir.display().to_string(),
        "errors": all(&verified.faults),
        "remarks": all(&verified.remarks),
    })
}
