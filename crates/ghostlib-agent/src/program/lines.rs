use ghostlib_sandbox::broker::Redactor;
use std::io;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, BufReader};

/// The most bytes of a line. What goes beyond is another line.
const MAX_LINE: u64 = 16 << 20;

/// Reads line by line, and keeps what it has of a line when it is dropped in between.
pub(crate) struct Lines<R> {
    from: BufReader<R>,
    line: Vec<u8>,
    redactor: Option<Redactor>,
}

impl<R: AsyncRead + Unpin> Lines<R> {
    pub(crate) fn new(from: R, redactor: Option<Redactor>) -> Self {
        Self { from: BufReader::new(from), line: Vec::new(), redactor }
    }

    /// The next line without its line break and without secrets; nothing at the end.
    ///
    /// # Errors
    /// If it cannot be read.
    pub(crate) async fn next(&mut self) -> io::Result<Option<String>> {
        loop {
            let room = MAX_LINE.saturating_sub(self.line.len() as u64);
            let n_bytes = (&mut self.from).take(room).read_until(b'\n', &mut self.line).await?;
            let is_over = n_bytes == 0;
            if is_over && self.line.is_empty() && room > 0 {
                return Ok(None);
            }
            if is_over || self.line.ends_with(b"\n") {
                let text = String::from_utf8_lossy(&self.line);
                let text = text.trim_end_matches(['\n', '\r']);
                let text = match &self.redactor {
                    Some(redactor) => redactor.redact(text),
                    None => text.to_owned(),
                };
                self.line.clear();
                return Ok(Some(text));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn lines_come_one_by_one_also_the_last_and_the_endless() {
        let mut lines = Lines::new(&b"one\r\n\ntwo"[..], None);
        let mut all = Vec::new();
        while let Some(line) = lines.next().await.unwrap() {
            all.push(line);
        }
        assert_eq!(all, ["one", "", "two"]);
        let endless = vec![b'x'; usize::try_from(MAX_LINE).unwrap() + 5];
        let mut lines = Lines::new(&endless[..], None);
        assert_eq!(lines.next().await.unwrap().map(|line| line.len() as u64), Some(MAX_LINE));
        assert_eq!(lines.next().await.unwrap().as_deref(), Some("xxxxx"));
        assert_eq!(lines.next().await.unwrap(), None);
    }
}
