//! The head of a request as it stands on the wire, before any parser has smoothed it: whatever two readers
//! could understand differently is refused (RFC 9112, sections 3, 5, 6 and 11.2).

use super::refusal::Refusal;
use super::route::check_target;
use bytes::BytesMut;
use memchr::memmem;
use tokio::io::{AsyncRead, AsyncReadExt};

/// The most bytes of a head.
pub(super) const MAX_HEAD: usize = 32 << 10;
/// The most headers.
const MAX_HEADERS: usize = 100;

const END: &[u8] = b"\r\n\r\n";

/// Reads up to the end of the head, perhaps beyond, and checks it. Nothing if the client went away without a
/// request.
pub(super) async fn read_head(stream: &mut (impl AsyncRead + Unpin)) -> Result<Option<BytesMut>, Refusal> {
    let mut read = BytesMut::with_capacity(4 << 10);
    loop {
        let n_before = read.len();
        let from = n_before.saturating_sub(END.len() - 1);
        match stream.read_buf(&mut read).await {
            Ok(1..) => {}
            _ if read.is_empty() => return Ok(None),
            _ => return Err(Refusal::Framing("it ends within its head")),
        }
        if let Some(at) = memmem::find(&read[from..], END) {
            let head = from + at + END.len();
            if head > MAX_HEAD {
                return Err(Refusal::Large { limit: "32 KiB" });
            }
            check(&read[..head])?;
            return Ok(Some(read));
        }
        if read.len() > MAX_HEAD {
            return Err(Refusal::Large { limit: "32 KiB" });
        }
        // Otherwise the end of a head with such lines would be waited for in vain.
        let mut ends = memchr::memchr_iter(b'\n', &read[n_before..]).map(|at| n_before + at);
        if ends.any(|at| at == 0 || read[at - 1] != b'\r') {
            return Err(Refusal::Framing("a line does not end in carriage return and line feed"));
        }
    }
}

/// Checks a head with the empty line at its end.
fn check(head: &[u8]) -> Result<(), Refusal> {
    let lines = head.strip_suffix(END).and_then(|lines| str::from_utf8(lines).ok());
    let mut lines = lines.ok_or(Refusal::Framing("it is not ASCII"))?.split("\r\n");
    check_request_line(lines.next().unwrap_or_default())?;
    let mut seen = Seen::default();
    for (n_headers, line) in lines.enumerate() {
        if n_headers == MAX_HEADERS {
            return Err(Refusal::Large { limit: "100 headers" });
        }
        seen.check_header(line)?;
    }
    seen.check_all()
}

fn check_request_line(line: &str) -> Result<(), Refusal> {
    let mut parts = line.split(' ');
    let (Some(method), Some(target), Some("HTTP/1.1"), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(Refusal::Framing("its first line is not a method, a target and HTTP/1.1"));
    };
    if !is_token(method) {
        return Err(Refusal::Framing("its method is none"));
    }
    check_target(target)
}

/// How many headers there are that decide where a request ends, and for whom it is.
#[derive(Default)]
struct Seen {
    hosts: usize,
    lengths: usize,
    encodings: usize,
}

impl Seen {
    fn check_header(&mut self, line: &str) -> Result<(), Refusal> {
        if line.starts_with([' ', '\t']) {
            return Err(Refusal::Framing("a header goes on in the next line"));
        }
        let (name, value) = line.split_once(':').ok_or(Refusal::Framing("a header has no colon"))?;
        if !is_token(name) {
            return Err(Refusal::Framing("the name of a header is none"));
        }
        if value.bytes().any(|byte| byte.is_ascii_control() && byte != b'\t') || !value.is_ascii() {
            return Err(Refusal::Framing("a header holds control characters, or others than ASCII"));
        }
        let value = value.trim_matches([' ', '\t']);
        match name.to_ascii_lowercase().as_str() {
            "host" => self.hosts += 1,
            "content-length" => {
                self.lengths += 1;
                if !(1..=15).contains(&value.len()) || !value.bytes().all(|byte| byte.is_ascii_digit()) {
                    return Err(Refusal::Framing("its length is no number"));
                }
            }
            "transfer-encoding" => {
                self.encodings += 1;
                if !value.eq_ignore_ascii_case("chunked") {
                    return Err(Refusal::Framing("its transfer encoding is not chunked"));
                }
            }
            "content_length" | "transfer_encoding" => {
                return Err(Refusal::Framing("a header looks like another one"));
            }
            "upgrade" | "http2-settings" => return Err(Refusal::Upgrade),
            "connection" if value.to_ascii_lowercase().contains("upgrade") => return Err(Refusal::Upgrade),
            _ => {}
        }
        Ok(())
    }

    fn check_all(&self) -> Result<(), Refusal> {
        if self.lengths + self.encodings > 1 {
            return Err(Refusal::Framing("its length is told more than once"));
        }
        if self.hosts != 1 {
            return Err(Refusal::Framing("it does not name one host"));
        }
        Ok(())
    }
}

/// A token of RFC 9110, section 5.6.2.
fn is_token(text: &str) -> bool {
    !text.is_empty()
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;
    use proptest::sample::select;

    async fn read(head: &str) -> Result<Option<BytesMut>, Refusal> {
        read_head(&mut head.as_bytes()).await
    }

    #[tokio::test]
    async fn a_plain_request_passes_with_what_follows_it() {
        let request =
            "POST /v1/messages HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nX-Tab:\ta b \r\n\r\nbo\ndy";
        assert_eq!(read(request).await.unwrap().unwrap(), request.as_bytes());
        assert_eq!(read("").await, Ok(None));
    }

    #[tokio::test]
    async fn what_can_be_read_in_two_ways_is_refused() {
        for rest in [
            "Content-Length: 4\r\nTransfer-Encoding: chunked",
            "Transfer-Encoding: chunked\r\ncontent-length: 4",
            "Content-Length: 4\r\nContent-Length: 4",
            "Content-Length: 4\r\nContent-Length: 5",
            "Content-Length: 4, 4",
            "Content-Length: +4",
            "Content-Length: 0x4",
            "Content-Length:",
            "Content-Length : 4",
            "Content_Length: 4",
            "Content-Length: 99999999999999999999",
            "Transfer-Encoding: gzip, chunked",
            "Transfer-Encoding: xchunked",
            "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
            "Transfer-Encoding: \u{b}chunked",
            "X: a\r\n b",
            "X: a\r\n\tTransfer-Encoding: chunked",
            "X: a\nTransfer-Encoding: chunked",
            "X: a\rTransfer-Encoding: chunked",
            "X: a\0b",
            "X\u{e4}: a",
            " X: a",
            "no colon",
            ": no name",
            "Host: y",
        ] {
            let answer = read(&format!("POST /v1/messages HTTP/1.1\r\nHost: x\r\n{rest}\r\n\r\n")).await;
            assert!(matches!(answer, Err(Refusal::Framing(_))), "{rest:?}: {answer:?}");
        }
        for head in [
            "POST /v1/messages HTTP/1.1\r\n\r\n",
            "POST /v1/messages HTTP/1.0\r\nHost: x\r\n\r\n",
            "POST  /v1/messages HTTP/1.1\r\nHost: x\r\n\r\n",
            "POST /v1/messages\tHTTP/1.1\r\nHost: x\r\n\r\n",
            "POST /v1/messages\r\n\r\n",
            "\r\nPOST /v1/messages HTTP/1.1\r\nHost: x\r\n\r\n",
            "POST /v1/messages HTTP/1.1\nHost: x\n\n",
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
            "\u{16}\u{3}\u{1}\r\n\r\n",
            "POST /v1/mess",
        ] {
            let answer = read(head).await;
            assert!(matches!(answer, Err(Refusal::Framing(_))), "{head:?}: {answer:?}");
        }
    }

    #[tokio::test]
    async fn upgrades_and_tunnels_are_refused() {
        for (first, rest, refusal) in [
            ("GET /v1/models HTTP/1.1", "Upgrade: websocket", Refusal::Upgrade),
            ("GET /v1/models HTTP/1.1", "Connection: keep-alive, Upgrade", Refusal::Upgrade),
            ("CONNECT evil.example:443 HTTP/1.1", "X: y", Refusal::Target("it names a host, or no path")),
        ] {
            assert_eq!(read(&format!("{first}\r\nHost: x\r\n{rest}\r\n\r\n")).await, Err(refusal));
        }
    }

    #[tokio::test]
    async fn large_heads_are_refused() {
        let with = |rest: String| format!("GET /a HTTP/1.1\r\nHost: x\r\n{rest}\r\n");
        let answer = read(&with(format!("X: {}\r\n", "y".repeat(MAX_HEAD)))).await;
        assert_eq!(answer, Err(Refusal::Large { limit: "32 KiB" }));
        assert!(read(&with("X: y\r\n".repeat(MAX_HEADERS - 1))).await.is_ok());
        let answer = read(&with("X: y\r\n".repeat(MAX_HEADERS))).await;
        assert_eq!(answer, Err(Refusal::Large { limit: "100 headers" }));
    }

    /// Parts of which heads are made, good ones and bad ones.
    const PARTS: &[&str] = &[
        "POST /v1/messages HTTP/1.1\r\n",
        "GET ",
        "/a",
        " HTTP/1.1",
        "\r\n",
        "\r",
        "\n",
        " ",
        "\t",
        ":",
        "Host: x\r\n",
        "Content-Length: 4\r\n",
        "Transfer-Encoding: chunked\r\n",
        "X: y\r\n",
        "\0",
        "\u{e4}",
        "\r\n\r\n",
        "..",
        "%2f",
    ];

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(8192))]

        /// What passes is one line, and headers of which at most one says how long the body is.
        #[test]
        fn no_head_does_any_harm(
            start in select(&["", "POST /v1/messages HTTP/1.1\r\nHost: x\r\n"][..]),
            parts in vec(select(PARTS), 0..6),
            end in select(&["", "\r\n", "\r\n\r\n"][..]),
        ) {
            let bytes = [start, &parts.concat(), end].concat();
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            if let Ok(Some(read)) = runtime.block_on(read_head(&mut bytes.as_bytes())) {
                let head = String::from_utf8_lossy(&read).to_lowercase();
                let (head, _) = head.split_once("\r\n\r\n").unwrap();
                let lengths = ["content-length:", "transfer-encoding:"];
                let tells = |line: &&str| lengths.iter().any(|name| line.starts_with(name));
                prop_assert!(head.lines().filter(tells).count() <= 1, "{}", head);
                prop_assert!(head.contains("\r\nhost: x") && head.matches('\n').count() == head.matches("\r\n").count());
                prop_assert!(head.lines().next().unwrap().split(' ').count() == 3);
            }
        }
    }
}
