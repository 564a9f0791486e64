//! Making an ordinary crate of a candidate, and putting it where it is to lie.

use super::archive::{Kept, pack};
use super::{ORIGINAL, PATCH, SPEC, VendoredError, edits, take_out};
use crate::spec_files::LoadedSpec;
use crate::store::{AcceptedEdit, LOCKFILE, Lockfile, tree_hash};
use ghostlib_agent::FileTree;
use ghostlib_model::Sha256Hex;
use std::fs;
use std::path::{Path, PathBuf};
use toml_edit::{DocumentMut, Item};

/// The file that says whose work it is.
const NOTICE: &str = "NOTICE";
/// What of a manifest is for the root of a Cargo workspace, and would be refused or ignored below one.
const OF_THE_ROOT: [&str; 4] = ["workspace", "profile", "patch", "replace"];

/// What a vendored crate is made from.
#[derive(Clone, Debug)]
pub struct ToVendor<'a> {
    /// The candidate that passed.
    pub candidate: &'a FileTree,
    /// The spec that it was made from.
    pub spec: &'a LoadedSpec,
    /// The licences that lie beside the spec.
    pub licences: &'a FileTree,
    /// What was proved; the candidate's hash is filled in.
    pub lock: Lockfile,
}

impl ToVendor<'_> {
    /// The code as it is vendored: with where it came from, and without what has no place in a crate of a Cargo workspace.
    ///
    /// # Errors
    /// If it has no manifest or no root module, or has files where others are to lie.
    pub fn code(&self) -> Result<FileTree, VendoredError> {
        let (mut code, _) = self.candidate.clone().without_settings();
        let own = take_out(&mut code);
        if let Some(path) = own.files.keys().find(|path| *path != super::CARGO_LOCK) {
            return Err(VendoredError::Unfit(format!("it has `{path}`, where ghostlib keeps its own files")));
        }
        let text = code.files.get("Cargo.toml").map(|bytes| String::from_utf8_lossy(bytes).into_owned());
        let text = text.ok_or_else(|| VendoredError::Unfit("it has no `Cargo.toml`".into()))?;
        let (manifest, root) = manifest(&text)?;
        let module = code.files.get_mut(&root);
        let module = module.ok_or_else(|| VendoredError::Unfit(format!("it has no `{root}`")))?;
        let text = String::from_utf8_lossy(module).into_owned();
        *module = format!("{}{}", self.header(), without_header(&text)).into_bytes();
        code.files.insert("Cargo.toml".into(), manifest.into_bytes());
        code.files.extend(self.licences.files.clone());
        code.files.insert(NOTICE.into(), self.notice().into_bytes());
        Ok(code)
    }

    /// All files of the crate's folder, with the code as it was written and as it is with accepted edits.
    ///
    /// # Errors
    /// If something cannot be written down.
    pub fn files(
        &self,
        original: &FileTree,
        code: &FileTree,
        accepted: Vec<AcceptedEdit>,
    ) -> Result<FileTree, VendoredError> {
        let mut lock = self.lock.clone();
        lock.candidate.tree = tree_hash(original)?;
        let mut files = with_edits(&lock, original, code, accepted)?;
        files.files.extend(code.files.clone());
        let spec = self.spec.sources.files();
        files.files.extend(spec.map(|file| (format!("{SPEC}/{}", file.path), file.bytes.clone())));
        Ok(files)
    }

    fn header(&self) -> String {
        let spec = &self.lock.spec;
        let licence = self.licence();
        format!(
            "{HEADER} `{}` {} (sha256 {}), and checked by ghostlib; {licence}.\n\
             // The spec is in `spec/`, what was proved is in `ghostlib.lock`. `ghostlib verify` checks it again.\n\
             // `ghostlib update` writes this crate anew when the spec changes, and keeps edits that were accepted with\n\
             // `ghostlib verify --accept --reason TEXT`.\n\n",
            one_line(&spec.name),
            one_line(&spec.version),
            spec.hash,
        )
    }

    fn licence(&self) -> String {
        let licence = self.spec.spec.front_matter.license.as_deref();
        licence.map_or_else(
            || "the spec names no licence".to_owned(),
            |licence| format!("the spec's licence: {}", one_line(licence)),
        )
    }

    fn notice(&self) -> String {
        let spec = &self.lock.spec;
        let agent = &self.lock.agent;
        let source = self.lock.vendored.as_ref().map_or("", |vendored| &vendored.source);
        let saw = if agent.blindness_enforced {
            "The agent saw the spec and nothing else: a sandbox kept everything else out of its reach."
        } else {
            "The agent was told to use the spec alone. Nothing enforced that."
        };
        let texts: Vec<&str> = self.licences.files.keys().map(String::as_str).collect();
        let texts = match texts.as_slice() {
            [] => "No text of a licence lies beside the spec at its source.".to_owned(),
            texts => format!("The text that lies beside the spec at its source: {}.", texts.join(", ")),
        };
        format!(
            "The code in this folder was written by the agent `{}` from the spec `{}` {}.\n{saw}\n\n\
             Source of the spec: {}\nHash of the spec: {}\n{}\n{texts}\n\n\
             What the licence of a spec asks of code that was written from it is for you to judge.\n",
            one_line(&agent.name),
            one_line(&spec.name),
            one_line(&spec.version),
            one_line(source),
            spec.hash,
            capitalised(&self.licence()),
        )
    }
}

/// How the first comment of a vendored crate begins.
const HEADER: &str = "// Written by an agent from the spec";

fn without_header(text: &str) -> &str {
    let rest = text.strip_prefix(HEADER).and_then(|rest| rest.split_once("\n\n"));
    rest.map_or(text, |(_, rest)| rest)
}

/// The code of a vendored crate as somebody gets it who is to change it: without what ghostlib added to it.
pub fn as_candidate(code: &FileTree, licences: &FileTree) -> FileTree {
    let is_added = |path: &String| path == NOTICE || licences.files.contains_key(path);
    let plain = |(path, bytes): (&String, &Vec<u8>)| {
        let text = String::from_utf8_lossy(bytes);
        let bytes =
            if text.starts_with(HEADER) { without_header(&text).as_bytes().to_vec() } else { bytes.clone() };
        (path.clone(), bytes)
    };
    FileTree::from_files(code.files.iter().filter(|(path, _)| !is_added(path)).map(plain))
}

/// Names that strangers have chosen must not end a comment.
fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() || c == '\u{2028}' || c == '\u{2029}' { ' ' } else { c }).collect()
}

fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

/// What ghostlib keeps of a crate's code, as files.
pub(super) fn with_edits(
    lock: &Lockfile,
    original: &FileTree,
    code: &FileTree,
    accepted: Vec<AcceptedEdit>,
) -> Result<FileTree, VendoredError> {
    let is_edited = !accepted.is_empty();
    let patch = edits::patch(&edits::between(original, code));
    let mut lock = lock.clone();
    if let Some(vendored) = &mut lock.vendored {
        vendored.patch = is_edited.then(|| Sha256Hex::of(patch.as_bytes()));
        vendored.accepted = accepted;
    }
    let kept = Kept { original: original.clone(), accepted: is_edited.then(|| code.clone()) };
    let wrong = |reason: String| VendoredError::Unfit(reason);
    let mut files = FileTree::default();
    files.files.insert(ORIGINAL.into(), pack(&kept).map_err(|error| wrong(error.to_string()))?);
    let text = lock.to_text().map_err(|error| wrong(error.to_string()))?;
    files.files.insert(LOCKFILE.into(), text.into_bytes());
    if is_edited {
        files.files.insert(PATCH.into(), patch.into_bytes());
    }
    Ok(files)
}

/// The manifest of a crate in a Cargo workspace, and the path of its root module.
fn manifest(text: &str) -> Result<(String, String), VendoredError> {
    let wrong =
        |error: toml_edit::TomlError| VendoredError::Unfit(format!("`Cargo.toml`: {}", error.message()));
    let mut manifest: DocumentMut = text.parse().map_err(wrong)?;
    for key in OF_THE_ROOT {
        manifest.remove(key);
    }
    let package = manifest.get_mut("package").and_then(Item::as_table_like_mut);
    let package = package.ok_or_else(|| VendoredError::Unfit("`Cargo.toml` names no package".into()))?;
    package.remove("workspace");
    if !package.contains_key("publish") {
        package.insert("publish", toml_edit::value(false));
    }
    let root = manifest.get("lib").and_then(|lib| lib.get("path")).and_then(Item::as_str);
    let root = root.unwrap_or("src/lib.rs").trim_start_matches("./").to_owned();
    Ok((manifest.to_string(), root))
}

/// Puts files into a folder that is not there yet, all or none.
///
/// # Errors
/// If the folder is there, or cannot be written.
pub fn place(files: &FileTree, dir: &Path) -> Result<(), VendoredError> {
    if dir.exists() {
        return Err(VendoredError::Exists(dir.into()));
    }
    let partial = partial(files, dir)?;
    let wrong = |source| VendoredError::Io { path: dir.into(), source };
    fs::rename(&partial, dir).map_err(wrong)
}

/// The files beside the place where they are to lie.
fn partial(files: &FileTree, dir: &Path) -> Result<PathBuf, VendoredError> {
    let parent = dir.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let wrong = |source| VendoredError::Io { path: parent.into(), source };
    fs::create_dir_all(parent).map_err(wrong)?;
    let made = tempfile::Builder::new().prefix(".partial-").tempdir_in(parent).map_err(wrong)?;
    let inside = made.path().join("crate");
    files.write(&inside)?;
    // Only its owner may enter a temporary folder, but everybody what lies in it.
    let beside = made.path().with_extension("crate");
    fs::rename(&inside, &beside).map_err(wrong)?;
    Ok(beside)
}

/// Puts files in the place of those of a folder. What cargo and git keep there stays. If it fails, all is as it was.
///
/// # Errors
/// If the folder cannot be written.
pub fn replace(files: &FileTree, dir: &Path) -> Result<(), VendoredError> {
    let partial = partial(files, dir)?;
    let old = partial.with_extension("old");
    let moved = |from: &Path, to: &Path| {
        fs::rename(from, to).map_err(|source| VendoredError::Io { path: dir.into(), source })
    };
    moved(dir, &old)?;
    if let Err(error) = moved(&partial, dir) {
        moved(&old, dir)?;
        return Err(error);
    }
    for name in [super::CARGO_LOCK, "target", ".git"] {
        if old.join(name).exists() {
            moved(&old.join(name), &dir.join(name))?;
        }
    }
    fs::remove_dir_all(&old).map_err(|source| VendoredError::Io { path: old.clone(), source })
}
