//! The fields of structs and unions, and the variants of enums.

use super::constant::assigned;
use super::generics::RenderedGenerics;
use super::items::Item;
use super::krate::{Def, DefId, Inner, Member};
use super::types::Renderer;
use crate::Node;
use ghostlib_model::{ApiItem, ApiKind};

/// Stands in a declaration for fields that are not public.
const PRIVATE_FIELDS: &str = "/* private fields */";

/// How the fields of a struct or variant are written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Unit,
    Tuple,
    Named,
}

/// One field, by its name or its number.
pub(super) struct Field<'k, 't> {
    name: String,
    ty: Node<'t>,
    member: &'k Member<'t>,
}

impl<'k, 't> Item<'k, 't> {
    /// What a struct's fields allow a user to do, beyond the public ones themselves.
    pub(super) fn shape(&self) -> &'static str {
        match self.form() {
            Form::Unit => "",
            _ if self.has_private_fields() => " { .. }",
            Form::Tuple => " ()",
            Form::Named => " {}",
        }
    }

    /// The public fields, each declared as its whole struct: without the others it would be another struct.
    pub(super) fn fields(&self) -> Vec<ApiItem> {
        let public = self.public_fields();
        let declaration = self.struct_declaration(&public);
        let items = public.into_iter().map(|field| {
            let signature = format!("field: {}", self.normal.ty(field.ty));
            let site = (field.member.site, &field.member.attributes);
            self.child(&field.name, ApiKind::Field, signature, &declaration, site)
        });
        items.collect()
    }

    pub(super) fn public_fields(&self) -> Vec<Field<'k, 't>> {
        let members = self.def.members.iter().enumerate();
        let public = members.filter(|(_, member)| member.is_public && !member.attributes.is_hidden());
        public.filter_map(|(index, member)| field(&self.normal, index, member)).collect()
    }

    /// The struct or union with these of its fields.
    pub(super) fn struct_declaration(&self, fields: &[Field<'_, 't>]) -> String {
        let generics = RenderedGenerics::new(&self.declared, &self.generics);
        let keyword = if self.def.kind == ApiKind::Union { "union" } else { "struct" };
        let head = format!("{}pub {keyword} {}{}", self.def.non_exhaustive(), self.name, generics.angled());
        let clause = generics.clause();
        match self.form() {
            Form::Unit => format!("{head}{clause};"),
            Form::Tuple if fields.is_empty() && self.has_private_fields() => {
                format!("{head}({PRIVATE_FIELDS}){clause};")
            }
            Form::Tuple => format!("{head}({}){clause};", self.positions(fields)),
            Form::Named => {
                let public =
                    fields.iter().map(|field| format!("pub {}: {}", field.name, self.declared.ty(field.ty)));
                let private = self.has_private_fields().then(|| PRIVATE_FIELDS.to_owned());
                let all: Vec<_> = public.chain(private).collect();
                format!("{head}{clause} {{ {} }}", all.join(", "))
            }
        }
    }

    /// The fields of a tuple struct; where a field is not to be shown, a private `()` keeps its place.
    fn positions(&self, fields: &[Field<'_, 't>]) -> String {
        let position = |index: usize| {
            let shown = fields.iter().find(|field| field.name == index.to_string());
            shown.map_or_else(|| "()".to_owned(), |field| format!("pub {}", self.declared.ty(field.ty)))
        };
        (0..self.def.members.len()).map(position).collect::<Vec<_>>().join(", ")
    }

    fn has_private_fields(&self) -> bool {
        let body = self.def.site.node.child_by_field_name("body");
        let is_marked = self.world.krate.is_block
            && body.is_some_and(|body| self.world.krate.text(self.def.site.at(body)).contains("/*"));
        is_marked || self.def.members.iter().any(|member| !member.is_public || member.attributes.is_hidden())
    }

    fn form(&self) -> Form {
        form(self.def)
    }

    pub(super) fn variants(&self) -> Vec<ApiItem> {
        let variants = self.variant_defs().map(|variant| {
            let declaration = self.enum_declaration(&variant_declaration(variant, &self.declared));
            let signature = variant_signature(variant, &self.normal);
            let site = (variant.site, &variant.attributes);
            self.child(variant.name, ApiKind::Variant, signature, &declaration, site)
        });
        variants.collect()
    }

    pub(super) fn variant_declarations(&self) -> String {
        let all = self.variant_defs().map(|variant| variant_declaration(variant, &self.declared));
        all.collect::<Vec<_>>().join(", ")
    }

    /// The enum with these variants.
    pub(super) fn enum_declaration(&self, variants: &str) -> String {
        let generics = RenderedGenerics::new(&self.declared, &self.generics);
        let (non_exhaustive, name) = (self.def.non_exhaustive(), self.name);
        format!("{non_exhaustive}pub enum {name}{}{} {{ {variants} }}", generics.angled(), generics.clause())
    }

    /// The path of a variant that is reachable without its enum.
    pub(super) fn variant_path(&self) -> Option<String> {
        let krate = self.world.krate;
        let is_owner = |id: &DefId| match &krate.def(*id).inner {
            Inner::Variants(variants) => {
                variants.iter().any(|variant| std::ptr::eq(krate.def(*variant), self.def))
            }
            _ => false,
        };
        let owner = self.world.reached.canonical(krate.def_ids().find(is_owner)?)?;
        Some(format!("{owner}::{}", self.def.name))
    }

    fn variant_defs(&self) -> impl Iterator<Item = &Def<'t>> {
        let variants = match &self.def.inner {
            Inner::Variants(variants) => variants.as_slice(),
            _ => &[],
        };
        let defs = variants.iter().map(|id| self.world.krate.def(*id));
        defs.filter(|variant| !variant.attributes.is_hidden())
    }
}

pub(super) fn variant_signature<'t>(variant: &Def<'t>, renderer: &Renderer<'_, 't>) -> String {
    format!(
        "{}variant{}{}",
        variant.non_exhaustive(),
        variant_fields(variant, renderer),
        assigned(renderer, variant.site)
    )
}

fn variant_declaration<'t>(variant: &Def<'t>, renderer: &Renderer<'_, 't>) -> String {
    let (fields, value) = (variant_fields(variant, renderer), assigned(renderer, variant.site));
    format!("{}{}{fields}{value}", variant.non_exhaustive(), variant.name)
}

/// All fields of a variant are public: `(A, B)` or ` { a: A }`.
fn variant_fields<'t>(variant: &Def<'t>, renderer: &Renderer<'_, 't>) -> String {
    let fields =
        variant.members.iter().enumerate().filter_map(|(index, member)| field(renderer, index, member));
    let fields = fields.map(|field| (field.name, renderer.ty(field.ty)));
    match form(variant) {
        Form::Unit => String::new(),
        Form::Tuple => format!("({})", fields.map(|(_, ty)| ty).collect::<Vec<_>>().join(", ")),
        Form::Named => {
            let all: Vec<_> = fields.map(|(name, ty)| format!("{name}: {ty}")).collect();
            format!(" {{ {} }}", all.join(", "))
        }
    }
}

fn field<'k, 't>(renderer: &Renderer<'_, 't>, index: usize, member: &'k Member<'t>) -> Option<Field<'k, 't>> {
    let node = member.site.node;
    if node.kind() != "field_declaration" {
        return Some(Field { name: index.to_string(), ty: node, member });
    }
    let name = renderer.text(node.child_by_field_name("name")?).to_owned();
    Some(Field { name, ty: node.child_by_field_name("type")?, member })
}

fn form(def: &Def<'_>) -> Form {
    match def.site.node.child_by_field_name("body").map(Node::kind) {
        Some("ordered_field_declaration_list") => Form::Tuple,
        Some(_) => Form::Named,
        None => Form::Unit,
    }
}
