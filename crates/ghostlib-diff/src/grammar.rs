//! Grammars, and walks over syntax trees that do not use the call stack.

use tree_sitter::{Node, Parser, Tree};

/// How a language's text becomes a syntax tree, and what the kinds of nodes mean to whoever walks over whole trees.
/// They are looked up by number: comparing the names of kinds at each node would cost more than the walk.
pub struct Grammar {
    language: tree_sitter::Language,
    /// By the number of the kind.
    roles: Vec<Role>,
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
        let ids = 0..u16::try_from(language.node_kind_count()).unwrap_or(u16::MAX);
        let roles = ids.map(|id| role_of_kind(language.node_kind_for_id(id).unwrap_or_default())).collect();
        Self { language, roles }
    }

    /// Never fails on any text: what does not parse becomes error nodes. `None` only if the parser gives up.
    pub(crate) fn parse(&self, text: &str) -> Option<Tree> {
        let mut parser = Parser::new();
        parser.set_language(&self.language).ok()?;
        parser.parse(text, None)
    }

    /// What a node is.
    pub(crate) fn role(&self, node: Node<'_>) -> Role {
        self.roles.get(usize::from(node.kind_id())).copied().unwrap_or(Role::NONE)
    }

    /// Whether a node says nothing to a machine.
    pub(crate) fn is_comment(&self, node: Node<'_>) -> bool {
        let role = self.role(node);
        let is_literal = || {
            let only = node.named_child(0).filter(|_| node.named_child_count() == 1);
            only.is_some_and(|child| self.role(child).is(Role::LITERAL))
        };
        role.is(Role::COMMENT) || role.is(Role::STATEMENT) && is_literal()
    }
}

/// Calls `visit` for `node` and all below it in the order of the text; where it answers false, what is below
/// that node is left out.
pub(crate) fn walk<'a>(node: Node<'a>, visit: &mut dyn FnMut(Node<'a>) -> bool) {
    let mut cursor = node.walk();
    let mut depth = 0_usize;
    loop {
        if visit(cursor.node()) && cursor.goto_first_child() {
            depth += 1;
            continue;
        }
        while depth > 0 && !cursor.goto_next_sibling() {
            cursor.goto_parent();
            depth -= 1;
        }
        if depth == 0 {
            return;
        }
    }
}
