//! What the kinds of nodes mean to whoever walks over whole trees, looked up by number: comparing the names of kinds
//! at each node would cost more than the walk.

use std::sync::LazyLock;
use tree_sitter::{Language, Node};

/// What a node is; a set.
#[derive(Clone, Copy)]
pub(crate) struct Role(u8);

impl Role {
    pub(crate) const COMMENT: Self = Self(1);
    /// A name, which somebody chose.
    pub(crate) const NAME: Self = Self(1 << 1);
    /// A string, a character or a number.
    pub(crate) const LITERAL: Self = Self(1 << 2);
    /// A function with a body.
    pub(crate) const FUNCTION: Self = Self(1 << 3);
    /// A function without one.
    pub(crate) const SIGNATURE: Self = Self(1 << 4);

    /// What the node is.
    pub(crate) fn of(node: Node<'_>) -> Self {
        ROLES.get(usize::from(node.kind_id())).copied().unwrap_or(Self(0))
    }

    /// Whether it is that too.
    pub(crate) fn is(self, role: Self) -> bool {
        self.0 & role.0 != 0
    }

    fn of_kind(kind: &str) -> Self {
        match kind {
            "line_comment" | "block_comment" => Self::COMMENT,
            "function_item" => Self::FUNCTION,
            "function_signature_item" => Self::SIGNATURE,
            "string_literal" | "raw_string_literal" | "char_literal" | "integer_literal"
            | "float_literal" => Self::LITERAL,
            _ if kind.ends_with("identifier") => Self::NAME,
            _ => Self(0),
        }
    }
}

static ROLES: LazyLock<Vec<Role>> = LazyLock::new(|| {
    let language: Language = tree_sitter_rust::LANGUAGE.into();
    let ids = 0..u16::try_from(language.node_kind_count()).unwrap_or(u16::MAX);
    ids.map(|id| Role::of_kind(language.node_kind_for_id(id).unwrap_or_default())).collect()
});
