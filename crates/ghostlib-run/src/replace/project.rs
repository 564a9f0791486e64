//! A dependency of a Cargo project, as cargo sees it.

use ghostlib_model::ReferenceSource;
use ghostlib_sandbox::{CommandLine, SandboxError, host};
use serde::Deserialize;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// A package that a Cargo project depends on, and who of the project does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dependency {
    /// Its name.
    pub package: String,
    /// The version that the project has.
    pub version: String,
    /// Where it comes from.
    pub source: ReferenceSource,
    /// Its folder on this machine.
    pub dir: PathBuf,
    /// The features that the project switches on, those included that these switch on.
    pub features: Vec<String>,
    /// The packages of the project that depend on it.
    pub users: Vec<User>,
    /// Packages from elsewhere that depend on it, too.
    pub others: Vec<String>,
    /// The root of the project.
    pub root: PathBuf,
}

impl Dependency {
    /// Where it comes from, as `[patch]` of a manifest calls it.
    pub fn registry(&self) -> &str {
        match &self.source {
            ReferenceSource::Git { url, .. } => url,
            _ => "crates-io",
        }
    }
}

/// A package that depends on another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// Its name.
    pub package: String,
    /// Its folder.
    pub dir: PathBuf,
    /// The name by which its code calls the dependency.
    pub calls_it: String,
}

/// Why there is nothing to replace.
#[derive(Debug, thiserror::Error)]
pub enum ProjectError {
    /// cargo cannot be run.
    #[error("cargo cannot be run")]
    NoCargo(#[source] SandboxError),
    /// The folder is no Cargo project, or it does not resolve.
    #[error("cargo cannot read the project in {}: {said}", .dir.display())]
    NotRead {
        /// The folder.
        dir: PathBuf,
        /// What cargo said.
        said: String,
    },
    /// What cargo says is not understood.
    #[error("cargo said something else than its metadata: {0}")]
    NotUnderstood(#[from] serde_json::Error),
    /// No package of the project depends on it.
    #[error("no package of the project depends on `{name}`")]
    NoDependency {
        /// The name that was asked for.
        name: String,
        /// What the project depends on.
        known: Vec<String>,
    },
    /// It is code of the project's own.
    #[error("`{0}` is a folder of the project's own, which nothing can stand for")]
    OwnCode(String),
    /// The project has it in several versions.
    #[error("the project depends on `{name}` in several versions: {}", .versions.join(", "))]
    SeveralVersions {
        /// The name that was asked for.
        name: String,
        /// The versions.
        versions: Vec<String>,
    },
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
    resolve: Option<Resolve>,
    workspace_members: Vec<String>,
    workspace_root: PathBuf,
}

#[derive(Deserialize)]
struct Package {
    id: String,
    name: String,
    version: String,
    manifest_path: PathBuf,
    source: Option<String>,
}

#[derive(Deserialize)]
struct Resolve {
    nodes: Vec<Node>,
}

#[derive(Deserialize)]
struct Node {
    id: String,
    deps: Vec<Edge>,
    #[serde(default)]
    features: Vec<String>,
}

#[derive(Deserialize)]
struct Edge {
    name: String,
    pkg: String,
}

const WALL: Duration = Duration::from_secs(600);

/// Finds a dependency, named `NAME` or `NAME@VERSION`, of the project in `dir`. What cargo does not have yet it fetches.
///
/// # Errors
/// If the folder is no Cargo project, or the project does not depend on it.
pub async fn find(dir: &Path, name: &str) -> Result<Dependency, ProjectError> {
    let metadata = metadata(dir).await?;
    let (name, version) = name.split_once('@').map_or((name, None), |(name, version)| (name, Some(version)));
    let nodes = metadata.resolve.as_ref().map_or(&[][..], |resolve| &resolve.nodes);
    let is_own = |id: &str| metadata.workspace_members.iter().any(|member| member == id);
    let edges = || nodes.iter().flat_map(|node| node.deps.iter().map(move |edge| (node, edge)));
    let direct: BTreeSet<&str> =
        edges().filter(|(node, _)| is_own(&node.id)).map(|(_, edge)| edge.pkg.as_str()).collect();
    let is_asked = |package: &&Package| {
        plain(&package.name) == plain(name) && version.is_none_or(|version| package.version == version)
    };
    let direct_packages = || metadata.packages.iter().filter(|package| direct.contains(package.id.as_str()));
    let found: Vec<&Package> = direct_packages().filter(is_asked).collect();
    let package = match found[..] {
        [package] => package,
        [] => {
            let known = direct_packages().map(|package| package.name.clone()).collect();
            return Err(ProjectError::NoDependency { name: name.to_owned(), known });
        }
        _ => {
            let versions = found.iter().map(|package| package.version.clone()).collect();
            return Err(ProjectError::SeveralVersions { name: name.to_owned(), versions });
        }
    };
    if package.source.is_none() {
        return Err(ProjectError::OwnCode(name.to_owned()));
    }
    let of = |id: &str| metadata.packages.iter().find(|package| package.id == id);
    let (own, others): (Vec<_>, Vec<_>) =
        edges().filter(|(_, edge)| edge.pkg == package.id).partition(|(node, _)| is_own(&node.id));
    let user = |(node, edge): (&Node, &Edge)| {
        let user = of(&node.id)?;
        Some(User { package: user.name.clone(), dir: folder(user), calls_it: edge.name.clone() })
    };
    Ok(Dependency {
        package: package.name.clone(),
        version: package.version.clone(),
        source: source(package),
        dir: folder(package),
        features: nodes
            .iter()
            .find(|node| node.id == package.id)
            .map(|node| node.features.clone())
            .unwrap_or_default(),
        users: own.into_iter().filter_map(user).collect(),
        others: others.into_iter().filter_map(|(node, _)| Some(of(&node.id)?.name.clone())).collect(),
        root: metadata.workspace_root,
    })
}

/// What cargo knows of a project, offline if it can.
async fn metadata(dir: &Path) -> Result<Metadata, ProjectError> {
    let ask = async |more: &[&str]| {
        let command = CommandLine::new("cargo")
            .args(["metadata", "--format-version", "1", "--quiet"])
            .args(more.iter());
        host::run(&command, dir, &[], WALL).await.map_err(ProjectError::NoCargo)
    };
    let mut finished = ask(&["--offline"]).await?;
    if !finished.end.is_success() {
        finished = ask(&[]).await?;
    }
    if !finished.end.is_success() {
        let said = String::from_utf8_lossy(&finished.stderr).trim().replace('\n', "; ");
        return Err(ProjectError::NotRead { dir: dir.to_owned(), said });
    }
    Ok(serde_json::from_slice(&finished.stdout)?)
}

fn source(package: &Package) -> ReferenceSource {
    match &package.source {
        Some(source) if source.starts_with("git+") => {
            let whole = source.trim_start_matches("git+");
            let (url, rev) = whole.split_once('#').unwrap_or((whole, ""));
            let url = url.split('?').next().unwrap_or(url);
            ReferenceSource::Git { url: url.to_owned(), rev: rev.to_owned() }
        }
        Some(_) => ReferenceSource::Crate { name: package.name.clone(), version: package.version.clone() },
        None => ReferenceSource::Path(folder(package).to_string_lossy().into_owned()),
    }
}

fn folder(package: &Package) -> PathBuf {
    package.manifest_path.parent().map(Path::to_owned).unwrap_or_default()
}

fn plain(name: &str) -> String {
    name.replace('_', "-")
}
