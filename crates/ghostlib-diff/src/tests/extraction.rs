use super::{api, item, lib, of_kind, paths, tree};
use crate::{ExtractError, FeatureSet, SourceTree, compare, extract_crate, extract_expanded};
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

#[test]
fn macros_of_the_crate_are_expanded_where_they_are_called() {
    let api = lib("
        macro_rules! ids { ($($(#[$m:meta])* $vis:vis $name:ident($ty:ty) = $n:expr),* $(,)?) => {
            $( $(#[$m])* $vis struct $name($ty); limits!($name, $n); )*
        }; }
        macro_rules! limits { ($name:ident, $n:expr) => { impl $name { pub const LIMIT: u32 = $n; getters! { get, set } } }; }
        macro_rules! getters { ($($f:ident),*) => { $(pub fn $f(&self) -> Vec<u8> { loop {} })* }; }
        macro_rules! count { ($done:tt $head:tt $($rest:tt)*) => { count! { ($done) $($rest)* } }; ($done:tt) => { pub fn counted() {} }; }
        ids! { #[derive(Debug)] pub First(&'static [u8]) = 1 + 2, pub(crate) Second(Vec<(u8, u8)>) = 4, }
        count! { () a b c d e f }
    ");
    let expected = ["<First as Debug>", "First", "First::LIMIT", "First::get", "First::set", "counted"];
    assert_eq!(paths(&api), expected);
    assert_eq!(item(&api, "First::LIMIT").signature, "const: u32 = 3");
    assert_eq!(item(&api, "First::get").signature, "fn(&self) -> Vec<u8>");
    // What a macro makes stands where the macro is called.
    assert_eq!((item(&api, "First").place.line, api.unseen), (8, vec![]));
}

#[test]
fn a_macro_may_make_one_item_and_call_itself_for_the_rest() {
    let names = (0..200).map(|n| format!("a{n:03}")).collect::<Vec<_>>().join(" ");
    let api = lib(&format!(
        "macro_rules! each {{ ($head:ident $($rest:ident)*) => {{ pub fn $head() {{}} each! {{ $($rest)* }} }}; () => {{}}; }}
        each! {{ {names}}}"
    ));
    assert_eq!((api.items.len(), paths(&api)[199], &api.unseen), (200, "a199", &vec![]));
}

#[test]
fn a_name_is_found_through_modules_that_all_import_each_other() {
    let n_modules = 20;
    let imports = (0..n_modules).map(|n| format!("use crate::m{n:02}::*;")).collect::<Vec<_>>().join(" ");
    let module = |n| format!("mod m{n:02} {{ {imports} pub type T{n:02} = u32; }}\n");
    let modules: String = (0..n_modules).map(module).collect();
    let api = lib(&format!("{modules} {imports} pub fn f(a: T19, b: Unknown) {{}}"));
    assert_eq!(item(&api, "f").signature, "fn(u32, Unknown)");
}

#[test]
fn branches_of_cfg_if_are_chosen_and_arguments_that_are_items_are_taken_for_them() {
    let api = lib("
        cfg_if::cfg_if! { if #[cfg(windows)] { pub fn w() {} } else if #[cfg(feature = \"std\")] { pub fn s() {} } else { pub fn n() {} } }
        other::wrapped! { pub struct Wrapped { pub a: u8 } }
        other::odd! { pub struct Odd: u8 { } }
    ");
    assert_eq!(paths(&api), ["Wrapped", "Wrapped::a", "s"]);
    assert_eq!((item(&api, "s").place.line, item(&api, "Wrapped").place.line), (2, 3));
    let unseen: Vec<_> = api.unseen.iter().map(|unseen| unseen.what.as_str()).collect();
    let expected = [
        "what the macro `other::wrapped!` makes of its arguments, which are taken as items",
        "items that the macro `other::odd!` makes",
    ];
    assert_eq!(unseen, expected);
}

#[test]
fn a_macro_that_never_ends_is_given_up() {
    let api = lib("
        macro_rules! grow { ($($t:tt)*) => { grow! { $($t)* $($t)* a } }; }
        macro_rules! twice { ($($t:tt)*) => { twice! { $($t)* a } twice! { $($t)* b } }; }
        grow! { } twice! { } pub fn f() {}
    ");
    assert_eq!(paths(&api), ["f"]);
    assert!(!api.unseen.is_empty());
}

#[test]
fn values_that_a_user_knows_are_told() {
    let source = "
        const BASE: u32 = 1 << 3; fn secret() -> u32 { 1 }
        pub const A: u32 = BASE + 0x10; pub const B: i8 = -1; pub const C: &[&str] = &[\"x\", \"y\"];
        pub const D: u64 = u64::MAX; pub const E: u32 = secret(); pub static S: [u8; BASE as usize] = [0; 8];
        pub enum Code { One = 1, Two = 1 + 1, Other = secret() as isize, Last }
        pub trait T { const N: u8 = 3; const M: u32 = secret(); const P: u8; }
    ";
    let api = lib(source);
    for (path, signature) in [
        ("A", "const: u32 = 24"),
        ("B", "const: i8 = -1"),
        ("C", "const: &[&str] = &[\"x\", \"y\"]"),
        ("D", "const: u64 = u64::MAX"),
        ("E", "const: u32"),
        ("Code::One", "variant = 1"),
        ("Code::Two", "variant = 2"),
        ("Code::Other", "variant"),
        ("T::N", "const: u8 = 3"),
        ("T::M", "const: u32 = .."),
        ("T::P", "const: u8"),
    ] {
        assert_eq!(item(&api, path).signature, signature);
    }
    let changed = lib(&source.replace("1 << 3", "1 << 4").replace("Two = 1 + 1", "Two = 3"));
    let findings = compare(&api, &changed).findings;
    assert_eq!(
        findings.iter().map(|finding| finding.subject.as_str()).collect::<Vec<_>>(),
        ["A", "Code::Two"]
    );
}

#[test]
fn parameters_that_a_condition_leaves_out_are_left_out() {
    let api =
        lib("pub struct S<T, #[cfg(feature = \"std\")] H = u8, #[cfg(not(feature = \"std\"))] H>(T, H);");
    assert_eq!(item(&api, "S").signature, "struct<$0, $1 = u8> { .. }");
}

#[test]
fn expanded_source_is_read_without_its_bodies() {
    let expanded = "#![feature(prelude_import)]\nextern crate std;\n#[prelude_import]\nuse std::prelude::rust_2021::*;\n\
        pub struct S;\n#[automatically_derived]\nimpl ::core::marker::StructuralPartialEq for S { }\n\
        #[automatically_derived]\nimpl ::core::fmt::Debug for S { fn fmt(&self) { odd ~~ body } }\nfn private() {}\n\
        pub fn f() -> u8 { super let x = 1; }\n";
    let api = extract_expanded(&tree(&[]), expanded).unwrap();
    assert_eq!(paths(&api), ["<S as Debug>", "S", "f"]);
    assert_eq!((api.crate_name.as_str(), api.unseen, api.unsafe_code), ("sample_crate", vec![], None));
    assert_eq!(api.items[2].place.line, 11);
}

#[test]
fn the_block_of_an_unnamed_constant_is_read_for_what_it_implements() {
    let api = lib("pub struct S; const _: () = {
            use std::fmt; struct Hidden; assert!(size() == 1); let x = 1;
            const _: () = { impl super::S { pub fn wrong(&self) {} } impl self::S { pub fn right(&self) {} } };
            impl fmt::Display for S {} impl Iterator for Hidden {} pub fn f() {}
        };
        pub const C: u8 = { pub fn g() {} 1 };");
    assert_eq!(paths(&api), ["<S as Display>", "C", "S", "S::right"]);
    assert!(api.unseen.iter().all(|unseen| unseen.what.contains("the type `S`")), "{:?}", api.unseen);
}

#[test]
fn what_is_hidden_can_be_named_in_signatures() {
    let api = lib("pub mod lib { #[doc(hidden)] pub use std::vec; } pub fn f() -> lib::vec::Vec<u8> {}");
    assert_eq!(item(&api, "f").signature, "fn() -> Vec<u8>");
    assert_eq!(paths(&api), ["f", "lib"]);
}

#[test]
fn a_name_out_of_the_only_foreign_glob_of_a_module_is_known() {
    let of = |globs: &str| {
        let text =
            format!("mod net {{ {globs} }} use crate::net::IpAddr as Address; pub fn f(x: Address) {{}}");
        item(&lib(&text), "f").signature.clone()
    };
    assert_eq!(of("pub use std::net::*;"), "fn(IpAddr)");
    assert_eq!(of("pub use std::net::*; pub use other::*;"), "fn(Address)");
}
