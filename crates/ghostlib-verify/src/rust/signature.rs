//! The normalised signatures of API items, as syntax.
//!
//! In them type parameters are `$0`, `$1`, and lifetimes `'0`, `'1`, counted from those of the type that a method
//! belongs to. Here they are `G0` and `'l0`.

use syn::parse::{ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{Attribute, Generics, Ident, ItemImpl, Lifetime, ReturnType, Token, Type, WhereClause};

/// What can be called: `impl<$0: Hash> fn(&self, &$0) -> bool`.
pub(super) struct Callable {
    /// The type parameters of its own, and those of its owner that it binds further.
    pub(super) generics: Vec<Generics>,
    /// The type that the block implements, where it is not the owner with its own parameters.
    pub(super) owner: Option<Type>,
    pub(super) receiver: Option<SelfParam>,
    /// Those after the receiver.
    pub(super) params: Vec<Type>,
    /// `()` if there is none.
    pub(super) output: Type,
    pub(super) is_unsafe: bool,
    pub(super) is_async: bool,
}

/// How `self` is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SelfParam {
    Value,
    Ref,
    RefMut,
    /// `self: Box<Self>` and the like.
    Typed,
}

/// What a type is declared as: `struct<'0, $0 = u8> { .. }`.
pub(super) struct Declared {
    pub(super) generics: Generics,
    /// What stands behind the parameters: `{}`, `{ .. }`, `()`.
    pub(super) rest: String,
    pub(super) is_non_exhaustive: bool,
}

impl Callable {
    pub(super) fn parse(signature: &str) -> Option<Self> {
        // A method of a trait that has a body ends with `{ .. }`.
        let head = signature.trim_end().trim_end_matches("{ .. }");
        Self::read.parse_str(&readable(head)).ok()
    }

    /// Whether its own parameters have names that those of its owner have: it belongs to a special case of the type.
    pub(super) fn redeclares(&self, of_owner: &Generics) -> bool {
        let own = self.generics.last().into_iter().flat_map(Generics::type_params);
        let mut own = own.map(|param| &param.ident);
        own.any(|name| of_owner.type_params().any(|param| param.ident == *name))
    }

    fn read(input: ParseStream<'_>) -> syn::Result<Self> {
        input.call(Attribute::parse_outer)?;
        let mut of_impl = Generics::default();
        let mut owner = None;
        if input.parse::<Option<Token![impl]>>()?.is_some() {
            of_impl = input.parse()?;
            if input.parse::<Option<Token![for]>>()?.is_some() {
                owner = Some(input.parse()?);
            }
        }
        input.parse::<Option<Token![const]>>()?;
        let is_async = input.parse::<Option<Token![async]>>()?.is_some();
        let is_unsafe = input.parse::<Option<Token![unsafe]>>()?.is_some();
        input.parse::<Option<syn::Abi>>()?;
        input.parse::<Token![fn]>()?;
        let mut own: Generics = input.parse()?;
        let content;
        syn::parenthesized!(content in input);
        let receiver = receiver(&content)?;
        let params = Punctuated::<Type, Token![,]>::parse_terminated(&content)?;
        let output = match input.parse()? {
            ReturnType::Default => syn::parse_quote!(()),
            ReturnType::Type(_, output) => *output,
        };
        own.where_clause = input.parse::<Option<WhereClause>>()?;
        Ok(Self {
            generics: vec![of_impl, own],
            owner,
            receiver,
            params: params.into_iter().collect(),
            output,
            is_unsafe,
            is_async,
        })
    }
}

fn receiver(input: ParseStream<'_>) -> syn::Result<Option<SelfParam>> {
    let ahead = input.fork();
    let is_ref = ahead.parse::<Option<Token![&]>>()?.is_some();
    if is_ref {
        ahead.parse::<Option<Lifetime>>()?;
    }
    let is_mut = ahead.parse::<Option<Token![mut]>>()?.is_some();
    if ahead.parse::<Option<Token![self]>>()?.is_none() {
        return Ok(None);
    }
    let mut receiver = match (is_ref, is_mut) {
        (false, _) => SelfParam::Value,
        (true, false) => SelfParam::Ref,
        (true, true) => SelfParam::RefMut,
    };
    if ahead.parse::<Option<Token![:]>>()?.is_some() {
        ahead.parse::<Type>()?;
        receiver = SelfParam::Typed;
    }
    ahead.parse::<Option<Token![,]>>()?;
    syn::parse::discouraged::Speculative::advance_to(input, &ahead);
    Ok(Some(receiver))
}

impl Declared {
    pub(super) fn parse(signature: &str) -> Option<Self> {
        let is_non_exhaustive = signature.contains("#[non_exhaustive]");
        let read = |input: ParseStream<'_>| -> syn::Result<Self> {
            input.call(Attribute::parse_outer)?;
            while input.peek(Ident::peek_any) && !input.peek(Token![<]) {
                input.call(Ident::parse_any)?;
            }
            let generics = input.parse()?;
            let rest: proc_macro2::TokenStream = input.parse()?;
            Ok(Self { generics, rest: rest.to_string(), is_non_exhaustive })
        };
        read.parse_str(&readable(signature)).ok()
    }
}

use syn::ext::IdentExt;

/// The type of a field, a constant or an alias: what stands behind the first `: `.
pub(super) fn type_behind(signature: &str) -> Option<Type> {
    let (_, ty) = signature.split_once(": ")?;
    syn::parse_str(&readable(ty.split(" = ").next().unwrap_or(ty))).ok()
}

/// The header of an implementation with its associated types.
pub(super) fn implementation(signature: &str) -> Option<ItemImpl> {
    let text = readable(signature);
    let text = if text.ends_with('}') { text } else { text + " {}" };
    syn::parse_str(&text).ok()
}

pub(super) fn type_of(text: &str) -> Option<Type> {
    syn::parse_str(&readable(text)).ok()
}

/// The signature with names in place of numbers.
pub(super) fn readable(signature: &str) -> String {
    let mut out = String::with_capacity(signature.len() + 8);
    let mut chars = signature.chars().peekable();
    while let Some(c) = chars.next() {
        let is_number = chars.peek().is_some_and(char::is_ascii_digit);
        match c {
            '$' if is_number => out.push('G'),
            '\'' if is_number => out.push_str("'l"),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use quote::ToTokens;

    #[test]
    fn signatures_are_read() {
        let callable = Callable::parse(
            "impl<$0: Eq + Hash, $1> const fn<$2: FnMut(&'0 $0) -> Ordering>(&'0 mut self, [u8; 3], $2) -> Result<usize, E> where $1: Clone",
        )
        .unwrap();
        assert_eq!(callable.receiver, Some(SelfParam::RefMut));
        assert_eq!(callable.params.len(), 2);
        assert_eq!(callable.output.to_token_stream().to_string(), "Result < usize , E >");
        assert_eq!(callable.generics[0].params.len(), 2);
        assert!(callable.generics[1].where_clause.is_some());
        let typed = Callable::parse("impl for Either<&'0 $0, $1> fn(self: Pin<&mut X>)").unwrap();
        assert_eq!(typed.receiver, Some(SelfParam::Typed));
        assert!(typed.owner.is_some());
        assert!(Callable::parse("unsafe extern \"C\" fn(u8)").unwrap().is_unsafe);
        assert!(Callable::parse("fn(").is_none());
    }

    #[test]
    fn declarations_are_read() {
        let declared = Declared::parse("#[non_exhaustive] struct<'0, $0: Hash = u8> { .. }").unwrap();
        assert!(declared.is_non_exhaustive && declared.rest.contains(".."));
        assert_eq!(declared.generics.params.len(), 2);
        assert_eq!(Declared::parse("enum").unwrap().rest, "");
    }
}
