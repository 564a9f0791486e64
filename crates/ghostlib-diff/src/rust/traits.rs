//! Traits and what they declare.

use super::constant::assigned;
use super::function::{Function, Surroundings, bind};
use super::generics::{Generics, RenderedGenerics};
use super::items::Item;
use super::krate::{Member, Site};
use super::source::{child_of_kind, has_token};
use super::types::Renderer;
use ghostlib_model::{ApiItem, ApiKind};

impl<'t> Item<'_, 't> {
    /// `trait<$0>: Super`, or with a name as it is declared.
    pub(super) fn trait_head(
        &self,
        renderer: &Renderer<'_, 't>,
        generics: &RenderedGenerics,
        name: &str,
    ) -> String {
        let node = self.def.site.node;
        let is_unsafe = if has_token(node, "unsafe") { "unsafe " } else { "" };
        let own =
            node.child_by_field_name("bounds").map(|bounds| renderer.bounds(bounds)).unwrap_or_default();
        let of_self = generics.predicates.iter().filter_map(|predicate| predicate.strip_prefix("Self: "));
        let mut bounds: Vec<_> =
            own.iter().map(String::as_str).chain(of_self.flat_map(|all| all.split(" + "))).collect();
        bounds.sort_unstable();
        bounds.dedup();
        let bounds = if bounds.is_empty() { String::new() } else { format!(": {}", bounds.join(" + ")) };
        let others: Vec<_> = generics
            .predicates
            .iter()
            .filter(|predicate| !predicate.starts_with("Self: "))
            .cloned()
            .collect();
        let clause = if others.is_empty() { String::new() } else { format!(" where {}", others.join(", ")) };
        let space = if name.is_empty() { "" } else { " " };
        format!("{is_unsafe}trait{space}{name}{}{bounds}{clause}", generics.angled())
    }

    pub(super) fn trait_declaration(&self, members: &str) -> String {
        let generics = RenderedGenerics::new(&self.declared, &self.generics);
        format!("pub {} {{ {members} }}", self.trait_head(&self.declared, &generics, self.name))
    }

    pub(super) fn member_declarations(&self) -> String {
        let members = self.visible_members().filter_map(|member| self.member_declaration(member));
        members.collect::<Vec<_>>().join(" ")
    }

    pub(super) fn trait_members(&self) -> Vec<ApiItem> {
        self.visible_members().filter_map(|member| self.trait_member(member)).collect()
    }

    fn visible_members(&self) -> impl Iterator<Item = &Member<'t>> {
        self.def.members.iter().filter(|member| !member.attributes.is_hidden())
    }

    fn trait_member(&self, member: &Member<'t>) -> Option<ApiItem> {
        let (site, name) = (member.site, self.member_name(member)?);
        let at = (site, &member.attributes);
        let declaration = self.trait_declaration(&self.member_declaration(member)?);
        let surroundings = Surroundings { normal: self.normal.bindings.clone(), ..Surroundings::default() };
        if is_function(site) {
            let function = Function::read(self.world, self.def.module, site);
            let provided = if site.node.kind() == "function_item" { " { .. }" } else { "" };
            let signature = function.normal(self.world, &surroundings) + provided;
            let mut item = self.child(name, ApiKind::Method, signature, &declaration, at);
            item.function = Some(function.parts(self.world, &surroundings));
            return Some(item);
        }
        if site.node.kind() == "const_item" {
            let signature =
                format!("const: {}{}", member_type(&self.normal, site), provided(&self.normal, site));
            return Some(self.child(name, ApiKind::Const, signature, &declaration, at));
        }
        let mut bindings = self.normal.bindings.clone();
        let generics = Generics::read(self.world.krate, site);
        bind(&mut bindings, &generics, |_| false);
        let signature = format!("type{}", associated_type(&self.normal.with(bindings), site, &generics));
        Some(self.child(name, ApiKind::TypeAlias, signature, &declaration, at))
    }

    fn member_name(&self, member: &Member<'t>) -> Option<&'t str> {
        let wanted = is_function(member.site)
            || matches!(member.site.node.kind(), "const_item" | "associated_type" | "type_item");
        let name = member.site.node.child_by_field_name("name").filter(|_| wanted)?;
        Some(self.world.krate.text(member.site.at(name)))
    }

    fn member_declaration(&self, member: &Member<'t>) -> Option<String> {
        let (site, name) = (member.site, self.member_name(member)?);
        if is_function(site) {
            let function = Function::read(self.world, self.def.module, site);
            let end = if site.node.kind() == "function_item" { " {}" } else { ";" };
            return Some(function.declared(self.world, self.declared.style, name) + end);
        }
        if site.node.kind() == "const_item" {
            let value = provided(&self.declared, site);
            return Some(format!("const {name}: {}{value};", member_type(&self.declared, site)));
        }
        let generics = Generics::read(self.world.krate, site);
        Some(format!("type {name}{};", associated_type(&self.declared, site, &generics)))
    }
}

pub(super) fn is_function(site: Site<'_>) -> bool {
    matches!(site.node.kind(), "function_item" | "function_signature_item")
}

/// The value that a trait gives a constant; ` = ..` where it cannot be told.
fn provided<'t>(renderer: &Renderer<'_, 't>, site: Site<'t>) -> String {
    let value = assigned(renderer, site);
    let is_untold = value.is_empty() && site.node.child_by_field_name("value").is_some();
    if is_untold { " = ..".to_owned() } else { value }
}

/// The type of a constant.
pub(super) fn member_type<'t>(renderer: &Renderer<'_, 't>, site: Site<'t>) -> String {
    let renderer = renderer.in_file(site.file);
    site.node.child_by_field_name("type").map(|ty| renderer.ty(ty)).unwrap_or_default()
}

/// What follows the name of an associated type.
fn associated_type<'t>(renderer: &Renderer<'_, 't>, site: Site<'t>, generics: &Generics<'t>) -> String {
    let renderer = &renderer.in_file(site.file);
    let generics = RenderedGenerics::new(renderer, generics);
    let bounds = site.node.child_by_field_name("bounds").or_else(|| {
        // The grammar knows no bounds on an associated type that has a default.
        child_of_kind(site.node, "ERROR").and_then(|error| child_of_kind(error, "trait_bounds"))
    });
    let bounds =
        bounds.map(|bounds| format!(": {}", renderer.bounds(bounds).join(" + "))).unwrap_or_default();
    let default = site.node.child_by_field_name("type").map(|ty| format!(" = {}", renderer.ty(ty)));
    format!("{}{bounds}{}{}", generics.angled(), default.unwrap_or_default(), generics.clause())
}
