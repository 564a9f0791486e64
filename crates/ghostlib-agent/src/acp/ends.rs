//! From the answer to a task, or its absence, to the end of a session.

use super::connection::Failure;
use crate::program::Verdict;
use agent_client_protocol::v1::schema::StopReason;
use agent_client_protocol::{Error, ErrorCode};
use ghostlib_model::SessionEnd;

/// What the end of a turn comes to.
pub(super) fn answered(reason: StopReason) -> Verdict {
    Verdict::End(match reason {
        StopReason::EndTurn => SessionEnd::Done,
        StopReason::MaxTokens => SessionEnd::OutOfBudget("the most tokens that its model takes".into()),
        StopReason::MaxTurnRequests => {
            SessionEnd::OutOfBudget("the most requests that the agent makes in a turn".into())
        }
        StopReason::Refusal => SessionEnd::Refused("the agent declines to go on".into()),
        StopReason::Cancelled => SessionEnd::Crashed("it cancelled its turn by itself".into()),
        other => SessionEnd::Protocol(format!("its turn ended by `{other:?}`, which is not known")),
    })
}

/// What a turn without an answer comes to. `garbage` is the first line that was no message.
pub(super) fn failed(failure: Failure, garbage: Option<&str>) -> Verdict {
    match (failure, garbage) {
        (Failure::Gone | Failure::Silent(_), Some(line)) => Verdict::End(no_message(line)),
        (Failure::Gone, None) => Verdict::BrokenOff,
        (Failure::Silent(seconds), None) => Verdict::End(SessionEnd::Stalled(seconds)),
        (Failure::Answered { method, error }, _) => error_answer(method, &error),
    }
}

/// It says other things than messages.
pub(super) fn no_message(line: &str) -> SessionEnd {
    let line: String = line.chars().take(200).collect();
    SessionEnd::Protocol(format!("`{line}` is no message of the Agent Client Protocol"))
}

fn error_answer(method: &str, error: &Error) -> Verdict {
    let said = format!("{method}: {}", in_words(error));
    match error.code {
        ErrorCode::AUTH_REQUIRED => Verdict::End(SessionEnd::Refused(said)),
        ErrorCode::PARSE_ERROR
        | ErrorCode::INVALID_REQUEST
        | ErrorCode::METHOD_NOT_FOUND
        | ErrorCode::INVALID_PARAMS => Verdict::End(SessionEnd::Protocol(said)),
        _ => Verdict::Complaint(said),
    }
}

/// The message with what its data adds in words.
fn in_words(error: &Error) -> String {
    let data = error.data.as_ref().map(|data| {
        let text = data.as_str().or_else(|| data["details"].as_str()).or_else(|| data["message"].as_str());
        text.map_or_else(|| data.to_string(), str::to_owned)
    });
    match data {
        Some(data) => format!("{}: {data}", error.message),
        None => error.message.clone(),
    }
}
