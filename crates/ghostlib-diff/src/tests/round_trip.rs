//! An item's declaration gives the item back.

use super::{item, lib, paths};
use crate::{Api, FeatureSet, SourceTree, compare, extract_block, extract_crate};
use std::path::Path;

/// Crates that are at hand: those of this project.
const CRATES: &[&str] = &["ghostlib-model", "ghostlib-diff"];

const SAMPLE: &str = "
    use std::{borrow::Cow, fmt, io};
    pub mod table {
        #[derive(Clone, Debug, PartialEq)] pub struct Table<'a, T: Ord = u8> { pub rows: Vec<&'a T>, width: usize }
        impl<'a, T: Ord> Table<'a, T> { pub const EMPTY: usize = 0; pub fn new(rows: Vec<&'a T>) -> Self { loop {} }
            pub fn first(&self) -> Option<&'a T> { loop {} } pub fn with<U>(self, f: impl Fn(&T) -> U) -> Vec<U> { loop {} } }
        impl Table<'_, String> { pub fn text(&self) -> super::Cow<'_, str> { loop {} } }
        impl<'a, T: Ord> IntoIterator for &'a Table<'_, T> { type Item = &'a T; type IntoIter = std::slice::Iter<'a, T>; }
        pub(crate) mod rules { pub trait Rule<X: ?Sized = str>: Send where Self: Sync { const N: u8 = 1; type Out: Clone; fn run(self: Box<Self>, x: &X) -> Self::Out; fn all(&self) {} } }
        pub use rules::Rule as Law;
    }
    pub use table::Table;
    pub struct Id(u32, pub u8); pub struct Unit; pub struct Empty {} pub struct Pair<A, B>(pub A, pub B) where A: Into<B>;
    #[non_exhaustive] #[derive(Debug, Eq, Hash)] pub enum Error<E> { Io(io::Error), Fmt { at: usize, cause: fmt::Error }, #[non_exhaustive] Other(E) }
    impl<E: fmt::Debug> fmt::Display for Error<E> { } impl<E: fmt::Debug> std::error::Error for Error<E> {}
    type Result<T, E = ()> = std::result::Result<T, Error<E>>;
    pub fn read<R: io::Read + ?Sized>(r: &mut R) -> Result<Cow<'static, [u8]>> { loop {} }
    pub const unsafe fn raw<'a, const N: usize>(p: *const [u8; N], f: for<'b> fn(&'b u8) -> &'b u8) -> &'a u8 { loop {} }
    pub type Map<V> = std::collections::HashMap<String, V>; pub static mut X: Option<&'static str> = None;
    #[macro_export] macro_rules! m { ($($x:tt)*) => { $($x)* }; }
    pub union U<T: Copy> { pub a: T }
";

fn assert_round_trip(api: &Api) {
    assert!(api.items.len() > 10);
    for expected in &api.items {
        // What is re-exported stands beside the re-export.
        let canonical = |import: &str| api.items.iter().find(|item| import.starts_with(&item.path)).unwrap();
        let declaration = match expected.declaration.split_once("pub use crate::") {
            Some((_, path)) => {
                let path = path.split([';', ' ']).next().unwrap();
                let own = api.items.iter().find(|item| item.path == path).unwrap_or_else(|| canonical(path));
                format!("{}\n{}", own.declaration, expected.declaration)
            }
            None => expected.declaration.clone(),
        };
        let block = extract_block(&declaration, "SPEC.md", 0, &declaration);
        let same = |item: &&ghostlib_model::ApiItem| item.path == expected.path && item.kind == expected.kind;
        let found: Vec<_> = block.items.iter().filter(same).map(|item| item.signature.as_str()).collect();
        assert!(
            found.contains(&expected.signature.as_str()),
            "{declaration}\n{}\n{found:?}",
            expected.signature
        );
        assert_eq!(block.unseen, vec![], "{declaration}");
    }
}

#[test]
fn each_item_comes_back_from_its_declaration() {
    let api = lib(SAMPLE);
    assert_eq!(api.unseen, vec![]);
    assert_round_trip(&api);
}

#[test]
fn all_declarations_together_are_the_whole_api() {
    let api = lib(SAMPLE);
    let declarations: Vec<_> = api.items.iter().map(|item| item.declaration.as_str()).collect();
    let block = declarations.join("\n");
    let again = extract_block(&block, "SPEC.md", 0, &block);
    assert_eq!(compare(&api, &again).findings, vec![]);
    assert_eq!(paths(&api), paths(&again));
}

#[test]
fn crates_at_hand_come_back_and_equal_themselves() {
    for name in CRATES {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(name);
        let api = extract_crate(&SourceTree::read(&root).unwrap(), &FeatureSet::Default).unwrap();
        assert_round_trip(&api);
        let comparison = compare(&api, &api);
        assert_eq!(comparison.findings, vec![]);
        assert_eq!(comparison.dimension.signature.recall.share(), Some(1.0));
    }
}

#[test]
fn declarations_carry_no_private_code() {
    let api =
        lib("pub struct Key { secret_field: u8 } impl Key { pub fn get(&self) -> u8 { secret_call() } }
        pub struct Num(SecretType); struct SecretType; pub enum E { A = secret_value() }
        pub trait T { fn provided(&self) { secret_body() } }");
    for item in &api.items {
        assert!(!item.declaration.to_lowercase().contains("secret"), "{}", item.declaration);
    }
    assert_eq!(item(&api, "Key").declaration, "pub struct Key { /* private fields */ }");
}

#[test]
fn a_block_declares_items_without_bodies_and_points_into_its_document() {
    let code = "pub fn split(s: &str) -> Result<Vec<String>, ParseError>;\n#[derive(Debug)]\npub struct ParseError;\n\
        impl Display for ParseError {}\nimpl Table { pub fn new() -> Self; fn rows(&self) -> usize; }\n";
    let document = format!("# Spec äö\n\n```rust api\n{code}```\n");
    let offset = document.find("pub fn").unwrap();
    let api = extract_block(code, "SPEC.md", offset, &document);
    let expected = [
        "<ParseError as Debug>",
        "<ParseError as Display>",
        "ParseError",
        "Table::new",
        "Table::rows",
        "split",
    ];
    assert_eq!(paths(&api), expected);
    assert_eq!(api.unseen, vec![]);
    let place = &item(&api, "ParseError").place;
    assert_eq!((&*place.file, place.line, place.column), ("SPEC.md", 6, 1));
    assert_eq!(&document[place.span.start..place.span.end], "pub struct ParseError;");

    let candidate =
        lib("use std::fmt; use std::fmt::Display; #[derive(Debug)] pub struct ParseError; pub struct Table;
        impl Display for ParseError { fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result { Ok(()) } }
        pub fn split(text: &str) -> std::result::Result<Vec<String>, ParseError> { loop {} }
        impl Table { pub fn new() -> Table { Table } pub fn rows(&self) -> usize { 0 } }");
    let findings = compare(&api, &candidate).findings;
    assert_eq!(findings.iter().map(|finding| finding.subject.as_str()).collect::<Vec<_>>(), ["Table"]);
}
