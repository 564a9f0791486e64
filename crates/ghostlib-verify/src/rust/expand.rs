//! The source that a compiler sees: macros, derives and conditions expanded.

use super::build::{Places, Subject, cargo, clear};
use super::manifest::Manifest;
use super::reference::toml_string;
use super::toolchain::Toolchain;
use crate::VerifyError;
use ghostlib_sandbox::Sandbox;
use std::fs;

/// Which features of a library are on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Features {
    /// Whether the default ones are.
    pub default: bool,
    /// Those that are on besides.
    pub named: Vec<String>,
}

/// The library's source as `rustc -Zunpretty=expanded` prints it, with these features, in the sandbox and offline. Its
/// build script and procedural macros run. The compiler's own words, if it does not expand.
///
/// # Errors
/// If the sandbox or the file system fails.
pub async fn expand(
    sandbox: &Sandbox,
    toolchain: &Toolchain,
    subject: &Subject<'_>,
    features: &Features,
) -> Result<Result<String, String>, VerifyError> {
    let package = match Manifest::read(subject.dir) {
        Ok(manifest) => manifest.package,
        Err(error) => return Ok(Err(error.to_string())),
    };
    let places = Places::of(subject);
    let named: Vec<String> = features.named.iter().map(|name| toml_string(name)).collect();
    let manifest = format!(
        "[package]\nname = \"ghostlib-wrapper\"\nversion = \"0.0.0\"\nedition = \"2021\"\n[lib]\npath = \"lib.rs\"\n\
         [dependencies.subject]\npackage = {}\npath = {}\ndefault-features = {}\nfeatures = [{}]\n[workspace]\n",
        toml_string(&package),
        toml_string(&subject.dir.to_string_lossy()),
        features.default,
        named.join(", "),
    );
    clear(subject, &places)?;
    fs::create_dir_all(&places.source).map_err(VerifyError::at(&places.source))?;
    for (name, text) in [("Cargo.toml", manifest.as_str()), ("lib.rs", "")] {
        let path = places.source.join(name);
        fs::write(&path, text).map_err(VerifyError::at(&path))?;
    }
    let before = ["rustc", "--offline", "--quiet", "--lib", "--profile", "check", "--package", &package];
    let finished =
        cargo(sandbox, toolchain, subject, (&before, &["--", "-Zunpretty=expanded"]), &[UNSTABLE]).await?;
    if finished.end.is_success() {
        return Ok(Ok(String::from_utf8_lossy(&finished.stdout).into_owned()));
    }
    Ok(Err(String::from_utf8_lossy(&finished.stderr).trim().to_owned()))
}

/// What is expanded is printed by nightly compilers, and by others that are told to take themselves for one.
const UNSTABLE: (&str, &str) = ("RUSTC_BOOTSTRAP", "1");
