use ghostlib_diff::Api;
use ghostlib_model::{ApiItem, ApiKind, Binding};
use ghostlib_spec::Spec;
use ghostlib_verify::Operation;
use ghostlib_verify::rust::{infer_binding, operation};

/// Everything of a library that can be called, and what cannot.
#[derive(Clone, Debug, Default)]
pub struct Operations {
    /// What a driver is built with.
    pub callable: Vec<Operation>,
    /// What cannot be called.
    pub uncallable: Vec<Uncallable>,
    /// Names of the operations that are functions of the reference, callable or not.
    pub required: Vec<String>,
}

/// An operation that cannot be called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Uncallable {
    /// The operation.
    pub operation: String,
    /// Why.
    pub reason: String,
}

impl Operations {
    /// All functions of the reference, and whatever else the spec's vectors and bindings name. A binding of
    /// the spec goes before one that is inferred.
    pub fn of(spec: &Spec, reference: &Api) -> Self {
        let mut operations = Self::default();
        for item in callable_items(reference) {
            operations.required.push(item.path.clone());
            operations.add(&item.path, spec, reference, Some(item));
        }
        let named = spec.vectors.iter().map(|vector| &vector.operation);
        for name in named.chain(spec.bindings.iter().map(|binding| &binding.operation)) {
            if !operations.knows(name) {
                operations.add(name, spec, reference, find_item(reference, name));
            }
        }
        operations
    }

    /// Takes out an operation that does not compile.
    pub(super) fn leave_out(&mut self, name: &str, reason: &str) {
        self.callable.retain(|operation| operation.name != name);
        self.uncallable.push(Uncallable { operation: name.into(), reason: reason.into() });
    }

    /// The operation of this name, if it can be called.
    pub fn get(&self, name: &str) -> Option<&Operation> {
        self.callable.iter().find(|operation| operation.name == name)
    }

    fn knows(&self, name: &str) -> bool {
        self.get(name).is_some() || self.uncallable.iter().any(|uncallable| uncallable.operation == name)
    }

    fn add(&mut self, name: &str, spec: &Spec, reference: &Api, item: Option<&ApiItem>) {
        match binding(name, spec, reference, item)
            .and_then(|binding| operation(name, &binding).map_err(|error| error.reason))
        {
            Ok(operation) => self.callable.push(operation),
            Err(reason) => self.uncallable.push(Uncallable { operation: name.into(), reason }),
        }
    }
}

fn binding(name: &str, spec: &Spec, reference: &Api, item: Option<&ApiItem>) -> Result<String, String> {
    let written = |binding: &&Binding| binding.operation == name && binding.language == "rust";
    if let Some(binding) = spec.bindings.iter().find(written) {
        return Ok(binding.expression.clone());
    }
    let item =
        item.ok_or("no binding says how it is called, and the reference has no function of that name")?;
    infer_binding(&reference.crate_name, item)
}

fn callable_items(api: &Api) -> impl Iterator<Item = &ApiItem> {
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
