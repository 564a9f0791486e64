//! What a library's types are made of: fields, constants, and values that are written out.

use super::call::{Called, as_any, missing, receiver};
use super::{Variable, Writer};
use crate::emit::value_of;
use crate::rust::library::{Own, Variant, value_type};
use crate::rust::operations::{of_type, written_type};
use crate::rust::signature::SelfParam;
use ghostlib_model::{ApiItem, ApiKind, Call};
use syn::{Type, parse_quote};

impl Writer<'_> {
    /// A field, a constant, a variant or a structure of public fields; nothing, if the name is none of that.
    pub(super) fn part(&self, call: &Call, variables: &mut [Variable]) -> Option<Result<Called, String>> {
        let item = self.suite.items.iter().find(|item| item.path == call.operation)?;
        let (owner, name) = item.path.rsplit_once("::").unwrap_or_default();
        match item.kind {
            ApiKind::Const | ApiKind::Static => {
                let output = value_type(item)?;
                Some(Ok(Called::new(format!("{}::{}", self.suite.library, item.path), output)))
            }
            ApiKind::Field => {
                let of_own = self.library.own(owner)?;
                let output = of_type(&self.library, of_own)?.apply(&self.library, &value_type(item)?);
                let value = receiver(&call.input, SelfParam::Ref, variables);
                Some(value.map(|value| Called::new(format!("{value}.{name}"), output)))
            }
            ApiKind::Struct => {
                let own = self.library.own(&item.path).filter(|own| own.is_open())?;
                let name = |part: &ApiItem| part.path.rsplit("::").next().map(str::to_owned);
                let fields = own.parts.iter().map(|part| Some((name(part)?, value_type(part)?)));
                let fields: Vec<(String, Type)> = fields.collect::<Option<_>>()?;
                Some(self.made(own, call, &fields, own.is_tuple(), variables))
            }
            ApiKind::Variant => {
                let own = self.library.own(owner)?;
                let Variant { fields, is_tuple, .. } = Variant::of(item)?;
                Some(self.made(own, call, &fields, is_tuple, variables))
            }
            _ => None,
        }
    }

    /// A structure or a variant, written out.
    fn made(
        &self,
        own: &Own<'_>,
        call: &Call,
        fields: &[(String, Type)],
        is_tuple: bool,
        variables: &mut [Variable],
    ) -> Result<Called, String> {
        let concrete = of_type(&self.library, own).ok_or("no type is known for its type parameters")?;
        let mut values = Vec::new();
        for (name, ty) in fields {
            let value = value_of(&call.input, name, fields.len()).ok_or_else(|| missing(name))?;
            let value = self.argument(&concrete.apply(&self.library, ty), value, variables)?;
            values.push(if is_tuple { as_any(&value) } else { format!("{name}: {value}") });
        }
        let path = format!("{}::{}", self.suite.library, call.operation);
        let expression = match (fields.is_empty(), is_tuple) {
            (true, _) => path,
            (false, true) => format!("{path}({})", values.join(", ")),
            (false, false) => format!("{path} {{ {} }}", values.join(", ")),
        };
        let output = written_type(&self.library, own, &concrete);
        Ok(Called::new(expression, parse_quote!(#output)))
    }
}
