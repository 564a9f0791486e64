//! How a driver tells the library's own types.

use super::concrete::Concrete;
use super::library::{Library, Own, Variant, source};
use super::operations::{is_told, of_type, written_type};

/// What a driver says of one type of the library, as the items of a module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnType {
    /// Its path.
    pub path: String,
    /// The module.
    pub code: String,
    /// The same for a library whose type does not have the parts that `code` names.
    pub plain: String,
}

/// All types whose values are told as themselves.
pub(super) fn own_types(library: &Library<'_>) -> Vec<OwnType> {
    library.types().into_iter().filter_map(|own| own_type(library, own)).collect()
}

fn own_type(library: &Library<'_>, own: &Own<'_>) -> Option<OwnType> {
    if !is_told(library, own) {
        return None;
    }
    let concrete = of_type(library, own)?;
    let ty = source(&written_type(library, own, &concrete)).replace("'static", "'_");
    let opaque = format!("field(\"opaque\", out, |out| quote({:?}, out));", own.name());
    let display = "let shown = self.to_string(); field(\"display\", out, |out| quote(&shown, out));";
    // The text of an error is compared where it is returned.
    let shows = library.implements(own.path(), "Display") && !library.implements(own.path(), "Error");
    let body = if shows {
        display.to_owned()
    } else {
        parts(library, own, &concrete).unwrap_or_else(|| opaque.clone())
    };
    let canon =
        |body: &str| format!("impl Canon for {ty} {{ fn canon(&self, out: &mut String) {{ {body} }} }}\n");
    let mut code = canon(&body);
    if own.is_enum() {
        code.push_str(&classed(own, &ty));
    } else if library.implements(own.path(), "Error") {
        let name = own.name();
        code +=
            &["impl Classed for ", &ty, " { fn class(&self) -> &'static str { \"", name, "\" } }\n"].concat();
    }
    if own.is_choice() {
        code.push_str(&chosen(own, &ty));
    }
    Some(OwnType { path: own.path().to_owned(), code, plain: canon(&opaque) })
}

/// The public parts of a value, if there are no others.
fn parts(library: &Library<'_>, own: &Own<'_>, concrete: &Concrete) -> Option<String> {
    if own.is_enum() {
        let variants: Option<Vec<Variant<'_>>> = own.parts.iter().map(|part| Variant::of(part)).collect();
        let arms: Vec<String> =
            variants?.iter().map(|variant| arm(library, own, variant, concrete)).collect();
        let name = own.name();
        return Some(format!(
            "match self {{ {} _ => field(\"opaque\", out, |out| quote({name:?}, out)) }}",
            arms.concat()
        ));
    }
    if !own.is_open() {
        return None;
    }
    let names = own.parts.iter().filter_map(|part| part.path.rsplit("::").next());
    let fields: Vec<(String, String)> =
        names.map(|name| (name.to_owned(), format!("&self.{name}"))).collect();
    Some(format!("field(\"fields\", out, |out| {{ {} }});", entries(&fields)))
}

fn arm(_: &Library<'_>, own: &Own<'_>, variant: &Variant<'_>, _: &Concrete) -> String {
    let Variant { name, fields, is_tuple } = variant;
    let path = format!("::subject::{}::{name}", own.path());
    let bound: Vec<String> = (0..fields.len()).map(|at| format!("f{at}")).collect();
    let told: Vec<(String, String)> =
        fields.iter().zip(&bound).map(|((field, _), variable)| (field.clone(), variable.clone())).collect();
    let pattern = match (fields.is_empty(), is_tuple) {
        (true, _) => format!("{path} {{ .. }}"),
        (false, true) => format!("{path}({})", bound.join(", ")),
        (false, false) => {
            let named: Vec<String> = fields
                .iter()
                .zip(&bound)
                .map(|((field, _), variable)| format!("{field}: {variable}"))
                .collect();
            format!("{path} {{ {}, .. }}", named.join(", "))
        }
    };
    if fields.is_empty() {
        return format!("{pattern} => field(\"variant\", out, |out| quote({name:?}, out)),\n");
    }
    format!(
        "{pattern} => {{ out.push_str(\"{{\\\"variant\\\":\"); quote({name:?}, out); out.push_str(\",\\\"fields\\\":\"); {} out.push('}}'); }}\n",
        entries(&told)
    )
}

/// Writes an object: names and the values that they stand for.
fn entries(fields: &[(String, String)]) -> String {
    let written: Vec<String> = fields
        .iter()
        .map(|(name, value)| format!("quote({name:?}, out); out.push(':'); out.push_str(&told!({value}));"))
        .collect();
    format!("out.push('{{'); {} out.push('}}');", written.join(" out.push(','); "))
}

fn classed(own: &Own<'_>, ty: &str) -> String {
    let names = own.parts.iter().filter_map(|part| part.path.rsplit("::").next());
    let arms: Vec<String> =
        names.map(|name| format!("::subject::{}::{name} {{ .. }} => {name:?}, ", own.path())).collect();
    let arms = arms.concat();
    format!(
        "impl Classed for {ty} {{ fn class(&self) -> &'static str {{ match self {{ {arms} _ => \"another\" }} }} }}\n"
    )
}

/// A value of an enum of names, out of its name.
fn chosen(own: &Own<'_>, ty: &str) -> String {
    let names = own.parts.iter().filter_map(|part| part.path.rsplit("::").next());
    let arms: Vec<String> =
        names.map(|name| format!("{name:?} => Some(::subject::{}::{name}), ", own.path())).collect();
    let arms = arms.concat();
    format!(
        "impl FromJson for {ty} {{ fn from_json(json: &Json) -> Option<Self> {{ \
         let name = match json.get(\"variant\") {{ Some(name) => name, None => json }}; \
         match name {{ Json::String(name) => match name.as_str() {{ {arms} _ => None }}, _ => None }} }} }}\n"
    )
}
