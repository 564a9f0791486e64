//! Cutting API blocks to what is needed.

use crate::{Because, CutBlocks, Extent, Wanted, cut_blocks};

const BLOCK: &str = "\
#[derive(Clone, Debug)]
pub struct Table { /* private */ }
impl Table {
    /// An empty one.
    pub fn new(width: Width) -> Table;
    pub fn rows(&self) -> &[Row]; pub fn sort(&mut self, by: &dyn Order);
}
impl std::fmt::Display for Table {}
impl From<Row> for Table {}
impl From<Legacy> for Vec<Row> {}

pub struct Row(pub Vec<Cell>);
pub enum Cell { Empty, Text(String) }
pub type Width = usize;
pub trait Order { fn order(&self, a: &Row, b: &Row) -> bool; }
pub struct Legacy;
impl Legacy { pub fn table(self) -> Table; }

// Reading.

pub mod read {
    pub fn table(text: &str) -> Result<crate::Table, Unreadable>;
    pub fn row(text: &str) -> crate::Row;
    pub struct Unreadable { pub at: Place }
    pub struct Place;
}
";

fn cut(wanted: &[(&str, Extent)]) -> (CutBlocks, String) {
    let wanted: Vec<Wanted> =
        wanted.iter().map(|(path, extent)| Wanted { path: (*path).to_owned(), extent: *extent }).collect();
    let cut = cut_blocks(&[BLOCK], &wanted);
    let text = cut.blocks[0].clone().unwrap_or_default();
    (cut, text)
}

#[test]
fn a_function_keeps_the_types_that_its_signature_names_and_what_those_name() {
    let (cut, text) = cut(&[("read::table", Extent::Alone)]);
    for there in [
        "pub fn table(text",
        "pub struct Table",
        "Unreadable",
        "pub struct Place;",
        "Display for Table",
        "From<Row>",
        "enum Cell",
    ] {
        assert!(text.contains(there), "{there} is not in\n{text}");
    }
    for gone in ["fn rows", "fn new", "fn row(", "Width", "trait Order", "struct Legacy", "impl Legacy"] {
        assert!(!text.contains(gone), "{gone} is in\n{text}");
    }
    let why = |path: &str| {
        let found = cut.kept.iter().find(|(one, _)| one.paths.iter().any(|own| own == path));
        found.map(|(_, because)| because.clone())
    };
    assert_eq!(why("read::table"), Some(Because::Asked));
    assert_eq!(why("read::Place"), Some(Because::NamedBy("read::Unreadable".into())));
    assert!(cut.unknown.is_empty());
}

#[test]
fn a_function_of_a_type_can_be_had_alone_and_a_type_with_all_of_them() {
    let (_, text) = cut(&[("Table::rows", Extent::Alone)]);
    assert!(text.contains("impl Table {\n    pub fn rows(&self) -> &[Row];\n}"), "{text}");
    let (_, text) = cut(&[("Table", Extent::Subtree)]);
    assert!(text.contains("    /// An empty one.\n    pub fn new") && text.contains("trait Order"), "{text}");
}

#[test]
fn what_is_below_a_type_leads_to_it_and_what_is_not_declared_is_told() {
    let (_, text) = cut(&[("Cell::Empty", Extent::Alone)]);
    assert_eq!(text, "pub enum Cell { Empty, Text(String) }\n\n// Reading.\n");
    let (cut, text) = cut(&[("chair", Extent::Alone)]);
    assert_eq!((cut.unknown, text), (vec!["chair".to_owned()], String::new()));
}

#[test]
fn a_cut_of_everything_changes_nothing() {
    let all =
        ["Table", "Row", "Cell", "Width", "Order", "Legacy", "read"].map(|path| (path, Extent::Subtree));
    assert_eq!(cut(&all).1, BLOCK);
}
