//! Reads the module tree of a crate, file by file, under one configuration.

use super::attributes::Attributes;
use super::cfg::Configuration;
use super::files::{Folder, find_module_file};
use super::imports::{extern_crate, imports};
use super::krate::{Def, DefId, Impl, Inner, Krate, Member, Module, ModuleId, ROOT, Site};
use super::macros::{Invocation, Position};
use super::meta::Meta;
use super::resolve::Found;
use super::source::{Sources, child_of_kind, children};
use crate::Node;
use crate::Unseen;
use ghostlib_model::{ApiKind, Span};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;

/// Deeper modules than this are not read.
const MAX_MODULE_DEPTH: usize = 64;
/// More modules than this are not read.
const MAX_MODULES: usize = 20_000;
/// A file is not read as more modules than this: files that `#[path]` includes many times multiply.
const MAX_INCLUSIONS: usize = 16;

/// Macros that check something, or make what belongs to no API.
const MAKES_NO_ITEM: &[&str] = &[
    "assert",
    "assert_eq",
    "assert_impl_all",
    "assert_ne",
    "compile_error",
    "const_assert",
    "debug_assert",
    "panic",
    "thread_local",
];

/// What was read, and what could not be.
pub(super) struct Loaded<'t> {
    pub(super) krate: Krate<'t>,
    pub(super) unseen: Vec<Unseen>,
    /// The files of the crate's modules, and what macros in them make.
    pub(super) files: BTreeSet<usize>,
    /// Macros that it is not known of what they make.
    pub(super) invocations: Vec<Invocation<'t>>,
}

/// Reads the crate or the block whose root is `file`.
pub(super) fn load<'t>(
    sources: &'t Sources<'t>,
    file: usize,
    configuration: &Configuration,
    imports_start_at_root: bool,
) -> Loaded<'t> {
    let is_block = matches!(configuration, Configuration::Everything);
    let krate = Krate {
        sources,
        configuration: configuration.clone(),
        modules: vec![],
        defs: vec![],
        impls: vec![],
        is_block,
        imports_start_at_root,
        found: Found::default(),
    };
    let mut loader = Loader {
        krate,
        configuration,
        unseen: vec![],
        unknown: BTreeSet::new(),
        pending: vec![],
        files: BTreeMap::new(),
        invocations: vec![],
    };
    loader.open(None, file, &Folder::of_root(&sources.file(file).path), &Rc::default(), sources.root(file));
    while let Some(body) = loader.pending.pop() {
        loader.items(&body);
    }
    let (unseen, files) = (loader.unseen, loader.files.into_keys().collect());
    Loaded { krate: loader.krate, unseen, files, invocations: loader.invocations }
}

struct Loader<'t, 'c> {
    krate: Krate<'t>,
    configuration: &'c Configuration,
    unseen: Vec<Unseen>,
    unknown: BTreeSet<String>,
    pending: Vec<Body<'t>>,
    /// How many modules each file was read as.
    files: BTreeMap<usize, usize>,
    invocations: Vec<Invocation<'t>>,
}

/// The items of a module that are still to be read.
struct Body<'t> {
    module: ModuleId,
    site: Site<'t>,
    folder: Folder,
    /// The files that this one is included from, itself the last.
    chain: Rc<Vec<usize>>,
    depth: usize,
}

impl<'t> Loader<'t, '_> {
    fn open(
        &mut self,
        parent: Option<&Body<'t>>,
        file: usize,
        folder: &Folder,
        chain: &Rc<Vec<usize>>,
        node: Option<Node<'t>>,
    ) -> Option<ModuleId> {
        let node = node?;
        let module = ModuleId(self.krate.modules.len());
        self.krate.modules.push(Module {
            parent: parent.map(|body| body.module),
            is_unnamed: false,
            names: HashMap::new(),
            imports: vec![],
        });
        *self.files.entry(file).or_default() += 1;
        let chain = if chain.last() == Some(&file) {
            Rc::clone(chain)
        } else {
            Rc::new([&chain[..], &[file]].concat())
        };
        let depth = parent.map_or(0, |body| body.depth + 1);
        self.pending.push(Body { module, site: Site { file, node }, folder: folder.clone(), chain, depth });
        Some(module)
    }

    fn items(&mut self, body: &Body<'t>) {
        let mut inner = Attributes::default();
        self.inner_attributes(body.site, &mut inner);
        if inner.is_off() || (inner.is_hidden() && body.module != ROOT) {
            return;
        }
        let mut attributes = Attributes::default();
        for node in children(body.site.node) {
            let site = body.site.at(node);
            if node.kind() == "attribute_item" {
                self.attribute(site, &mut attributes);
                continue;
            }
            let attributes = std::mem::take(&mut attributes);
            if !attributes.is_off() {
                self.item(body, site, attributes);
            }
        }
    }

    /// What a module says of itself within.
    fn inner_attributes(&mut self, content: Site<'t>, attributes: &mut Attributes) {
        let nodes = content.node.children().filter(|node| node.kind() == "inner_attribute_item");
        for node in nodes {
            self.attribute(content.at(node), attributes);
        }
    }

    fn attribute(&mut self, site: Site<'t>, attributes: &mut Attributes) {
        let Some(attribute) = child_of_kind(site.node, "attribute") else { return };
        let meta = Meta::parse(self.krate.text(site.at(attribute)));
        let mut unknown = vec![];
        attributes.add(meta, self.configuration, &mut |name: &str| unknown.push(name.to_owned()));
        for name in unknown {
            if self.unknown.insert(name.clone()) {
                self.unseen(site, format!("whether the build sets `cfg({name})`, taken as unset"));
            }
        }
    }

    fn item(&mut self, body: &Body<'t>, site: Site<'t>, attributes: Attributes) {
        let kind = match site.node.kind() {
            "function_item" | "function_signature_item" => ApiKind::Function,
            "struct_item" => ApiKind::Struct,
            "enum_item" => ApiKind::Enum,
            "union_item" => ApiKind::Union,
            "trait_item" => ApiKind::Trait,
            "const_item" => ApiKind::Const,
            "static_item" => ApiKind::Static,
            "type_item" | "associated_type" => ApiKind::TypeAlias,
            "mod_item" => return self.module(body, site, attributes),
            "macro_definition" => return self.macro_definition(body, site, attributes),
            "impl_item" if attributes.is_hidden() => return,
            "use_declaration" => {
                // What is hidden can be named all the same.
                let is_public = !attributes.is_hidden() && is_public(&self.krate, site);
                let imports = imports(&self.krate, site, is_public);
                return self.krate.modules[body.module.0].imports.extend(imports);
            }
            "extern_crate_declaration" => {
                let import = extern_crate(&self.krate, site);
                return self.krate.modules[body.module.0].imports.extend(import);
            }
            "impl_item" => {
                let members = self.members(body.module, site);
                return self.krate.impls.push(Impl { module: body.module, site, members });
            }
            _ => {
                if let Some(made) = self.no_item(body.module, site, Position::Items) {
                    let chain = Rc::clone(&body.chain);
                    self.items(&Body {
                        module: body.module,
                        site: made,
                        folder: body.folder.clone(),
                        chain,
                        depth: body.depth,
                    });
                }
                return;
            }
        };
        if attributes.has("proc_macro")
            || attributes.has("proc_macro_derive")
            || attributes.has("proc_macro_attribute")
        {
            return self.unseen(site, "a procedural macro".to_owned());
        }
        if kind == ApiKind::Const {
            self.block(body, site);
        }
        self.define(body, site, attributes, kind, Inner::Nothing);
    }

    /// `const _: () = { .. };`, in which macros put implementations and what these need.
    fn block(&mut self, body: &Body<'t>, site: Site<'t>) {
        let field = |name| site.node.child_by_field_name(name);
        let is_unnamed = field("name").is_some_and(|name| self.krate.text(site.at(name)) == "_");
        let block = field("value").filter(|value| is_unnamed && value.kind() == "block");
        if block.is_none() || body.depth >= MAX_MODULE_DEPTH || self.krate.modules.len() >= MAX_MODULES {
            return;
        }
        if let Some(module) = self.open(Some(body), site.file, &body.folder, &body.chain, block) {
            self.krate.modules[module.0].is_unnamed = true;
        }
    }

    fn define(
        &mut self,
        body: &Body<'t>,
        site: Site<'t>,
        attributes: Attributes,
        kind: ApiKind,
        inner: Inner,
    ) {
        let Some(name) = site.node.child_by_field_name("name") else { return };
        let name = self.krate.text(site.at(name));
        let is_public = self.krate.is_block || is_public(&self.krate, site);
        let has_members = matches!(kind, ApiKind::Struct | ApiKind::Union | ApiKind::Trait);
        let members = if has_members { self.members(body.module, site) } else { vec![] };
        let inner =
            if kind == ApiKind::Enum { Inner::Variants(self.variants(body.module, site)) } else { inner };
        let id =
            self.push(Def { name, kind, module: body.module, is_public, site, attributes, inner, members });
        self.krate.modules[body.module.0].names.entry(name).or_default().push(id);
    }

    fn push(&mut self, def: Def<'t>) -> DefId {
        self.krate.defs.push(def);
        DefId(self.krate.defs.len() - 1)
    }

    fn variants(&mut self, module: ModuleId, site: Site<'t>) -> Vec<DefId> {
        let variants = self.members(module, site).into_iter().filter_map(|variant| {
            let Member { site, attributes, .. } = variant;
            let name = self.krate.text(site.at(site.node.child_by_field_name("name")?));
            let members = self.members(module, site);
            let (kind, inner) = (ApiKind::Variant, Inner::Nothing);
            Some(self.push(Def { name, kind, module, is_public: true, site, attributes, inner, members }))
        });
        variants.collect()
    }

    /// What stands in the body of an item and is not switched off. Fields without a name are their types.
    fn members(&mut self, module: ModuleId, site: Site<'t>) -> Vec<Member<'t>> {
        let Some(list) = site.node.child_by_field_name("body") else { return vec![] };
        let is_tuple = list.kind() == "ordered_field_declaration_list";
        let mut members = vec![];
        let mut attributes = Attributes::default();
        let mut is_public_type = false;
        for node in children(list) {
            let site = site.at(node);
            match node.kind() {
                "attribute_item" => self.attribute(site, &mut attributes),
                "visibility_modifier" => is_public_type = self.krate.text(site) == "pub",
                "macro_invocation" | "expression_statement" if list.kind() == "declaration_list" => {
                    let attributes = std::mem::take(&mut attributes);
                    let made = if attributes.is_off() {
                        None
                    } else {
                        self.no_item(module, site, Position::Members)
                    };
                    let made = made.and_then(|made| Some(made.at(made.node.named_children().next()?)));
                    members.extend(made.map(|made| self.members(module, made)).into_iter().flatten());
                }
                _ if !node.is_named() || node.is_error() => {}
                _ => {
                    let attributes = std::mem::take(&mut attributes);
                    let marked = std::mem::take(&mut is_public_type);
                    let is_public = if is_tuple { marked } else { is_public(&self.krate, site) };
                    if !attributes.is_off() {
                        members.push(Member { site, attributes, is_public });
                    }
                }
            }
        }
        members
    }

    fn module(&mut self, body: &Body<'t>, site: Site<'t>, mut attributes: Attributes) {
        let Some(name) = site.node.child_by_field_name("name") else { return };
        let name = self.krate.text(site.at(name));
        if body.depth >= MAX_MODULE_DEPTH || self.krate.modules.len() >= MAX_MODULES {
            return self.unseen(site, format!("the module `{name}`, too deep or one too many"));
        }
        let path = attributes.value("path");
        let module = if let Some(inline) = site.node.child_by_field_name("body") {
            let folder = body.folder.inline(name, path);
            self.open(Some(body), site.file, &folder, &body.chain, Some(inline))
        } else {
            let found = find_module_file(self.krate.sources, &body.folder, name, path);
            let Some((file, folder)) = found else {
                return self.unseen(site, format!("the module `{name}`, whose file is not there"));
            };
            if body.chain.contains(&file) {
                return self.unseen(site, format!("the module `{name}`, which includes itself"));
            }
            if self.files.get(&file).is_some_and(|n_times| *n_times >= MAX_INCLUSIONS) {
                return self.unseen(site, format!("the module `{name}`, whose file is included too often"));
            }
            self.open(Some(body), file, &folder, &body.chain, self.krate.sources.root(file))
        };
        if let Some(module) = module {
            if let Some(content) = self.pending.last().map(|body| body.site) {
                self.inner_attributes(content, &mut attributes);
            }
            self.define(body, site, attributes, ApiKind::Module, Inner::Module(module));
        }
    }

    /// An exported macro belongs to the crate's root, wherever it stands.
    fn macro_definition(&mut self, body: &Body<'t>, site: Site<'t>, attributes: Attributes) {
        let Some(name) = site.node.child_by_field_name("name") else { return };
        let name = self.krate.text(site.at(name));
        let is_exported = self.krate.is_block || attributes.has("macro_export");
        let module = if is_exported { ROOT } else { body.module };
        let (kind, inner, members) = (ApiKind::Macro, Inner::Nothing, vec![]);
        let id =
            self.push(Def { name, kind, module, is_public: is_exported, site, attributes, inner, members });
        self.krate.modules[module.0].names.entry(name).or_default().push(id);
    }

    /// What stands in the place of an item and is none. Of a macro, what it makes is returned, if that is known.
    fn no_item(&mut self, module: ModuleId, site: Site<'t>, position: Position) -> Option<Site<'t>> {
        let node = match site.node.kind() {
            "expression_statement" => site.node.named_children().next().unwrap_or(site.node),
            _ => site.node,
        };
        match node.kind() {
            "macro_invocation" => {
                return self.macro_invocation(Invocation { module, site: site.at(node), position });
            }
            "foreign_mod_item" => self.unseen(site, "items of a foreign block".to_owned()),
            "inner_attribute_item" | "empty_statement" | ";" | "{" | "}" | "shebang" => {}
            // The block of a constant also computes.
            _ if self.krate.module(module).is_unnamed => {}
            _ => self.unseen(site, "code that does not parse as an item".to_owned()),
        }
        None
    }

    fn macro_invocation(&mut self, invocation: Invocation<'t>) -> Option<Site<'t>> {
        let site = invocation.site;
        let name = site.node.child_by_field_name("macro").map_or("", |name| self.krate.text(site.at(name)));
        if name.rsplit("::").next().is_some_and(|name| MAKES_NO_ITEM.contains(&name)) {
            return None;
        }
        let Some(file) = self.krate.sources.made_at(site.file, site.node.start_byte()) else {
            self.unseen(site, format!("items that the macro `{name}!` makes"));
            self.invocations.push(invocation);
            return None;
        };
        if self.krate.sources.is_only_arguments(file) {
            self.unseen(
                site,
                format!("what the macro `{name}!` makes of its arguments, which are taken as items"),
            );
        }
        *self.files.entry(file).or_default() += 1;
        Some(Site { file, node: self.krate.sources.root(file)? })
    }

    fn unseen(&mut self, site: Site<'t>, what: String) {
        let start = site.node.start_byte();
        let first_line = self.krate.text(site).lines().next().map_or(0, str::len);
        let place = self.krate.sources.place(site.file, Span::new(start, start + first_line));
        self.unseen.push(Unseen { what, place });
    }
}

/// Whether an item is `pub`, without a restriction.
pub(super) fn is_public(krate: &Krate<'_>, site: Site<'_>) -> bool {
    let visibility = child_of_kind(site.node, "visibility_modifier");
    visibility.is_some_and(|node| {
        krate.sources.file(site.file).text.get(node.byte_range()).is_some_and(|text| text == "pub")
    })
}
