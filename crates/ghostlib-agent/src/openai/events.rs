//! Streams of events (<https://html.spec.whatwg.org/multipage/server-sent-events.html>).

use super::error::ModelError;

/// The most bytes of one event.
const MAX_EVENT: usize = 16 << 20;

/// Takes a stream apart into the data of its events, wherever it is cut.
#[derive(Debug, Default)]
pub(super) struct Events {
    line: Vec<u8>,
    data: Vec<String>,
}

impl Events {
    /// The events that are whole with these bytes.
    pub(super) fn push(&mut self, bytes: &[u8]) -> Result<Vec<String>, ModelError> {
        let mut whole = Vec::new();
        for part in bytes.split_inclusive(|byte| *byte == b'\n') {
            self.line.extend_from_slice(part);
            if self.line.len() + self.data.iter().map(String::len).sum::<usize>() > MAX_EVENT {
                return Err(ModelError::malformed("an event is longer than 16 MiB"));
            }
            if self.line.ends_with(b"\n") {
                whole.extend(self.take_line());
            }
        }
        Ok(whole)
    }

    /// What is left at the end, where the last empty line is missing.
    pub(super) fn finish(&mut self) -> Option<String> {
        if !self.line.is_empty() {
            self.take_line();
        }
        self.take_event()
    }

    fn take_line(&mut self) -> Option<String> {
        let line = String::from_utf8_lossy(&std::mem::take(&mut self.line)).into_owned();
        let line = line.trim_end_matches(['\n', '\r']);
        if line.is_empty() {
            return self.take_event();
        }
        if let Some(data) = line.strip_prefix("data:") {
            self.data.push(data.strip_prefix(' ').unwrap_or(data).to_owned());
        }
        None
    }

    fn take_event(&mut self) -> Option<String> {
        (!self.data.is_empty()).then(|| std::mem::take(&mut self.data).join("\n"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_whole_wherever_the_stream_is_cut() {
        let stream = ": hello\r\nevent: a\r\ndata: {\"é\":\r\ndata: 1}\r\n\r\ndata:[DONE]\n\ndata: last";
        for size in [1, 2, 7, 1000] {
            let mut events = Events::default();
            let mut all: Vec<String> =
                stream.as_bytes().chunks(size).flat_map(|part| events.push(part).unwrap()).collect();
            all.extend(events.finish());
            assert_eq!(all, ["{\"é\":\n1}", "[DONE]", "last"], "{size}");
        }
    }

    #[test]
    fn an_endless_event_is_given_up() {
        let mut events = Events::default();
        let mebibyte = vec![b'x'; 1 << 20];
        let error = (0..20).find_map(|_| events.push(&mebibyte).err());
        assert!(matches!(error, Some(ModelError::Malformed(_))));
    }
}
