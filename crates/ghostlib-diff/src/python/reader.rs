//! Reads statements into a [`Scope`].

use super::all::All;
use super::conditions::{Verdict, verdict};
use super::scope::{Binding, Kept, Origin, Scope, What, When};
use super::syntax::{Piece, Site, Sources, named};
use crate::Node;
use crate::node::walk;

/// Statements nested deeper than this are not read.
const MAX_DEPTH: usize = 40;

pub(super) struct Reader<'t> {
    sources: &'t Sources<'t>,
    file: usize,
    scope: Scope<'t>,
}

impl<'t> Reader<'t> {
    pub(super) fn new(sources: &'t Sources<'t>, file: usize) -> Self {
        Self { sources, file, scope: Scope::default() }
    }

    pub(super) fn read(mut self, block: Node<'t>) -> Scope<'t> {
        self.block(block, When::Always, 0);
        self.scope
    }

    fn piece(&self, node: Node<'t>) -> Piece<'t> {
        self.sources.piece(self.site(node))
    }

    fn site(&self, node: Node<'t>) -> Site<'t> {
        Site { file: self.file, node }
    }

    fn text(&self, node: Node<'t>) -> &'t str {
        self.piece(node).source()
    }

    fn bind(&mut self, name: &'t str, what: What<'t>, node: Node<'t>, when: When) {
        let binding = Binding { what, site: self.site(node), when };
        self.scope.names.entry(name).or_default().push(binding);
    }

    fn unseen(&mut self, what: String, node: Node<'t>) {
        let site = self.site(node);
        self.scope.unseen.push((what, site));
    }

    fn block(&mut self, block: Node<'t>, when: When, depth: usize) {
        if depth > MAX_DEPTH {
            return self.unseen("statements nested too deep to be read".to_owned(), block);
        }
        for statement in named(block) {
            self.statement(statement, when, depth);
        }
    }

    fn statement(&mut self, node: Node<'t>, when: When, depth: usize) {
        match node.kind() {
            "function_definition" | "class_definition" => self.definition(node, vec![], when),
            "decorated_definition" => {
                let decorators =
                    named(node).into_iter().filter(|child| child.kind() == "decorator").collect();
                if let Some(definition) = node.child_by_field_name("definition") {
                    self.definition(definition, decorators, when);
                }
            }
            "expression_statement" => {
                for expression in named(node) {
                    self.expression(expression, when);
                }
            }
            "import_statement" => self.import(node, when),
            "import_from_statement" => self.import_from(node, when),
            "type_alias_statement" => self.type_alias(node, when),
            "if_statement" => self.branches(node, when, depth),
            "try_statement" => self.attempts(node, when, depth),
            "for_statement" | "while_statement" | "match_statement" => {
                self.inner_blocks(node, weaker(when), depth);
            }
            "with_statement" => self.with(node, when, depth),
            "delete_statement" => self.delete(node),
            "block" | "ERROR" => self.block(node, when, depth + 1),
            _ => {}
        }
    }

    fn definition(&mut self, node: Node<'t>, decorators: Vec<Node<'t>>, when: When) {
        let Some(name) = node.child_by_field_name("name") else { return };
        let name = self.text(name);
        if node.kind() == "class_definition" {
            return self.bind(name, What::Class(decorators), node, when);
        }
        let ends = |ending: &str| {
            let last = |text: &'t str| text.trim_start_matches('@').trim().rsplit('.').next() == Some(ending);
            decorators.iter().any(|decorator| last(self.text(*decorator)))
        };
        let what = if ends("setter") || ends("deleter") {
            What::Accessor
        } else if ends("overload") {
            What::Overload(decorators)
        } else {
            What::Function(decorators)
        };
        self.bind(name, what, node, when);
    }

    fn expression(&mut self, node: Node<'t>, when: When) {
        match node.kind() {
            "assignment" => self.assignments(node, when),
            "augmented_assignment" => self.augmented(node),
            "call" => self.call(node),
            _ => {}
        }
    }

    /// `a = b = 1`
    fn assignments(&mut self, node: Node<'t>, when: When) {
        let mut all = vec![node];
        let inner =
            |node: &Node<'t>| node.child_by_field_name("right").filter(|right| right.kind() == "assignment");
        while let Some(next) = all.last().and_then(inner) {
            all.push(next);
        }
        let value = all.last().and_then(|last| last.child_by_field_name("right"));
        for assignment in all {
            self.assignment(assignment, value, when);
        }
    }

    fn assignment(&mut self, node: Node<'t>, value: Option<Node<'t>>, when: When) {
        let annotation = node.child_by_field_name("type");
        let Some(left) = node.child_by_field_name("left") else { return };
        match left.kind() {
            "identifier" if self.text(left) == "__all__" => {
                self.scope.all = value.map(|value| All::of(self.piece(value)));
            }
            // Only type checkers look at it.
            "identifier" if self.text(left) == "TYPE_CHECKING" => {}
            "identifier" if value.is_some_and(|value| self.wraps(self.text(left), value)) => {
                self.unseen(format!("what a call makes of `{}`", self.text(left)), node);
            }
            "identifier" => self.bind(self.text(left), What::Value { annotation, value }, node, when),
            "pattern_list" | "tuple_pattern" | "list_pattern" => self.several(left, value, node, when),
            "subscript" | "attribute" => self.assigned_place(left, node),
            _ => {}
        }
    }

    /// Whether a value is made of the function or class that has the name already: `f = wrapped(f)`.
    fn wraps(&self, name: &str, value: Node<'t>) -> bool {
        let is_definition =
            |binding: &Binding<'t>| matches!(binding.what, What::Function(_) | What::Class(_));
        let is_known = self.scope.bindings(name).last().is_some_and(is_definition);
        is_known && value.kind() == "call" && self.names(value, name)
    }

    fn names(&self, node: Node<'t>, name: &str) -> bool {
        let mut found = false;
        walk(node, |node| {
            found |= node.kind() == "identifier" && self.text(node) == name;
            !found
        });
        found
    }

    /// `a, b = 1, 2`
    fn several(&mut self, left: Node<'t>, right: Option<Node<'t>>, node: Node<'t>, when: When) {
        let names = named(left);
        let is_list = |right: &Node<'_>| matches!(right.kind(), "expression_list" | "tuple" | "list");
        let values = right.filter(is_list).map(named).filter(|values| values.len() == names.len());
        for (index, name) in names.into_iter().enumerate().filter(|(_, name)| name.kind() == "identifier") {
            let value = values.as_ref().map(|values| values[index]);
            self.bind(self.text(name), What::Value { annotation: None, value }, node, when);
        }
    }

    /// `globals()[…] = …` and the like.
    fn assigned_place(&mut self, left: Node<'t>, node: Node<'t>) {
        let text = self.text(left);
        let is_namespace =
            ["globals()", "locals()", "vars(", "sys.modules["].iter().any(|s| text.starts_with(s));
        if is_namespace || (left.kind() == "attribute" && !text.contains('(')) {
            self.unseen(format!("what the assignment to `{}` adds", short(text)), node);
        }
    }

    fn augmented(&mut self, node: Node<'t>) {
        let (Some(left), Some(right)) = (node.child_by_field_name("left"), node.child_by_field_name("right"))
        else {
            return;
        };
        if self.text(left) == "__all__" {
            let right = self.piece(right);
            self.scope.all.get_or_insert_default().add(right);
        }
    }

    fn call(&mut self, node: Node<'t>) {
        let Some(function) = self.piece(node).field("function") else { return };
        let arguments = self.piece(node).field("arguments").map(Piece::children).unwrap_or_default();
        let name = function.source();
        if let Some(method) = name.strip_prefix("__all__.") {
            let all = self.scope.all.get_or_insert_default();
            return all.call(method, &arguments);
        }
        let is_dynamic = ["globals()", "locals()", "vars("].iter().any(|start| name.starts_with(start))
            || matches!(name, "setattr" | "exec");
        if is_dynamic {
            self.unseen(format!("names that `{}` makes", short(name)), node);
        }
    }

    fn import(&mut self, node: Node<'t>, when: When) {
        for name in named(node) {
            let (path, alias) = self.aliased(name);
            let kept = if alias == Some(path) { Kept::Explicitly } else { Kept::ForOwnUse };
            let first = path.split('.').next().unwrap_or(path);
            let (bound, path) = match alias {
                Some(alias) => (alias, path),
                None => (first, first),
            };
            self.bind(bound, What::Module { path, kept }, node, when);
        }
    }

    fn import_from(&mut self, node: Node<'t>, when: When) {
        let Some(module) = node.child_by_field_name("module_name") else { return };
        let text = self.text(module);
        let path = text.trim_start_matches(|c: char| c == '.' || c.is_whitespace());
        let level = text[..text.len() - path.len()].matches('.').count();
        let origin = Origin { level, path };
        for name in named(node).into_iter().filter(|name| name.id() != module.id()) {
            if name.kind() == "wildcard_import" {
                let site = self.site(node);
                self.scope.stars.push((origin, site));
                continue;
            }
            let (name, alias) = self.aliased(name);
            let kept = if alias == Some(name) { Kept::Explicitly } else { Kept::ForOwnUse };
            self.bind(alias.unwrap_or(name), What::From { origin, name, kept }, node, when);
        }
    }

    fn aliased(&self, name: Node<'t>) -> (&'t str, Option<&'t str>) {
        let part = |field| name.child_by_field_name(field).map(|part| self.text(part));
        (part("name").unwrap_or_else(|| self.text(name)), part("alias"))
    }

    fn type_alias(&mut self, node: Node<'t>, when: When) {
        let (Some(left), Some(right)) = (node.child_by_field_name("left"), node.child_by_field_name("right"))
        else {
            return;
        };
        let name = self.text(left).split('[').next().unwrap_or_default().trim();
        self.bind(name, What::Alias(right), node, when);
    }

    fn branches(&mut self, node: Node<'t>, when: When, depth: usize) {
        let clauses = node.children_by_field_name("alternative");
        // Whether an earlier branch may have been taken.
        let mut rest = when;
        for clause in std::iter::once(node).chain(clauses) {
            let condition = clause.child_by_field_name("condition");
            let block = clause.child_by_field_name("consequence").or(clause.child_by_field_name("body"));
            let Some(block) = block else { continue };
            match condition.map_or(Verdict::Holds, |condition| verdict(self.piece(condition))) {
                Verdict::Holds => return self.block(block, rest, depth + 1),
                Verdict::Fails => {}
                Verdict::TypeChecking => self.block(block, When::Typing, depth + 1),
                Verdict::Unknown => {
                    rest = weaker(rest);
                    self.block(block, rest, depth + 1);
                }
            }
        }
    }

    fn attempts(&mut self, node: Node<'t>, when: When, depth: usize) {
        let handlers = named(node).into_iter().any(|child| child.kind().starts_with("except"));
        for child in named(node) {
            match child.kind() {
                "block" => self.block(child, if handlers { weaker(when) } else { when }, depth + 1),
                "finally_clause" => self.inner_blocks(child, when, depth),
                _ => self.inner_blocks(child, weaker(when), depth),
            }
        }
    }

    fn with(&mut self, node: Node<'t>, when: When, depth: usize) {
        let body = node.child_by_field_name("body");
        let clause = named(node).into_iter().find(|child| child.kind() == "with_clause");
        if let (Some(clause), Some(body)) = (clause, body) {
            let name = self.text(clause).trim();
            if self.sources.is_block() {
                let site = self.site(body);
                return self.scope.inner.push((name, site));
            }
        }
        self.inner_blocks(node, when, depth);
    }

    fn inner_blocks(&mut self, node: Node<'t>, when: When, depth: usize) {
        for child in named(node) {
            match child.kind() {
                "block" => self.block(child, when, depth + 1),
                "else_clause" | "case_clause" => {
                    named(child).into_iter().filter(|inner| inner.kind() == "block").for_each(|inner| {
                        self.block(inner, when, depth + 1);
                    });
                }
                _ => {}
            }
        }
    }

    fn delete(&mut self, node: Node<'t>) {
        for target in named(node) {
            let names = if target.kind() == "expression_list" { named(target) } else { vec![target] };
            for name in names {
                let name = self.text(name);
                self.scope.names.remove(name);
            }
        }
    }
}

fn weaker(when: When) -> When {
    if when == When::Always { When::Maybe } else { when }
}

/// The start of a text that may be long.
pub(super) fn short(text: &str) -> &str {
    let line = text.lines().next().unwrap_or_default();
    let end = line.char_indices().nth(60).map_or(line.len(), |(end, _)| end);
    &line[..end]
}
