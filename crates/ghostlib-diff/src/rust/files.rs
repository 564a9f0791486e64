//! Which file holds a module.

use super::manifest::normalised;
use super::source::Sources;

/// Where the files of a module's own modules are looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Folder {
    /// For `mod x;`
    children: String,
    /// For `#[path = "…"] mod x;`
    paths: String,
}

impl Folder {
    /// The folder of a crate's root file.
    pub(super) fn of_root(file: &str) -> Self {
        let parent = parent(file);
        Self { children: parent.clone(), paths: parent }
    }

    /// The folder of a module that is written inside its parent.
    pub(super) fn inline(&self, name: &str, path: Option<&str>) -> Self {
        let folder = match path {
            Some(path) => join(&self.paths, path),
            None => join(&self.children, name),
        };
        Self { children: folder.clone(), paths: folder }
    }
}

/// The file of `mod name;` that stands in `folder`, and the folder for what that file declares.
pub(super) fn find_module_file(
    sources: &Sources<'_>,
    folder: &Folder,
    name: &str,
    path: Option<&str>,
) -> Option<(usize, Folder)> {
    if let Some(path) = path {
        let file = join(&folder.paths, path);
        return Some((sources.find(&file)?, Folder::of_root(&file)));
    }
    let name = name.strip_prefix("r#").unwrap_or(name);
    let children = join(&folder.children, name);
    let (flat, nested) = (format!("{children}.rs"), format!("{children}/mod.rs"));
    if let Some(file) = sources.find(&flat) {
        return Some((file, Folder { children, paths: parent(&flat) }));
    }
    Some((sources.find(&nested)?, Folder { paths: children.clone(), children }))
}

fn parent(file: &str) -> String {
    file.rsplit_once('/').map_or("", |(parent, _)| parent).to_owned()
}

fn join(folder: &str, path: &str) -> String {
    normalised(&format!("{folder}/{path}"))
}
