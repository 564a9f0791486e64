//! Pairing the items of two lists.

/// Whether the `n` items of one list can be paired with the `n` of another so that each pair fits. What was paired
/// is paired anew where that makes room (augmenting paths of a bipartite matching).
pub(super) fn exists(n: usize, fits: impl Fn(usize, usize) -> bool) -> bool {
    let mut pairs = Pairs { right_of: vec![None; n], left_of: vec![None; n] };
    (0..n).all(|left| pairs.add(left, &fits))
}

struct Pairs {
    right_of: Vec<Option<usize>>,
    left_of: Vec<Option<usize>>,
}

impl Pairs {
    /// Pairs one more of the left; `false` if there is no room.
    fn add(&mut self, left: usize, fits: impl Fn(usize, usize) -> bool) -> bool {
        let mut reached_from: Vec<Option<usize>> = vec![None; self.left_of.len()];
        let mut waiting = vec![left];
        while let Some(from) = waiting.pop() {
            for right in 0..reached_from.len() {
                if reached_from[right].is_some() || !fits(from, right) {
                    continue;
                }
                reached_from[right] = Some(from);
                if let Some(taken_by) = self.left_of[right] {
                    waiting.push(taken_by);
                } else {
                    self.take(right, &reached_from);
                    return true;
                }
            }
        }
        false
    }

    /// Takes what is free, and gives what is left by that to whoever came from there.
    fn take(&mut self, free: usize, reached_from: &[Option<usize>]) {
        let mut free = Some(free);
        while let Some(right) = free {
            let Some(left) = reached_from[right] else { return };
            free = self.right_of[left].replace(right);
            self.left_of[right] = Some(left);
        }
    }
}
