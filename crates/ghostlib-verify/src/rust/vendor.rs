//! Putting packages into a folder with everything that they need to be built offline.

use super::manifest::Manifest;
use super::reference::{refused, toml_string};
use crate::reference::{ReferenceError, at, once, run_tool, write};
use ghostlib_model::Sha256Hex;
use ghostlib_sandbox::{CommandLine, Finished};
use std::fs;
use std::path::{Path, PathBuf};

/// Packages on this machine, ready to be built offline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vendored {
    /// The folder that holds them; what a build may read. With it as `CARGO_HOME`, which cargo need not write to, any
    /// package below finds them.
    pub root: PathBuf,
    /// Cargo settings that put them in place of registries.
    pub cargo_config: String,
}

pub(super) const VENDOR: &str = "vendor";
const CONFIG: &str = "vendor.toml";
/// The settings that cargo reads in its home.
const HOME_CONFIG: &str = "config.toml";

/// Fetches packages that a candidate may depend on, or finds them in `cache`: names with the versions that are
/// allowed, as cargo writes them; any version, if there is none. Nothing, if there are no packages. `reference` is the
/// package that must not be among them, nor among what they need.
///
/// # Errors
/// If one does not exist or cannot be fetched, or is or needs the reference.
pub async fn fetch_dependencies(
    packages: &[(String, Option<String>)],
    reference: Option<&str>,
    cache: &Path,
) -> Result<Option<Vendored>, ReferenceError> {
    if packages.is_empty() {
        return Ok(None);
    }
    let line = |(name, version): &(String, Option<String>)| {
        format!("{} = {}\n", toml_string(name), toml_string(version.as_deref().unwrap_or("*")))
    };
    let lines: String = packages.iter().map(line).collect();
    let names: Vec<&str> = packages.iter().map(|(name, _)| name.as_str()).collect();
    let root = cache.join(format!("dependencies-{}", Sha256Hex::of(lines.as_bytes()).short()));
    let whose = format!("the allowed dependencies {}", names.join(", "));
    once(&root, async |partial| vendor(partial, &lines, &whose).await).await?;
    if let Some(reference) = reference {
        check_without(&root.join(VENDOR), reference, &whose)?;
    }
    let cargo_config = cargo_config(&root)?;
    let home_config = root.join(HOME_CONFIG);
    // The project may have been moved since it was written.
    if fs::read_to_string(&home_config).ok().as_ref() != Some(&cargo_config) {
        write(&home_config, &cargo_config)?;
    }
    Ok(Some(Vendored { root, cargo_config }))
}

/// Whoever is given packages to build with could read the reference there, in whatever version.
fn check_without(vendor: &Path, reference: &str, whose: &str) -> Result<(), ReferenceError> {
    let plain = |name: &str| name.replace('-', "_").to_lowercase();
    for entry in fs::read_dir(vendor).map_err(at(vendor))? {
        let package = Manifest::read(&entry.map_err(at(vendor))?.path())?.package;
        if plain(&package) == plain(reference) {
            return Err(ReferenceError::Allowed { whose: whose.to_owned(), package });
        }
    }
    Ok(())
}

/// Lets cargo vendor what a package with these dependencies needs. `whose` they are is for messages.
pub(super) async fn vendor(root: &Path, dependencies: &str, whose: &str) -> Result<(), ReferenceError> {
    let wrapper = root.join("wrapper");
    let manifest = format!(
        "[package]\nname = \"ghostlib-wrapper\"\nversion = \"0.0.0\"\nedition = \"2021\"\n\
         [lib]\npath = \"lib.rs\"\n[dependencies]\n{dependencies}\n[workspace]\n"
    );
    write(&wrapper.join("Cargo.toml"), &manifest)?;
    write(&wrapper.join("lib.rs"), "")?;
    // The settings go to standard output, unless cargo is told to be quiet.
    let command = CommandLine::new("cargo").args(["vendor", "--versioned-dirs"]).arg(root.join(VENDOR));
    let finished = run_tool("cargo", whose, &command, &wrapper).await?;
    if !finished.end.is_success() {
        return Err(refused(whose, &String::from_utf8_lossy(&finished.stderr)));
    }
    keep_settings(root, &finished)
}

/// Keeps the settings that `cargo vendor` printed.
pub(super) fn keep_settings(root: &Path, vendored: &Finished) -> Result<(), ReferenceError> {
    // Nothing to vendor leaves no folder.
    fs::create_dir_all(root.join(VENDOR)).map_err(at(root))?;
    write(&root.join(CONFIG), &String::from_utf8_lossy(&vendored.stdout))
}

/// The settings that cargo printed, with the folder's path as it is after the rename.
pub(super) fn cargo_config(root: &Path) -> Result<String, ReferenceError> {
    let file = root.join(CONFIG);
    let printed = fs::read_to_string(&file).map_err(at(&file))?;
    let vendor = toml_string(&root.join(VENDOR).to_string_lossy());
    let line = |line: &str| {
        let is_folder = line.trim_start().starts_with("directory =");
        if is_folder { format!("directory = {vendor}\n") } else { format!("{line}\n") }
    };
    Ok(printed.lines().map(line).collect())
}
