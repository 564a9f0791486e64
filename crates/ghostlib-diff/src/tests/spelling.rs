//! What a user cannot tell apart is equal, and what one can is not.

use super::{item, lib};

const TYPES: &str = "use std::fmt; use std::borrow::Cow; pub struct S<T>(T); pub struct R<'a>(&'a u8);
    pub type Res<T, E = fmt::Error> = Result<T, E>; pub trait Tr { type Out; } ";

fn signature(function: &str) -> String {
    let api = lib(&format!("{TYPES}{function}"));
    let path = if function.contains("impl") && function.contains('{') && function.starts_with("impl") {
        "S::f"
    } else {
        "f"
    };
    item(&api, path).signature.clone()
}

#[test]
fn respelled_functions_are_equal() {
    let pairs = [
        ("pub fn f(a: u8) {}", "pub fn f(b: u8) -> () {}"),
        ("pub fn f(s: &str) -> Cow<str> {}", "pub fn f<'a>(s: &'a str) -> std::borrow::Cow<'a, str> {}"),
        ("pub fn f(s: &str) -> Cow<str> {}", "pub fn f(s: &'_ str) -> Cow<'_, str> {}"),
        ("pub fn f(r: R) {}", "pub fn f<'x>(mut r: R<'x>) {}"),
        (
            "pub fn f<'a>(a: &'a str, b: &'a str) -> &'a str {}",
            "pub fn f<'b>(x: &'b str, y: &'b str) -> &'b str {}",
        ),
        ("pub fn f<T: Clone + Copy>(t: T) {}", "pub fn f<X>(t: X) where X: Copy, X: Clone {}"),
        ("pub fn f<T, const N: usize>(t: [T; N]) {}", "pub fn f<A, const M: usize>(t: [A; M]) {}"),
        ("pub fn f() -> fmt::Result {}", "pub fn f() -> core::fmt::Result {}"),
        ("pub fn f() -> Res<u8> {}", "pub fn f() -> std::result::Result<u8, fmt::Error> {}"),
        (
            "pub fn f(b: Box<dyn Tr<Out = u8> + Send + Sync>) {}",
            "pub fn f(b: Box<dyn Tr<Out=u8> + Sync + Send,>) {}",
        ),
        ("pub fn f(s: &(str)) {}", "pub fn f(s: & str,) {}"),
        ("pub fn f(g: fn(a: u8) -> ()) {}", "pub fn f(g: fn(u8)) {}"),
        ("pub fn f(s: String) {}", "pub fn f(s: std::string::String) {}"),
        ("impl<T> S<T> { pub fn f(&self) -> Self {} }", "impl<X> S<X> { pub fn f(self: &Self) -> S<X> {} }"),
        ("pub fn f<T: Iterator>(t: T::Item) {}", "pub fn f<T: Iterator>(t: <T as Iterator>::Item) {}"),
        ("pub fn f(a: [u8; 16]) {}", "const N: usize = 0x8; pub fn f(a: [u8; N * 2]) {}"),
        ("pub fn f(b: Box<dyn Tr<Out = u8> + 'static>) {}", "pub fn f(b: Box<dyn Tr<Out = u8>>) {}"),
        (
            "pub fn f<T: Tr>() where T::Out: Copy, T::Out: Clone {}",
            "pub fn f<T: Tr>() where T::Out: Clone + Copy {}",
        ),
        (
            "impl<T: Clone> S<T> { pub fn f(self, t: T) {} }",
            "impl<X> S<X> where X: Clone { pub fn f(mut self, x: X) {} }",
        ),
        (
            "impl<T> S<T> { pub fn f<'a>(&'a self, s: &str) -> &'a T {} }",
            "impl<T> S<T> { pub fn f(&self, s: &str) -> &T {} }",
        ),
    ];
    for (left, right) in pairs {
        assert_eq!(signature(left), signature(right));
    }
}

#[test]
fn what_a_user_can_tell_apart_differs() {
    let pairs = [
        ("pub fn f(a: u8) {}", "pub fn f(a: u16) {}"),
        ("pub fn f(a: &str) {}", "pub fn f(a: &mut str) {}"),
        ("pub fn f() -> fmt::Result {}", "pub fn f() -> std::io::Result<()> {}"),
        ("pub fn f(a: &str, b: &str) -> &'static str {}", "pub fn f<'a>(a: &'a str, b: &str) -> &'a str {}"),
        (
            "pub fn f<'a>(a: &'a str, b: &str) -> &'a str {}",
            "pub fn f<'a>(a: &str, b: &'a str) -> &'a str {}",
        ),
        ("pub fn f<T: Clone>(t: T) {}", "pub fn f<T>(t: T) {}"),
        ("pub fn f<T: ?Sized>(t: &T) {}", "pub fn f<T>(t: &T) {}"),
        ("pub fn f<A: Clone, B>(a: A, b: B) {}", "pub fn f<A, B: Clone>(a: A, b: B) {}"),
        ("pub fn f() {}", "pub unsafe fn f() {}"),
        ("pub async fn f() {}", "pub fn f() {}"),
        ("pub extern \"C\" fn f() {}", "pub fn f() {}"),
        ("impl<T> S<T> { pub fn f(&self) {} }", "impl<T> S<T> { pub fn f(&mut self) {} }"),
        ("impl<T> S<T> { pub fn f(&self) {} }", "impl<T: Ord> S<T> { pub fn f(&self) {} }"),
        ("impl<T> S<T> { pub fn f(&self) {} }", "impl S<u8> { pub fn f(&self) {} }"),
        ("pub fn f(a: &(dyn Tr<Out = u8> + 'static)) {}", "pub fn f(a: &dyn Tr<Out = u8>) {}"),
        ("pub fn f(a: [u8; 16]) {}", "pub fn f(a: [u8; 17]) {}"),
        ("pub fn f(t: impl Clone) {}", "pub fn f<T: Clone>(t: T) {}"),
    ];
    for (left, right) in pairs {
        assert_ne!(signature(left), signature(right), "{left} / {right}");
    }
}

#[test]
fn operators_take_their_own_type_where_nothing_else_is_said() {
    let api = lib(&format!(
        "{TYPES} use std::ops::Add; pub struct A; impl Add<A> for A {{ type Output = A; }}
        pub struct B; impl Add<Self> for B {{ type Output = Self; }} impl Add<A> for B {{ type Output = B; }}
        impl<'a> PartialEq<R<'a>> for R<'a> {{}} impl<'a, 'b> PartialOrd<R<'b>> for R<'a> {{}}"
    ));
    let expected = ["<A as Add>", "<B as Add<A>>", "<B as Add>", "<R as PartialEq>", "<R as PartialOrd<R>>"];
    assert_eq!(super::of_kind(&api, ghostlib_model::ApiKind::TraitImpl), expected);
}

#[test]
fn names_of_associated_types_are_nothing_else() {
    let api = lib(
        "pub mod a { pub struct Item; pub fn f<Error: Clone>(i: impl Iterator<Item = Item>, t: impl std::str::FromStr<Err = Error>) {} }",
    );
    assert_eq!(
        item(&api, "a::f").signature,
        "fn<$0: Clone>(impl Iterator<Item = a::Item>, impl FromStr<Err = $0>)"
    );
}

#[test]
fn a_derive_asks_its_trait_of_what_belongs_to_a_parameter() {
    let api = lib("#[derive(Clone)] pub struct S<'a, I: Iterator + 'a>(I::Item, Vec<I::Item>, &'a I);");
    assert_eq!(
        item(&api, "<S as Clone>").signature,
        "impl<$0: '0 + Clone + Iterator> Clone for S<'0, $0> where $0::Item: Clone"
    );
}

#[test]
fn a_signature_reads_like_code() {
    let signature = signature(
        "pub fn f<'a, T: AsRef<str> + ?Sized>(t: &'a T, g: &mut dyn FnMut(&str) -> bool) -> Option<&'a str> {}",
    );
    assert_eq!(
        signature,
        "fn<$0: ?Sized + AsRef<str>>(&'0 $0, &mut dyn FnMut(&str) -> bool) -> Option<&'0 str>"
    );
}

#[test]
fn arguments_that_are_defaults_go_without_saying() {
    let head = "pub struct One<T = u8>(T); pub struct Two<'a, T, U = Vec<T>>(&'a T, U); pub struct Size<const N: usize = 4>;
        pub trait Rhs<T = Self> {} pub struct Deep<T = Option<Box<Deep>>>(T);";
    for (long, short) in [
        ("One<u8>", "One"),
        ("Two<'_, u8, Vec<u8>>", "Two<'_, u8>"),
        ("Size<4>", "Size"),
        ("Deep<Option<Box<Deep>>>", "Deep"),
    ] {
        let signature =
            |ty: &str| item(&lib(&format!("{head} pub fn f(x: {ty}) {{}}")), "f").signature.clone();
        assert_eq!(signature(long), signature(short), "{long}");
    }
    for (one, other) in [("One<u16>", "One"), ("Two<u8, Vec<u16>>", "Two<u8>"), ("Size<3>", "Size")] {
        let signature =
            |ty: &str| item(&lib(&format!("{head} pub fn f(x: {ty}) {{}}")), "f").signature.clone();
        assert_ne!(signature(one), signature(other), "{one}");
    }
}

#[test]
fn aliases_of_the_standard_library_are_what_they_stand_for() {
    let of = |text: &str| item(&lib(text), "f").signature.clone();
    assert_eq!(
        of("use std::io; pub fn f() -> io::Result<u8> {}"),
        of("pub fn f() -> Result<u8, std::io::Error> {}")
    );
    assert_eq!(
        of("pub fn f() -> core::fmt::Result {}"),
        of("use std::fmt; pub fn f() -> Result<(), fmt::Error> {}")
    );
}

#[test]
fn a_receiver_may_have_its_type_by_any_name() {
    let of = |head: &str, receiver: &str| {
        let text =
            format!("pub struct S<'a, T>(&'a T); {head} {{ pub fn f({receiver}, x: &u8) -> &u8 {{}} }}");
        item(&lib(&text), "S::f").signature.clone()
    };
    let head = "impl<'a, T> S<'a, T>";
    for (long, short) in [
        ("self: S<'a, T>", "self"),
        ("self: &S<'a, T>", "&self"),
        ("self: &'_ mut S<'a, T>", "&mut self"),
        ("self: &'a Self", "&'a self"),
        ("mut self: &mut Self", "&mut self"),
    ] {
        assert_eq!(of(head, long), of(head, short), "{long}");
    }
    assert_ne!(of(head, "self: Box<S<'a, T>>"), of(head, "self"));
    assert_ne!(of("impl<'a> S<'a, u8>", "self: &S<'a, u8>"), of(head, "&self"));
}

#[test]
fn parameters_of_variants_that_are_re_exported_are_those_of_their_enum() {
    let of = |name: &str| {
        let text = format!("pub use E::V; pub enum E<{name}> {{ V({name}) }}");
        item(&lib(&text), "V").signature.clone()
    };
    assert_eq!(of("T"), of("Item"));
}

#[test]
fn methods_of_special_cases_tell_of_which() {
    let told = |header: &str| {
        let api = lib(&format!("pub struct P<'a, T, U>(&'a T, U); {header} {{ pub fn f(&self) {{}} }}"));
        item(&api, "P::f").signature.clone()
    };
    assert_eq!(told("impl<'a, T, U> P<'a, T, U>"), "fn(&self)");
    assert_eq!(told("impl<A, B> P<'_, A, B>"), "fn(&self)");
    assert_eq!(told("impl<T> P<'_, T, T>"), "impl for P<'0, $0, $0> fn(&self)");
    assert_eq!(told("impl<T: Ord> P<'_, T, T>"), "impl<$0: Ord> for P<'0, $0, $0> fn(&self)");
    assert_eq!(told("impl<T> P<'_, T, u8>"), "impl for P<'0, $0, u8> fn(&self)");
}
