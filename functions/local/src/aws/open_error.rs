//! Why the services could not be opened.

use std::io;
use std::path::PathBuf;

/// Why the services could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process works on the directory.
    #[error("another process is using {}; stop it, or choose another directory with --data", dir.display())]
    InUse {
        /// The directory.
        dir: PathBuf,
    },
    /// A file or directory cannot be made or read.
    #[error("cannot use {}", path.display())]
    Files {
        /// The file or directory.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The path is not valid Unicode, which the database asks for.
    #[error("{} is not valid Unicode", path.display())]
    Name {
        /// The path.
        path: PathBuf,
    },
    /// The master key's file was cut short or changed.
    #[error("{} does not hold a master key", path.display())]
    MasterKey {
        /// The key's file.
        path: PathBuf,
    },
    /// The database cannot be opened.
    #[error("cannot open the tables")]
    Database(#[source] dynoxide::DynoxideError),
    /// The system gives no random numbers.
    #[error("the system gave no random numbers")]
    Random,
}
