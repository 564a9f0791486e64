use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

/// Writes a file whole or not at all: beside its place, synced, and then renamed. Folders above it are made.
///
/// # Errors
/// If it cannot be written; a file that was there stays as it was.
pub fn write_file(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let mut partial = tempfile::Builder::new().prefix(".partial-").tempfile_in(folder)?;
    partial.write_all(bytes)?;
    partial.as_file().sync_all()?;
    // A temporary file is for its owner alone; this one is an ordinary file, or what it takes the place of.
    let permissions = fs::metadata(path).map(|metadata| metadata.permissions());
    if let Ok(permissions) = permissions.or_else(|_| ordinary_permissions(folder)) {
        partial.as_file().set_permissions(permissions)?;
    }
    partial.persist(path)?;
    File::open(folder)?.sync_all()
}

/// The permissions that a new file in this folder gets.
fn ordinary_permissions(folder: &Path) -> io::Result<fs::Permissions> {
    let probe = folder.join(format!(".partial-probe-{}", std::process::id()));
    let permissions = File::create_new(&probe)?.metadata()?.permissions();
    fs::remove_file(&probe)?;
    Ok(permissions)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_and_keeps_its_permissions() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a/b");
        write_file(&path, b"one").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        write_file(&path, b"two").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"two");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
        assert_eq!(fs::read_dir(dir.path().join("a")).unwrap().count(), 1, "nothing is left beside it");
    }
}
