use super::{api, item, lib, of_kind, paths, tree};
use crate::{ExtractError, FeatureSet, SourceTree, extract_crate};
use ghostlib_model::{ApiKind, Receiver};

#[test]
fn modules_are_found_in_files_folders_and_by_path() {
    let api = api(&[
        ("src/lib.rs", "pub mod a; pub mod b; #[path = \"odd/file.rs\"] pub mod c; pub mod d { pub mod e; }"),
        ("src/a.rs", "pub fn in_a() {} pub mod inner;"),
        ("src/a/inner.rs", "pub fn deep() {}"),
        ("src/b/mod.rs", "pub fn in_b() {} pub mod inner;"),
        ("src/b/inner.rs", "pub fn deep() {}"),
        ("src/odd/file.rs", "pub fn in_c() {}"),
        ("src/d/e.rs", "pub fn in_e() {}"),
    ]);
    let functions = of_kind(&api, ApiKind::Function);
    assert_eq!(
        functions,
        ["a::in_a", "a::inner::deep", "b::in_b", "b::inner::deep", "c::in_c", "d::e::in_e"]
    );
    assert_eq!(&*item(&api, "a::inner::deep").place.file, "src/a/inner.rs");
    assert_eq!((api.unseen, api.crate_name.as_str()), (vec![], "sample_crate"));
}

#[test]
fn only_what_a_user_can_reach_is_public() {
    let api = lib("
        mod private { pub struct Hidden; pub struct Shown; pub fn gone() {} impl Hidden { pub fn a(&self) {} } }
        pub(crate) mod half { pub fn gone() {} }
        pub use private::Shown;
        pub(crate) fn internal() {}
        pub struct Point { pub x: u8, y: u8, pub(crate) z: u8 }
        impl Point { pub fn new() -> Self { loop {} } fn helper(&self) {} pub(super) fn other(&self) {} }
        impl Shown { pub const LIMIT: usize = 3; }
    ");
    assert_eq!(paths(&api), ["Point", "Point::new", "Point::x", "Shown", "Shown::LIMIT"]);
}

#[test]
fn re_exports_rename_group_and_glob() {
    let api = lib("
        mod inner {
            pub mod deep { pub struct A; pub struct B; pub(crate) struct C; }
            pub use self::deep::*;
            pub fn f() {}
            pub enum Kind { One, Two }
            pub mod circle { pub use super::circle as again; pub fn g() {} }
        }
        pub use inner::{deep::A as Renamed, f as first, circle, Kind::{self, One}};
        pub mod prelude { pub use crate::inner::*; }
    ");
    let canonical =
        ["Renamed", "first", "One", "Kind", "Kind::One", "Kind::Two", "circle", "circle::g", "prelude::B"];
    for path in canonical {
        item(&api, path);
    }
    // Also reachable through the glob, and told as what it is.
    assert_eq!(item(&api, "prelude::A").declaration, "pub mod prelude { pub use crate::Renamed as A; }");
    assert!(!paths(&api).iter().any(|path| path.ends_with('C') || path.contains("again::again")));
}

#[test]
fn an_item_of_an_explicit_name_goes_before_one_of_a_glob() {
    let api = lib("mod a { pub struct X(pub u8); } pub use a::*; pub struct X;");
    assert_eq!(item(&api, "X").signature, "struct");
    assert_eq!(paths(&api), ["X"]);
}

#[test]
fn conditions_and_hidden_items_are_obeyed() {
    let source = "
        #[cfg(feature = \"std\")] pub fn with_std() {}
        #[cfg(not(feature = \"std\"))] pub fn without_std() {}
        #[cfg(all(unix, feature = \"extra\"))] pub mod extra { pub fn e() {} }
        #[cfg(test)] pub fn test_only() {}
        #[doc(hidden)] pub fn hidden() {}
        #[cfg_attr(feature = \"std\", derive(Debug))] pub struct S { #[cfg(windows)] pub w: u8, pub l: u8 }
        pub enum E { A, #[cfg(windows)] W, #[doc(hidden)] __Later }
        pub trait T { #[cfg(windows)] fn w(&self); fn l(&self); }
    ";
    let default = lib(source);
    assert_eq!(paths(&default), ["<S as Debug>", "E", "E::A", "S", "S::l", "T", "T::l", "with_std"]);
    let named = FeatureSet::Named(vec!["extra".to_owned()]);
    let named = extract_crate(&tree(&[("src/lib.rs", source)]), &named).unwrap();
    assert_eq!(of_kind(&named, ApiKind::Function), ["extra::e", "without_std"]);
}

#[test]
fn implementations_belong_to_the_type_they_are_for() {
    let api = lib("
        use std::fmt; use std::str::{FromStr, Utf8Error};
        pub mod a { pub struct Slice; } pub mod b { pub struct Slice; } struct Private;
        mod c { use super::a::Slice as Mine; impl Mine { pub fn of_a(&self) {} } }
        impl b::Slice { pub fn of_b(&self) {} }
        pub struct Error; pub struct List<T>(Vec<T>);
        impl fmt::Display for Error { fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { Ok(()) } }
        impl std::error::Error for Error {}
        impl From<Utf8Error> for Error { fn from(_: Utf8Error) -> Self { Error } }
        impl From<Private> for Error { fn from(_: Private) -> Self { Error } }
        impl FromStr for Error { type Err = fmt::Error; fn from_str(_: &str) -> Result<Self, fmt::Error> { loop {} } }
        impl<T> IntoIterator for List<T> { type Item = T; type IntoIter = std::vec::IntoIter<T>; }
        impl<'a, T> IntoIterator for &'a List<T> { type Item = &'a T; }
        impl<T: AsRef<[u8]>> From<T> for List<u8> { fn from(t: T) -> Self { loop {} } }
        impl !Send for Error {}
        impl fmt::Debug for Private {}
    ");
    assert_eq!(of_kind(&api, ApiKind::Method), ["a::Slice::of_a", "b::Slice::of_b"]);
    let expected = [
        "<&List as IntoIterator>",
        "<Error as !Send>",
        "<Error as Display>",
        "<Error as Error>",
        "<Error as From<Utf8Error>>",
        "<Error as FromStr>",
        "<List as IntoIterator>",
        "<List<u8> as From<T>>",
    ];
    assert_eq!(of_kind(&api, ApiKind::TraitImpl), expected);
    assert_eq!(
        item(&api, "<Error as FromStr>").declaration,
        "impl FromStr for Error { type Err = std::fmt::Error; }"
    );
}

#[test]
fn every_kind_of_item_is_told() {
    let api = lib("
        pub const LIMIT: usize = 10; pub static NAME: &str = \"x\"; pub static mut COUNT: u8 = 0;
        pub type Pair<T> = (T, T);
        pub union Bits { pub a: u32, b: f32 }
        pub unsafe trait Shape: Clone + 'static { const SIDES: u8; type Unit; fn area(&self) -> f64; fn name(&self) -> String { loop {} } }
        #[macro_export] macro_rules! pair { ($a:expr, $b:expr) => { secret($a, $b) }; }
        macro_rules! internal { () => {} }
        #[non_exhaustive] pub enum Kind { Unit, Tuple(u8, String), Named { a: u8 } }
        #[derive(Clone, Copy)] pub struct Wrapper<T>(pub T);
    ");
    let told: Vec<_> = api.items.iter().map(|item| (item.path.as_str(), item.signature.as_str())).collect();
    let expected = [
        ("<Wrapper as Clone>", "impl<$0: Clone> Clone for Wrapper<$0>"),
        ("<Wrapper as Copy>", "impl<$0: Copy> Copy for Wrapper<$0>"),
        ("Bits", "union"),
        ("Bits::a", "field: u32"),
        ("COUNT", "static mut: u8"),
        ("Kind", "#[non_exhaustive] enum"),
        ("Kind::Named", "variant { a: u8 }"),
        ("Kind::Tuple", "variant(u8, String)"),
        ("Kind::Unit", "variant"),
        ("LIMIT", "const: usize = 10"),
        ("NAME", "static: &str = \"x\""),
        ("Pair", "type<$0> = ($0, $0)"),
        ("Shape", "unsafe trait: 'static + Clone"),
        ("Shape::SIDES", "const: u8"),
        ("Shape::Unit", "type"),
        ("Shape::area", "fn(&self) -> f64"),
        ("Shape::name", "fn(&self) -> String { .. }"),
        ("Wrapper", "struct<$0> ()"),
        ("Wrapper::0", "field: $0"),
        ("pair", "macro"),
    ];
    assert_eq!(told, expected);
    assert_eq!(item(&api, "pair").declaration, "macro_rules! pair { ($a:expr, $b:expr) => {}; }");
}

#[test]
fn the_parts_of_functions_are_told_with_their_bounds_merged() {
    let api = lib("
        pub struct List<T>(T);
        impl<T: Ord> List<T> where T: Clone {
            pub unsafe fn put<I>(&mut self, mut items: I, (a, _): (u8, u8)) -> Self where I: Iterator<Item = T> { loop {} }
        }
    ");
    let function = item(&api, "List::put").function.clone().unwrap();
    assert_eq!(function.receiver, Some(Receiver::RefMut));
    let params: Vec<_> =
        function.params.iter().map(|param| (param.name.as_str(), param.ty.as_str())).collect();
    assert_eq!(params, [("items", "I"), ("_", "(u8, u8)")]);
    assert_eq!(function.output, "List<T>");
    let generics: Vec<_> =
        function.generics.iter().map(|(name, bounds)| (name.as_str(), bounds.as_str())).collect();
    assert_eq!(generics, [("T", "Ord + Clone"), ("I", "Iterator<Item = T>")]);
    assert!(function.is_unsafe && !function.is_async);
}

#[test]
fn what_only_a_compiler_sees_is_named_with_its_place() {
    let api = lib(
        "bitflags! { pub struct Flags: u8 {} }\npub use serde::Serialize;\n#[derive(Parser)]\npub struct S;\n\
        mod gone;\n#[cfg(built)] pub fn f() {}\nimpl Unknown { pub fn f() {} }\nextern \"C\" { pub fn g(); }\n",
    );
    let told: Vec<_> = api.unseen.iter().map(|unseen| (unseen.place.line, unseen.what.as_str())).collect();
    let expected = [
        (1, "items that the macro `bitflags!` makes"),
        (2, "`Serialize`, re-exported from `serde::Serialize`"),
        (4, "what `#[derive(Parser)]` makes of `S`"),
        (5, "the module `gone`, whose file is not there"),
        (6, "whether the build sets `cfg(built)`, taken as unset"),
        (7, "the type `Unknown` of an `impl`, which nothing here declares"),
        (8, "items of a foreign block"),
    ];
    assert_eq!(told, expected);
    assert_eq!(paths(&api), ["S"]);
}

#[test]
fn a_tree_without_a_library_says_so() {
    let no_root = extract_crate(&tree(&[]), &FeatureSet::Default).unwrap_err();
    assert_eq!(no_root.to_string(), "src/lib.rs: no such library root");
    let nothing = extract_crate(&SourceTree::default(), &FeatureSet::Default);
    assert!(matches!(nothing, Err(ExtractError::NoManifest)));
}
