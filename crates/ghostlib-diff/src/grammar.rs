//! Grammars, and what their kinds of nodes mean.

use crate::Node;
use crate::node::Tree;
use tree_sitter::Parser;

/// How a language's text becomes a syntax tree, and what the kinds of nodes mean to whoever walks over whole trees.
/// They are looked up by number: comparing the names of kinds at each node would cost more than the walk.
pub struct Grammar {
    language: tree_sitter::Language,
    /// By the number of the kind.
    kinds: Vec<Kind>,
    /// By the number of the field; the first is none.
    fields: Vec<Option<Box<str>>>,
}

struct Kind {
    name: Box<str>,
    role: Role,
    is_named: bool,
}

/// What a node is; a set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Role(u8);

impl Role {
    /// Nothing that matters here.
    pub(crate) const NONE: Self = Self(0);
    pub(crate) const COMMENT: Self = Self(1);
    /// A name, which somebody chose.
    pub(crate) const NAME: Self = Self(1 << 1);
    /// A string, a character or a number.
    pub(crate) const LITERAL: Self = Self(1 << 2);
    /// A function with a body.
    pub(crate) const FUNCTION: Self = Self(1 << 3);
    /// A function without one.
    pub(crate) const SIGNATURE: Self = Self(1 << 4);
    /// An attribute that stands before its item.
    pub(crate) const ATTRIBUTE: Self = Self(1 << 5);
    /// A statement that says nothing to a machine where it is a literal, as the documentation of a function is.
    pub(crate) const STATEMENT: Self = Self(1 << 6);

    /// Whether it is any of those.
    pub(crate) fn is(self, role: Self) -> bool {
        self.0 & role.0 != 0
    }
}

impl Grammar {
    /// A grammar whose kinds of nodes have these roles.
    pub(crate) fn new(language: tree_sitter::Language, role_of_kind: fn(&str) -> Role) -> Self {
        let kind = |id| {
            let name = language.node_kind_for_id(id).unwrap_or_default();
            Kind { name: name.into(), role: role_of_kind(name), is_named: language.node_kind_is_named(id) }
        };
        let kinds = 0..u16::try_from(language.node_kind_count()).unwrap_or(u16::MAX);
        let kinds = kinds.map(kind).collect();
        let fields = 0..=u16::try_from(language.field_count()).unwrap_or(u16::MAX);
        let fields = fields.map(|id| language.field_name_for_id(id).map(Box::from)).collect();
        Self { language, kinds, fields }
    }

    /// Never fails on any text: what does not parse becomes error nodes. `None` only if the parser gives up.
    pub(crate) fn parse(&'static self, text: &str) -> Option<Tree> {
        self.parse_original(text).map(|tree| Tree::of(&tree, self))
    }

    /// The tree as tree-sitter makes it.
    pub(crate) fn parse_original(&self, text: &str) -> Option<tree_sitter::Tree> {
        let mut parser = Parser::new();
        parser.set_language(&self.language).ok()?;
        parser.parse(text, None)
    }

    /// What a node is.
    pub(crate) fn role(&self, node: Node<'_>) -> Role {
        self.kind(node.kind_id()).map_or(Role::NONE, |kind| kind.role)
    }

    /// The name of a kind by its number.
    pub(crate) fn kind_name(&self, id: u16) -> &str {
        // Text that does not parse is of a kind that is not counted.
        self.kind(id).map_or("ERROR", |kind| &kind.name)
    }

    /// Whether a kind, by its number, has a name and is not only written.
    pub(crate) fn is_named(&self, id: u16) -> bool {
        self.kind(id).is_none_or(|kind| kind.is_named)
    }

    /// The name of a field by its number.
    pub(crate) fn field_name(&self, id: u8) -> Option<&str> {
        self.fields.get(usize::from(id))?.as_deref()
    }

    /// The names of all fields.
    #[cfg(test)]
    pub(crate) fn field_names(&self) -> impl Iterator<Item = &str> {
        self.fields.iter().flatten().map(AsRef::as_ref)
    }

    fn kind(&self, id: u16) -> Option<&Kind> {
        self.kinds.get(usize::from(id))
    }

    /// Whether a node says nothing to a machine.
    pub(crate) fn is_comment(&self, node: Node<'_>) -> bool {
        let role = self.role(node);
        let is_literal = || {
            let mut children = node.named_children();
            children.next().is_some_and(|child| self.role(child).is(Role::LITERAL))
                && children.next().is_none()
        };
        role.is(Role::COMMENT) || role.is(Role::STATEMENT) && is_literal()
    }
}
