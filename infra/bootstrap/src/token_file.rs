//! A new file for a token, for its owner's eyes. A run that fails leaves none behind.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// A file that is still empty.
#[derive(Debug)]
pub(crate) struct TokenFile {
    path: PathBuf,
    file: File,
    written: bool,
}

impl TokenFile {
    /// Makes the file. Whatever has that name already, a link included, is an error.
    pub(crate) fn create(path: &Path) -> io::Result<Self> {
        let mut options = OpenOptions::new();
        let file = options.write(true).create_new(true).mode(0o600).open(path)?;
        Ok(Self {
            path: path.to_owned(),
            file,
            written: false,
        })
    }

    /// Writes the token, as one line.
    pub(crate) fn write(mut self, token: &str) -> io::Result<()> {
        self.file.write_all(token.as_bytes())?;
        self.file.write_all(b"\n")?;
        self.file.sync_all()?;
        self.written = true;
        Ok(())
    }
}

impl Drop for TokenFile {
    fn drop(&mut self) {
        if !self.written {
            // Whoever sees the error of the run sees the empty file, too, if it stays.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}
