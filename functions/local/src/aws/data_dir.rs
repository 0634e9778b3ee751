//! The directory that outlives the process: one owner at a time, readable by its user alone.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::kms::{MASTER_KEY_LENGTH, fresh_key};
use super::open_error::OpenError;

/// A claimed directory; dropping it lets the next process in.
#[derive(Debug)]
pub(super) struct DataDir {
    dir: PathBuf,
    /// The lock goes with the open file, so a killed process leaves none behind.
    _lock: File,
}

impl DataDir {
    /// Makes the directory if it is missing and locks it.
    pub(super) fn claim(dir: &Path) -> Result<Self, OpenError> {
        private_dir().create(dir).map_err(|source| files(dir, source))?;
        let path = dir.join("lock");
        let lock = private_file()
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(|source| files(&path, source))?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { dir: dir.to_owned(), _lock: lock }),
            Err(TryLockError::WouldBlock) => Err(OpenError::InUse { dir: dir.to_owned() }),
            Err(TryLockError::Error(source)) => Err(files(&path, source)),
        }
    }

    /// The database's file.
    pub(super) fn database(&self) -> PathBuf {
        self.dir.join("dynamodb.sqlite")
    }

    /// The master key: read, or made on the directory's first use.
    pub(super) fn master_key(&self) -> Result<[u8; MASTER_KEY_LENGTH], OpenError> {
        let path = self.dir.join("kms-master.key");
        match fs::read(&path) {
            Ok(bytes) => bytes.try_into().map_err(|_| OpenError::MasterKey { path }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let key = fresh_key()?;
                self.write_once(&path, &key).map_err(|source| files(&path, source))?;
                Ok(key)
            }
            Err(source) => Err(files(&path, source)),
        }
    }

    /// Writes beside and renames: a crash leaves the whole file or none, never one that opens nothing.
    fn write_once(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let beside = path.with_extension("new");
        let mut file = private_file().write(true).create(true).truncate(true).open(&beside)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&beside, path)?;
        if cfg!(unix) { File::open(&self.dir)?.sync_all() } else { Ok(()) }
    }
}

fn files(path: &Path, source: io::Error) -> OpenError {
    OpenError::Files { path: path.to_owned(), source }
}

fn private_dir() -> DirBuilder {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
}

fn private_file() -> OpenOptions {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}
