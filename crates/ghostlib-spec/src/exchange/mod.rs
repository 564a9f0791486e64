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
