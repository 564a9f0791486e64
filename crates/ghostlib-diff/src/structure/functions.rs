//! The functions of a file, private ones included.

use super::bodies::Body;
use crate::Node;
use crate::grammar::Role;
use crate::node::walk;
use crate::{Language, ScopeName, SourceFile};
use ghostlib_model::Span;

/// What the path of a message starts with.
pub(super) const MESSAGE: &str = "#[error] ";

/// A function or a message.
pub(super) struct Function {
    /// Modules, owner and name.
    pub(super) path: String,
    /// How much of the path is modules.
    pub(super) n_module_bytes: usize,
    pub(super) name: String,
    /// Parameters and result, without layout.
    pub(super) signature: String,
    pub(super) body: Body,
    pub(super) span: Span,
}

impl Function {
    /// Owner and name.
    pub(super) fn in_module(&self) -> &str {
        &self.path[self.n_module_bytes..]
    }
}

/// The functions of a file and its messages, in their order.
pub(super) fn functions(file: &SourceFile, language: &'static dyn Language, root: Node<'_>) -> Vec<Function> {
    let mut functions = vec![];
    let modules = language.modules_of(&file.path);
    let mut scopes = Scopes { language, text: &file.text, modules, open: vec![], attributes: vec![] };
    let grammar = language.grammar();
    walk(root, |node| {
        if grammar.is_comment(node) {
            return false;
        }
        if grammar.role(node).is(Role::ATTRIBUTE) {
            scopes.attributes.push(node);
            return false;
        }
        let attributes = std::mem::take(&mut scopes.attributes);
        if attributes.iter().any(|attribute| scopes.is_test(*attribute)) {
            return false;
        }
        scopes.leave(node.start_byte());
        let messages = attributes.into_iter().filter_map(|attribute| scopes.message(attribute, node));
        functions.extend(messages);
        scopes.enter(node);
        let function = scopes.function(node);
        // Functions within functions are part of their bodies.
        let is_entered = function.is_none();
        functions.extend(function);
        is_entered
    });
    functions.shrink_to_fit();
    functions
}

/// Where in a file the walk is.
struct Scopes<'t> {
    language: &'static dyn Language,
    text: &'t str,
    modules: Vec<&'t str>,
    open: Vec<Scope<'t>>,
    /// The attributes of the item that comes next.
    attributes: Vec<Node<'t>>,
}

struct Scope<'t> {
    name: ScopeName<'t>,
    end: usize,
}

impl<'t> Scopes<'t> {
    fn leave(&mut self, offset: usize) {
        while self.open.last().is_some_and(|scope| scope.end <= offset) {
            self.open.pop();
        }
    }

    fn enter(&mut self, node: Node<'_>) {
        if let Some(name) = self.language.scope(node, self.text) {
            self.open.push(Scope { name, end: node.end_byte() });
        }
    }

    fn function(&self, node: Node<'_>) -> Option<Function> {
        let grammar = self.language.grammar();
        if !grammar.role(node).is(Role::FUNCTION) {
            return None;
        }
        let name = self.text_of(node.child_by_field_name("name")?);
        let part = |field| node.child_by_field_name(field).map_or("", |part| self.text_of(part));
        let signature = format!("{} -> {}", part("parameters"), part("return_type"));
        let body = Body::of(node.child_by_field_name("body")?, self.text, grammar);
        let without_layout = signature.split_whitespace().collect::<Vec<_>>().join(" ");
        Some(self.named(name, without_layout, body, node))
    }

    /// The message of an `#[error("…")]` of a variant or a struct.
    fn message(&self, attribute_item: Node<'_>, owner: Node<'_>) -> Option<Function> {
        let attribute = attribute_item.named_children().next()?;
        let is_message = matches!(self.text_of(attribute.named_children().next()?), "error" | "display");
        let arguments = attribute.child_by_field_name("arguments").filter(|_| is_message)?;
        let name = self.text_of(owner.child_by_field_name("name")?);
        let body = Body::of(arguments, self.text, self.language.grammar());
        let mut message = self.named(name, String::new(), body, attribute_item);
        message.path.insert_str(0, MESSAGE);
        message.n_module_bytes = 0;
        Some(message)
    }

    fn is_test(&self, attribute_item: Node<'_>) -> bool {
        let text = self.text_of(attribute_item);
        ["#[cfg(test", "#[cfg(all(test", "#[test"].iter().any(|start| text.starts_with(start))
    }

    fn named(&self, name: &str, signature: String, body: Body, node: Node<'_>) -> Function {
        let separator = self.language.separator();
        let inline = self.open.iter().filter_map(|scope| match &scope.name {
            ScopeName::Module(name) => Some(*name),
            ScopeName::Owner(_) => None,
        });
        let modules = self.modules.iter().copied().chain(inline);
        let mut path: String = modules.flat_map(|name| [name, separator]).collect();
        let n_module_bytes = path.len();
        let owners = self.open.iter().filter_map(|scope| match &scope.name {
            ScopeName::Module(_) => None,
            ScopeName::Owner(name) => Some(&**name),
        });
        path.extend(owners.flat_map(|name| [name, separator]));
        path.push_str(name);
        let span = Span::from(node.byte_range());
        Function { path, n_module_bytes, name: name.to_owned(), signature, body, span }
    }

    fn text_of(&self, node: Node<'_>) -> &'t str {
        self.text.get(node.byte_range()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(path: &str, text: &str) -> Vec<String> {
        let file = SourceFile::new(path, text);
        let functions = functions(&file, file.language().unwrap(), file.root().unwrap());
        functions.into_iter().map(|function| function.path).collect()
    }

    #[test]
    fn functions_are_named_by_modules_and_owners() {
        let text = "fn a() { fn inner() {} }
            mod m { impl<T> super::S<T> { pub fn b(&self) {} } }
            impl fmt::Display for S<u8> { fn fmt(&self) {} }
            trait Tr { fn c(); fn d() {} }
            #[cfg(test)] mod tests { fn no() {} }
            /// Text.
            #[test] fn no() {}";
        let expected = ["a", "m::S::b", "<S as Display>::fmt", "Tr::d"];
        assert_eq!(paths("src/lib.rs", text), expected);
        assert_eq!(paths("src/x/mod.rs", "fn f() {}"), ["x::f"]);
        assert_eq!(paths("src/x/y.rs", "fn f() {}"), ["x::y::f"]);
    }

    #[test]
    fn messages_stand_in_attributes_too() {
        let text = "enum E { #[error(\"no {0}\")] A(u8), #[from] B }  #[error(\"x\")] struct F;";
        assert_eq!(paths("src/lib.rs", text), ["#[error] E::A", "#[error] F"]);
    }
}
