//! The conversation with the judge.

use crate::counters::Counters;
use crate::effects::Effects;
use crate::json::{field, quote, Json};
use crate::surroundings::lay_out;
use crate::values::Values;
use std::cell::RefCell;
use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::panic::{self, AssertUnwindSafe};

/// What an operation came back with, as JSON.
pub enum Reply {
    Ok(String),
    Error { class: Option<String>, text: String },
}

/// Makes one call. An error says why it could not be made.
pub type Operation = fn(&mut Values, &Json) -> Result<Reply, String>;

thread_local! {
    static PANIC_MESSAGE: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Reads a line with a nonce, then answers sequences until the input ends.
pub fn serve(operations: &[(&'static str, Operation)]) {
    let Ok((mut effects, mut answers)) = Effects::redirect() else { return };
    panic::set_hook(Box::new(|info| {
        let message = info.payload();
        let text = message
            .downcast_ref::<&str>()
            .map(|text| (*text).to_owned())
            .or_else(|| message.downcast_ref::<String>().cloned())
            .unwrap_or_else(|| "a value that is no text".to_owned());
        PANIC_MESSAGE.with(|slot| *slot.borrow_mut() = text);
    }));
    let operations: HashMap<&str, Operation> = operations.iter().copied().collect();
    // The library may read what is left of the standard input, which costs the sequence that lets it.
    let mut lines = BufReader::with_capacity(1 << 16, std::io::stdin()).lines();
    let Some(Ok(nonce)) = lines.next() else { return };
    let mut line = String::new();
    let mut counters = Counters::asked_for();
    for sequence in lines.map_while(Result::ok) {
        line.clear();
        line.push_str(&nonce);
        line.push_str(" {\"answers\":[");
        answer(&operations, &sequence, &mut line);
        line.push(']');
        if !counters.is_empty() {
            line.push_str(",\"ran\":");
            counters.take(&mut line);
        }
        match effects.take() {
            Ok(Some(told)) => {
                line.push_str(",\"effects\":");
                line.push_str(&told);
            }
            Ok(None) => {}
            Err(error) => {
                line.push_str(",\"effects\":");
                quote(&error.to_string(), &mut line);
            }
        }
        line.push_str("}\n");
        if answers.write_all(line.as_bytes()).is_err() {
            return;
        }
    }
}

fn answer(operations: &HashMap<&str, Operation>, sequence: &str, line: &mut String) {
    let parsed = Json::parse(sequence);
    let calls = match parsed.as_ref().ok().and_then(|sequence| sequence.get("calls")) {
        Some(Json::List(calls)) => calls,
        _ => return,
    };
    let mut values = Values::default();
    let mut is_lost = false;
    for (at, call) in calls.iter().enumerate() {
        line.push_str(if at > 0 { "," } else { "" });
        if is_lost {
            field("not-run", line, |out| quote("a call before it did not return", out));
        } else {
            is_lost = !make(operations, &mut values, call, line);
        }
    }
    // What dropping does is the library's too.
    if panic::catch_unwind(AssertUnwindSafe(move || drop(values))).is_err() {
        PANIC_MESSAGE.with(|slot| slot.borrow_mut().clear());
    }
}

/// Makes a call and writes its answer. Whether it came back.
fn make(operations: &HashMap<&str, Operation>, values: &mut Values, call: &Json, line: &mut String) -> bool {
    let (Some(Json::String(name)), Some(input)) = (call.get("operation"), call.get("input")) else {
        field("not-run", line, |out| quote("the call names no operation or has no input", out));
        values.end_call();
        return true;
    };
    let call = || match operations.get(name.as_str()) {
        Some(operation) => operation(values, input),
        None => lay_out(name, input),
    };
    let outcome = panic::catch_unwind(AssertUnwindSafe(call));
    let [changed, called] = values.end_call();
    match outcome {
        Ok(Ok(Reply::Ok(value))) => field("ok", line, |out| returned(&value, &changed, &called, out)),
        Ok(Ok(Reply::Error { class, text })) => field("error", line, |out| failed(class, &text, out)),
        Ok(Err(reason)) => field("not-run", line, |out| quote(&reason, out)),
        Err(_) => {
            PANIC_MESSAGE.with(|slot| field("panic", line, |out| quote(&slot.borrow(), out)));
            return false;
        }
    }
    true
}

fn returned(value: &str, changed: &[(&str, String)], called: &[(&str, String)], out: &mut String) {
    if changed.is_empty() && called.is_empty() {
        return out.push_str(value);
    }
    out.push_str("{\"returned\":");
    out.push_str(value);
    for (key, entries) in [("changed", changed), ("called", called)] {
        if entries.is_empty() {
            continue;
        }
        out.push(',');
        quote(key, out);
        out.push_str(":{");
        for (at, (name, text)) in entries.iter().enumerate() {
            out.push_str(if at > 0 { "," } else { "" });
            quote(name, out);
            out.push(':');
            out.push_str(text);
        }
        out.push('}');
    }
    out.push('}');
}

fn failed(class: Option<String>, text: &str, out: &mut String) {
    match class {
        None => quote(text, out),
        Some(class) => {
            out.push_str("{\"class\":");
            quote(&class, out);
            out.push_str(",\"text\":");
            quote(text, out);
            out.push('}');
        }
    }
}
