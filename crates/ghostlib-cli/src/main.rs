//! The command `ghostlib`.
fn main() {}
