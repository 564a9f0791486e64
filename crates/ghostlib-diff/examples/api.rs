//! Prints the public API of the library in a folder, one item a line: path, kind, signature; then what is unseen.

use ghostlib_diff::{FeatureSet, SourceTree, language_of};
use std::error::Error;
use std::path::Path;

#[expect(clippy::print_stdout, reason = "this is what an example has to say")]
fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1).ok_or("which folder?")?;
    let tree = SourceTree::read(Path::new(&folder))?;
    let language = language_of(&tree).ok_or("a language that is not known")?;
    let api = language.extract(&tree, &FeatureSet::Default)?;
    println!("{}\tlibrary\t{}", api.crate_name, language.name());
    for item in &api.items {
        println!("{}\t{}\t{}", item.path, item.kind, item.signature);
    }
    for unseen in &api.unseen {
        println!("{}\tunseen\t{}", unseen.place, unseen.what);
    }
    Ok(())
}
