//! One region's folder on disk: private to its owner, and open to one process at a time.

use std::fs::{File, OpenOptions, Permissions, TryLockError};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// Why a data directory cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// It cannot be made, read or written.
    #[error("cannot use the data directory {}: {source}", path.display())]
    Unusable {
        /// The region's folder.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// Another process has it.
    #[error("the data directory {} is in use by another running region", path.display())]
    InUse {
        /// The region's folder.
        path: PathBuf,
    },
}

/// A locked folder; the lock goes with the process, however it ends.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    _lock: File,
}

impl Folder {
    /// Makes the folder if it is missing, makes it private if it is not, and locks it.
    pub fn open(path: PathBuf) -> Result<Self, FolderError> {
        let opened = std::fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&path)
            // `mode` speaks only of new folders.
            .and_then(|()| std::fs::set_permissions(&path, Permissions::from_mode(0o700)))
            .and_then(|()| create_private(&path.join("lock")));
        let lock = match opened {
            Ok(lock) => lock,
            Err(source) => return Err(FolderError::Unusable { path, source }),
        };
        match lock.try_lock() {
            Ok(()) => Ok(Self { path, _lock: lock }),
            Err(TryLockError::WouldBlock) => Err(FolderError::InUse { path }),
            Err(TryLockError::Error(source)) => Err(FolderError::Unusable { path, source }),
        }
    }

    /// A file of this folder.
    pub fn file(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// The content of a small file, or nothing if it was never written.
    pub fn read(&self, name: &str) -> Result<Option<String>, FolderError> {
        match std::fs::read_to_string(self.file(name)) {
            Ok(content) => Ok(Some(content)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(FolderError::Unusable {
                path: self.path.clone(),
                source,
            }),
        }
    }

    /// Takes a file away.
    pub(crate) fn remove(&self, name: &str) -> Result<(), FolderError> {
        std::fs::remove_file(self.file(name)).map_err(|source| FolderError::Unusable {
            path: self.path.clone(),
            source,
        })
    }

    /// Writes a small file whole or not at all, for its owner only.
    pub fn write(&self, name: &str, content: &str) -> Result<(), FolderError> {
        let fresh = self.file(&format!("{name}.new"));
        create_private(&fresh)
            .and_then(|mut file| {
                file.set_len(0)?;
                file.write_all(content.as_bytes())?;
                file.sync_all()
            })
            .and_then(|()| std::fs::rename(&fresh, self.file(name)))
            // The rename is on disk once the folder is.
            .and_then(|()| File::open(&self.path)?.sync_all())
            .map_err(|source| FolderError::Unusable {
                path: self.path.clone(),
                source,
            })
    }
}

/// Opens a file for reading and writing that only its owner can open, making it if it is missing.
pub(crate) fn create_private(path: &Path) -> io::Result<File> {
    let file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(path)?;
    // `mode` speaks only of new files.
    file.set_permissions(Permissions::from_mode(0o600))?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_belongs_to_one_holder_at_a_time() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("us");
        let first = Folder::open(path.clone()).unwrap();
        assert!(matches!(Folder::open(path.clone()), Err(FolderError::InUse { .. })));
        drop(first);
        Folder::open(path).unwrap();
    }

    #[test]
    fn what_is_written_is_private_and_read_back() {
        let dir = tempfile::tempdir().unwrap();
        let folder = Folder::open(dir.path().join("us")).unwrap();
        assert_eq!(folder.read("facts").unwrap(), None);
        folder.write("facts", "a longer first content").unwrap();
        folder.write("facts", "short").unwrap();
        assert_eq!(folder.read("facts").unwrap().as_deref(), Some("short"));
        let mode = std::fs::metadata(folder.file("facts")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let mode = std::fs::metadata(dir.path().join("us")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700);
    }

    #[test]
    fn a_folder_that_others_could_look_into_is_closed_to_them() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("us");
        std::fs::create_dir(&path).unwrap();
        std::fs::set_permissions(&path, Permissions::from_mode(0o755)).unwrap();
        let _folder = Folder::open(path.clone()).unwrap();
        let mode = std::fs::metadata(path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700);
    }

    #[test]
    fn a_file_in_the_way_is_a_clear_error() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("file");
        std::fs::write(&path, "x").unwrap();
        let error = Folder::open(path.join("us")).unwrap_err();
        assert!(error.to_string().starts_with("cannot use the data directory"));
    }
}
