//! The vectors that implementers of a run do not see, beside those that the spec itself hides.

use super::LoadedSpec;
use ghostlib_model::{Sha256Hex, Vector, VectorId};
use std::collections::BTreeSet;

impl LoadedSpec {
    /// Which vectors make up a share of those in vector files, from 0 to 1, together with those that the spec hides:
    /// the same for the same seed. A vector in a document is public, and none of them.
    pub fn to_withhold(&self, share: f64, seed: u64) -> BTreeSet<VectorId> {
        let in_files: Vec<&Vector> = self
            .spec
            .vectors
            .iter()
            .filter(|vector| self.sources.vector_files.iter().any(|file| *file.path == *vector.place.file))
            .collect();
        let n_hidden = in_files.iter().filter(|vector| vector.hidden).count();
        let mut open: Vec<&VectorId> =
            in_files.iter().filter(|vector| !vector.hidden).map(|vector| &vector.id).collect();
        open.sort_by_cached_key(|id| Sha256Hex::of(format!("{seed} {id}").as_bytes()).as_str().to_owned());
        open.truncate(part(share, in_files.len()).saturating_sub(n_hidden));
        open.into_iter().cloned().collect()
    }

    /// The same spec, with vectors that implementers do not see.
    #[must_use]
    pub fn withholding(mut self, withheld: &BTreeSet<VectorId>) -> Self {
        self.withheld.clone_from(withheld);
        self
    }

    /// Whether an implementer does not see a vector.
    pub fn hides(&self, vector: &Vector) -> bool {
        vector.hidden || self.withheld.contains(&vector.id)
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of a count is one")]
fn part(share: f64, of: usize) -> usize {
    (share.clamp(0.0, 1.0) * of as f64).round() as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use ghostlib_spec::{SourceFile, Sources};

    fn spec(hidden: bool) -> LoadedSpec {
        let document = "---\nname: a\nversion: 1\nvectors: [t.yaml]\n---\n\
                        ```yaml vectors\nf: [{name: shown, input: 0, output: 0}]\n```\n";
        let more = if hidden { ", hidden: true" } else { "" };
        let vector = |n| format!("  - {{name: v{n}, input: {n}, output: {n}{more}}}\n");
        let vectors = (0..10).map(vector).collect::<Vec<_>>().concat();
        LoadedSpec::of(Sources {
            document: SourceFile::new("SPEC.md", document),
            vector_files: vec![SourceFile::new("t.yaml", format!("f:\n{vectors}"))],
            ..Sources::default()
        })
    }

    #[test]
    fn a_seed_withholds_the_same_share_each_time_and_another_another() {
        let withheld = spec(false).to_withhold(0.3, 1);
        assert_eq!(withheld.len(), 3);
        assert_eq!(spec(false).to_withhold(0.3, 1), withheld);
        assert!((2..9).any(|seed| spec(false).to_withhold(0.3, seed) != withheld));
        assert!(spec(false).to_withhold(1.0, 1).iter().all(|id| id.as_str() != "f/shown"));
        assert!(spec(false).to_withhold(0.0, 1).is_empty());
    }

    #[test]
    fn what_the_spec_hides_is_a_part_of_the_share() {
        assert!(spec(true).to_withhold(0.3, 1).is_empty());
    }

    #[test]
    fn what_is_withheld_is_not_among_the_visible_files() {
        let loaded = spec(false);
        let withheld = loaded.to_withhold(0.3, 1);
        let seen = loaded.clone().withholding(&withheld);
        let text = |loaded: &LoadedSpec| String::from_utf8(loaded.seen().files[1].1.clone()).unwrap();
        for vector in &loaded.spec.vectors[1..] {
            let line = format!("name: {}", vector.name);
            assert_eq!(text(&seen).contains(&line), !withheld.contains(&vector.id), "{line}");
            assert!(text(&loaded).contains(&line));
        }
        assert_ne!(seen.seen().hash, loaded.seen().hash);
    }
}
