//! Calls of what traits give.

use super::Variable;
use super::Writer;
use super::call::{Called, missing, receiver};
use super::literal::is;
use crate::emit::value_of;
use crate::rust::concrete::Concrete;
use crate::rust::library::{Implementation, type_name};
use crate::rust::operations::{of_type, written_type};
use crate::rust::signature::SelfParam;
use ghostlib_model::{ApiItem, Call, Value};
use syn::{ImplItem, Type, parse_quote};

impl Writer<'_> {
    /// What traits give: `<Table as Display>::fmt`. Nothing, if it is a name of another form.
    pub(super) fn of_trait(&self, call: &Call, variables: &mut [Variable]) -> Option<Result<Called, String>> {
        let path: syn::ExprPath = syn::parse_str(&call.operation).ok()?;
        let ty = Concrete::default().apply(&self.library, &path.qself?.ty);
        let names: Vec<String> = path.path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        let method = names.join("::");
        if let Some(item) = self.suite.items.iter().find(|item| item.path == method) {
            return Some(self.of_own_trait(item, &ty, &call.input, variables));
        }
        let own = self.library.own_type(&ty)?;
        let ty = written_type(&self.library, own, &of_type(&self.library, own)?);
        let path = self.written(&ty);
        Some(match method.as_str() {
            "Display::fmt" => receiver(&call.input, SelfParam::Ref, variables)
                .map(|receiver| Called::new(format!("{receiver}.to_string()"), parse_quote!(String))),
            "Clone::clone" => receiver(&call.input, SelfParam::Ref, variables)
                .map(|receiver| Called::new(format!("{receiver}.clone()"), ty.clone())),
            "FromStr::from_str" => value_of(&call.input, "s", 1)
                .and_then(Value::as_str)
                .ok_or_else(|| "its input is no text".to_owned())
                .map(|text| Called::new(format!("{text:?}.parse::<{path}>()"), self.parsed(own.path(), &ty))),
            "Default::default" => {
                Ok(Called::new(format!("{}::default()", self.in_expression(&ty)), ty.clone()))
            }
            "PartialEq::eq" => self.compared(call, "eq", &ty, parse_quote!(bool), variables),
            "Ord::cmp" => self.compared(call, "cmp", &ty, parse_quote!(Ordering), variables),
            "PartialOrd::partial_cmp" => {
                self.compared(call, "partial_cmp", &ty, parse_quote!(Option<Ordering>), variables)
            }
            "IntoIterator::into_iter" => receiver(&call.input, SelfParam::Value, variables).map(|receiver| {
                let output = self.associated(own.path(), "IntoIterator", "IntoIter");
                Called::new(format!("{receiver}.into_iter()"), output.unwrap_or_else(|| ty.clone()))
            }),
            _ => Err(format!("`{}` is not called by a name of its own", call.operation)),
        })
    }

    /// A comparison with another value of the type.
    fn compared(
        &self,
        call: &Call,
        method: &str,
        ty: &Type,
        output: Type,
        variables: &mut [Variable],
    ) -> Result<Called, String> {
        let one = receiver(&call.input, SelfParam::Ref, variables)?;
        let other = value_of(&call.input, "other", 2).ok_or_else(|| missing("other"))?;
        let other = self.argument(&parse_quote!(&#ty), other, variables)?;
        Ok(Called::new(format!("{one}.{method}({other})"), output))
    }

    /// What reading a text as a type gives: a result, with the error that its implementation names.
    fn parsed(&self, path: &str, ty: &Type) -> Type {
        match self.associated(path, "FromStr", "Err") {
            Some(error) => parse_quote!(Result<#ty, #error>),
            None => parse_quote!(Result<#ty>),
        }
    }

    /// The type that an implementation of a trait of the standard library names.
    pub(super) fn associated(&self, path: &str, of_trait: &str, name: &str) -> Option<Type> {
        let concrete = of_type(&self.library, self.library.own(path)?)?;
        let mut items = self.library.impls_for(path, of_trait).flat_map(|one| &one.header.items);
        items.find_map(|item| match item {
            ImplItem::Type(assoc) if assoc.ident == name => Some(concrete.apply(&self.library, &assoc.ty)),
            _ => None,
        })
    }

    /// A method of one of the library's own traits, on a type.
    fn of_own_trait(
        &self,
        item: &ApiItem,
        ty: &Type,
        input: &Value,
        variables: &mut [Variable],
    ) -> Result<Called, String> {
        let (of_trait, method) = item.path.rsplit_once("::").unwrap_or(("", &item.path));
        let mut start = Concrete::default();
        start.set("Self", ty.clone());
        if is(ty, "str") {
            // What `ToOwned` makes of a text.
            start.set("Self::Owned", parse_quote!(String));
        }
        let is_it = |one: &&Implementation<'_>| {
            let implemented = start.apply(&self.library, &one.header.self_ty);
            one.of_trait == of_trait && type_name(&implemented) == type_name(ty)
        };
        if let Some(one) = self.library.impls.iter().find(is_it) {
            for item in &one.header.items {
                if let ImplItem::Type(assoc) = item {
                    let chosen = start.apply(&self.library, &assoc.ty);
                    start.set(&format!("Self::{}", assoc.ident), chosen);
                }
            }
        }
        let (callable, output, concrete) = self.signature(item, start)?;
        let mut called = Called::new(String::new(), output);
        let receiver: Option<Type> = match callable.receiver {
            Some(SelfParam::Value) => Some(ty.clone()),
            Some(SelfParam::Ref) => Some(parse_quote!(&#ty)),
            Some(_) => return Err("it changes a value that has no name".to_owned()),
            None => None,
        };
        let mut passed = Vec::new();
        if let Some(receiver) = receiver {
            let n_params = callable.params.len() + 1;
            let value = value_of(input, "self", n_params).ok_or_else(|| missing("self"))?;
            passed.push(self.argument(&receiver, value, variables)?);
        }
        passed.extend(self.arguments(item, &callable, &concrete, input, variables, &mut called)?);
        let ty = self.written(ty);
        let library = self.suite.library;
        called.expression = format!("<{ty} as {library}::{of_trait}>::{method}({})", passed.join(", "));
        Ok(called)
    }
}
