use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fmt;

/// A SHA-256 digest in lower-case hexadecimal, 64 characters.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct Sha256Hex(String);

const HEX_DIGITS: &[u8; 16] = b"0123456789abcdef";

impl Sha256Hex {
    /// The digest of some bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self::finish(Sha256::new_with_prefix(bytes))
    }

    /// The digest of texts one after another, with a line's end behind each but the last; none behind empty ones.
    pub fn of_parts<'a>(parts: impl IntoIterator<Item = &'a str>) -> Self {
        let mut hasher = Sha256::new();
        let mut is_first = true;
        for part in parts.into_iter().filter(|part| !part.is_empty()) {
            if !is_first {
                hasher.update(b"\n");
            }
            hasher.update(part.as_bytes());
            is_first = false;
        }
        Self::finish(hasher)
    }

    /// A digest as it is written; nothing, if the text is none.
    pub fn from_digits(text: &str) -> Option<Self> {
        let is_digest = text.len() == 64 && text.bytes().all(|byte| HEX_DIGITS.contains(&byte));
        is_digest.then(|| Self(text.to_owned()))
    }

    /// All 64 characters.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The first 12 characters, for people.
    pub fn short(&self) -> &str {
        self.0.get(..12).unwrap_or(&self.0)
    }

    fn finish(hasher: Sha256) -> Self {
        let digits = hasher.finalize().into_iter().flat_map(|byte| [byte >> 4, byte & 15]);
        let hex: Vec<u8> = digits.map(|digit| HEX_DIGITS[usize::from(digit)]).collect();
        Self(String::from_utf8(hex).unwrap_or_default())
    }
}

impl fmt::Display for Sha256Hex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The digest of a set of files. Paths use `/`; the order in which they come matters, so sort them.
/// Lengths are hashed with the content, so that no two different sets give the same stream of bytes.
pub fn sha256_of_files<'a>(files: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> Sha256Hex {
    let mut hasher = Sha256::new();
    for (path, bytes) in files {
        for part in [path.as_bytes(), bytes] {
            hasher.update((part.len() as u64).to_le_bytes());
            hasher.update(part);
        }
    }
    Sha256Hex::finish(hasher)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digest_of_nothing_is_the_known_one() {
        assert_eq!(
            Sha256Hex::of(b"").as_str(),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        );
    }

    #[test]
    fn moving_bytes_between_path_and_content_changes_the_digest() {
        assert_ne!(sha256_of_files([("ab", &b"c"[..])]), sha256_of_files([("a", &b"bc"[..])]));
    }
}
