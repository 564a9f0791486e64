//! Specs of other formats made native, and native ones written for people without ghostlib.

mod blocks;
mod head;
mod install;
mod native;
mod restore;
mod whenwords;

pub use head::license_of;
pub use native::{Added, Imported, LeftOut, Naming, Renamed, Restated, into_native};
pub use whenwords::{TESTS, Whenwords, to_whenwords};

use std::ops::Range;

/// A document with these parts of it replaced. Of two that overlap, the second is left out; whoever reads the outcome finds
/// what is missing.
fn applied(document: &str, mut changes: Vec<(Range<usize>, String)>) -> String {
    changes.sort_by_key(|(range, _)| (range.start, range.end));
    let mut text = String::with_capacity(document.len());
    let mut done = 0;
    for (range, with) in changes {
        if range.start >= done {
            text.push_str(&document[done..range.start]);
            text.push_str(&with);
            done = range.end;
        }
    }
    text.push_str(&document[done..]);
    text
}
