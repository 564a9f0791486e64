use ghostlib_diff::Api;
use ghostlib_model::{ApiItem, ApiKind};
use ghostlib_spec::Spec;
use ghostlib_verify::rust::OwnType;
use ghostlib_verify::{Offered, Operation, Tools, Uncallable};

/// Why a name that only a vector has is not called.
const NO_BINDING: &str = "no binding says how it is called, and the reference has no function of that name";

/// Everything of a library that can be called, and what cannot.
#[derive(Clone, Debug, Default)]
pub struct Operations {
    /// What is tried.
    pub callable: Vec<Operation>,
    /// The same operations under the names that the spec's vectors have for them.
    pub named: Vec<Operation>,
    /// How the library's own types are told.
    pub types: Vec<OwnType>,
    /// What cannot be called.
    pub uncallable: Vec<Uncallable>,
    /// The paths of the functions of the reference, callable or not.
    pub required: Vec<String>,
}

impl Operations {
    /// All functions of a library in the language of `tools`, and whatever else the spec's vectors and bindings
    /// name. A binding of the spec goes before one that is inferred.
    pub fn of(spec: &Spec, tools: &Tools, reference: &Api) -> Self {
        let Offered { operations, types, uncallable } = tools.offered(&reference.items);
        let required = callable_items(reference).map(|item| item.path.clone()).collect();
        let mut all = Self { callable: operations, named: vec![], types, uncallable, required };
        for binding in spec.bindings.iter().filter(|binding| binding.language == tools.language()) {
            all.bind(tools, (&binding.operation, &binding.expression), reference);
        }
        for vector in &spec.vectors {
            all.name(&vector.operation, reference);
        }
        all
    }

    /// Takes out an operation that does not compile.
    pub(super) fn leave_out(&mut self, name: &str, reason: &str) {
        self.callable.retain(|operation| operation.name != name);
        self.named.retain(|operation| operation.name != name);
        self.uncallable.push(Uncallable { item: name.into(), reason: reason.into() });
    }

    /// The operation of this name, if it can be called.
    pub fn get(&self, name: &str) -> Option<&Operation> {
        self.all().find(|operation| operation.name == name)
    }

    /// What a driver is built with.
    pub fn all(&self) -> impl Iterator<Item = &Operation> {
        self.callable.iter().chain(&self.named)
    }

    /// Whether a name stands for the function of this path.
    pub(crate) fn means(&self, name: &str, path: &str) -> bool {
        name == path || self.all().any(|operation| operation.name == name && operation.item == path)
    }

    /// Whether two names stand for one function.
    pub(crate) fn are_one(&self, one: &str, other: &str) -> bool {
        let item = |name: &str| self.get(name).map(|operation| &operation.item);
        one == other || item(one).is_some_and(|of_one| item(other) == Some(of_one))
    }

    /// Lets a name stand for what the spec's binding says.
    fn bind(&mut self, tools: &Tools, (name, template): (&str, &str), reference: &Api) {
        match tools.bound_operation(name, template, (&reference.crate_name, &reference.items)) {
            Ok(mut operation) => {
                operation.item =
                    find_item(reference, name).map_or_else(|| name.to_owned(), |item| item.path.clone());
                self.callable.retain(|known| known.name != name && known.item != operation.item);
                self.uncallable.retain(|known| known.item != operation.item);
                self.callable.push(operation);
            }
            Err(error) => self.uncallable.push(Uncallable { item: name.into(), reason: error.reason }),
        }
    }

    /// Lets a vector's name for an operation stand for the operation that it means.
    fn name(&mut self, name: &str, reference: &Api) {
        if self.get(name).is_some() || self.uncallable.iter().any(|one| one.item == name) {
            return;
        }
        let item = find_item(reference, name).map(|item| item.path.as_str());
        let meant = self.callable.iter().find(|operation| Some(operation.item.as_str()) == item).cloned();
        if let Some(operation) = meant {
            self.named.push(Operation { name: name.to_owned(), ..operation });
            return;
        }
        let why = self.uncallable.iter().find(|one| Some(one.item.as_str()) == item);
        let reason = why.map_or(NO_BINDING, |one| &one.reason).to_owned();
        self.uncallable.push(Uncallable { item: name.to_owned(), reason });
    }
}

pub(super) fn callable_items(api: &Api) -> impl Iterator<Item = &ApiItem> {
    let is_callable = |item: &&ApiItem| {
        matches!(item.kind, ApiKind::Function | ApiKind::Method) && !item.path.starts_with('<')
    };
    api.items.iter().filter(is_callable)
}

/// The function that an operation means: of that path, or the only one whose path ends so. Vectors may
/// write `.` and `#` for `::`.
fn find_item<'a>(api: &'a Api, name: &str) -> Option<&'a ApiItem> {
    let path = name.replace(['.', '#'], "::");
    let exact = callable_items(api).find(|item| item.path == path);
    exact.or_else(|| {
        let tail = format!("::{path}");
        let mut ending = callable_items(api).filter(|item| item.path.ends_with(&tail));
        ending.next().filter(|_| ending.next().is_none())
    })
}
