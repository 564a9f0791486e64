//! Manifests of Cargo, changed in place: what is not touched stays as it is written.

use toml_edit::{Array, DocumentMut, Item, Table, TomlError, Value, value};

/// The manifest of a project's root in which the code at `path` stands for the package `name` from a registry or repository,
/// wherever it is asked for.
///
/// # Errors
/// If it is not TOML.
pub fn with_patch(manifest: &str, (from, name): (&str, &str), path: &str) -> Result<String, TomlError> {
    let mut document: DocumentMut = manifest.parse()?;
    let patches = document.entry("patch").or_insert_with(|| {
        let mut table = Table::new();
        table.set_implicit(true);
        Item::Table(table)
    });
    let registry =
        patches.as_table_like_mut().map(|table| table.entry(from).or_insert_with(toml_edit::table));
    if let Some(registry) = registry.and_then(Item::as_table_like_mut) {
        let mut table = toml_edit::InlineTable::new();
        table.insert("path", path.into());
        registry.insert(name, value(table));
    }
    Ok(document.to_string())
}

/// The manifest of a rebuilt crate, by which it fits into the place of another: with that one's name and version, and with the
/// features that are asked for, empty where it does not have them.
///
/// # Errors
/// If it is not TOML.
pub fn fitted(
    manifest: &str,
    (name, version): (&str, &str),
    features: &[String],
) -> Result<String, TomlError> {
    let mut document: DocumentMut = manifest.parse()?;
    let package = document.entry("package").or_insert_with(toml_edit::table);
    if let Some(package) = package.as_table_like_mut() {
        package.insert("name", value(name));
        package.insert("version", value(version));
    }
    let missing: Vec<&String> = {
        let known = document.get("features").and_then(Item::as_table_like);
        let has = |name: &str| known.is_some_and(|known| known.contains_key(name));
        features.iter().filter(|feature| !has(feature)).collect()
    };
    if !missing.is_empty()
        && let Some(table) = document.entry("features").or_insert_with(toml_edit::table).as_table_like_mut()
    {
        for feature in missing {
            table.insert(feature, Item::Value(Value::Array(Array::new())));
        }
    }
    // A Cargo workspace of its own would keep the project from having it.
    document.remove("workspace");
    Ok(document.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEX: (&str, &str) = ("crates-io", "hex");

    #[test]
    fn a_patch_is_added_and_all_else_stays_as_it_is_written() {
        let manifest = "[package]\nname = 'a' # mine\n\n[dependencies]\nhex   = \"0.4\"\n";
        let patched = with_patch(manifest, HEX, "vendor/hex").unwrap();
        assert_eq!(patched, format!("{manifest}\n[patch.crates-io]\nhex = {{ path = \"vendor/hex\" }}\n"));
        let again = with_patch(&patched, HEX, "other").unwrap();
        assert_eq!(again, patched.replace("vendor/hex", "other"));
        let beside = "[patch.crates-io]\nx = { path = \"x\" }\n";
        assert_eq!(with_patch(beside, HEX, "h").unwrap(), format!("{beside}hex = {{ path = \"h\" }}\n"));
        assert!(with_patch("[", HEX, "b").is_err());
    }

    #[test]
    fn a_crate_gets_the_name_the_version_and_the_features_of_the_one_that_it_replaces() {
        let manifest =
            "[package]\nname = \"x\"\nversion = \"0.0.0\"\n\n[features]\nstd = []\n\n[workspace]\n";
        let fitted = fitted(manifest, ("hex", "0.4.3"), &["std".into(), "alloc".into()]).unwrap();
        assert_eq!(
            fitted,
            "[package]\nname = \"hex\"\nversion = \"0.4.3\"\n\n[features]\nstd = []\nalloc = []\n"
        );
    }
}
