//! Where the failures of a campaign are kept.
//!
//! A directory holds the results of one version. Its mark, a small JSON file, says of which; without that mark only an
//! empty directory is taken. Nothing that is in it is ever overwritten.

use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::work::Failure;
use crate::failure::{BUILD, keep_new, slug, stamped, telling};
use crate::shrink::Shrunk;

/// The file that says what a directory is.
const MARK: &str = "quorate-sweep.json";

/// What the mark says.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Mark {
    format: u32,
    version: String,
    source: String,
}

/// The layout of directories that this version writes.
const FORMAT: u32 = 1;

/// A directory for the results of a campaign.
#[derive(Clone, Debug)]
pub struct Directory {
    path: PathBuf,
}

/// Why a directory can't take results.
#[derive(Debug)]
#[non_exhaustive]
pub enum DirectoryError {
    /// It can't be made, read or written.
    Io {
        /// What it is about.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// It has something in it, and no mark.
    NotOurs {
        /// Which.
        path: PathBuf,
    },
    /// It holds the results of another version.
    OtherVersion {
        /// Which.
        path: PathBuf,
        /// Of which version, in words.
        theirs: String,
    },
}

impl fmt::Display for DirectoryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io { path, error } => {
                write!(f, "{}: results can't be kept there: {error}; name another directory", path.display())
            }
            Self::NotOurs { path } => write!(
                f,
                "{}: it is not empty and holds no results of a sweep (there is no {MARK}); \
                 name another directory, nothing was written",
                path.display()
            ),
            Self::OtherVersion { path, theirs } => write!(
                f,
                "{}: it holds the results of {theirs}; this is {}; name another directory, nothing was written",
                path.display(),
                ours()
            ),
        }
    }
}

impl std::error::Error for DirectoryError {}

fn ours() -> String {
    format!("quorate {}, source {}", BUILD.version, BUILD.source)
}

impl Directory {
    /// Where results go if nothing else is said: each version has a directory of its own.
    #[must_use]
    pub fn default_path() -> PathBuf {
        Path::new("quorate-failures").join(format!("{}-{}", BUILD.version, BUILD.source))
    }

    /// Opens a directory for results, which is made if it is not there.
    ///
    /// # Errors
    /// It can't be written, has something else in it, or results of another version. Then it is as it was.
    pub fn open(path: &Path) -> Result<Self, DirectoryError> {
        let io = |error| DirectoryError::Io { path: path.into(), error };
        fs::create_dir_all(path).map_err(io)?;
        let mark = path.join(MARK);
        match fs::read_to_string(&mark) {
            Ok(text) => Self::check(path, &text)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                if fs::read_dir(path).map_err(io)?.next().is_some() {
                    return Err(DirectoryError::NotOurs { path: path.into() });
                }
                write_mark(&mark).map_err(|error| DirectoryError::Io { path: mark.clone(), error })?;
            }
            Err(error) => return Err(DirectoryError::Io { path: mark, error }),
        }
        let directory = Self { path: path.into() };
        directory.try_writing()?;
        Ok(directory)
    }

    fn check(path: &Path, text: &str) -> Result<(), DirectoryError> {
        let mark: Option<Mark> = serde_json::from_str(text).ok();
        let other = |theirs| Err(DirectoryError::OtherVersion { path: path.into(), theirs });
        match mark {
            None => other("a version that this one can't read".into()),
            Some(Mark { format, version, .. }) if format != FORMAT => {
                other(format!("quorate {version}, in another format ({format})"))
            }
            Some(Mark { version, source, .. }) if (&*version, &*source) != (BUILD.version, BUILD.source) => {
                other(format!("quorate {version}, source {source}"))
            }
            Some(_) => Ok(()),
        }
    }

    /// Finds out before hours of work whether there is a place for what they find.
    fn try_writing(&self) -> Result<(), DirectoryError> {
        let trial = self.path.join(format!(".trial-{}", std::process::id()));
        let error = |error| DirectoryError::Io { path: self.path.clone(), error };
        File::create(&trial).map_err(error)?;
        fs::remove_file(&trial).map_err(error)
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Keeps the case of a failure; gives back its file. What is there already is left as it is: if it is the same
    /// case, that file is given back.
    ///
    /// # Errors
    /// The file can't be written.
    pub fn keep(&self, failure: &Failure) -> Result<PathBuf, DirectoryError> {
        self.keep_text(&stem(failure), &telling(&failure.case, &failure.outcomes).to_string())
    }

    /// The same for what its case was shrunk to.
    ///
    /// # Errors
    /// The file can't be written.
    pub fn keep_shrunk(&self, failure: &Failure, shrunk: &Shrunk) -> Result<PathBuf, DirectoryError> {
        let mut case = stamped(&shrunk.case, shrunk.outcomes.digest);
        // The families that were drawn are mostly gone.
        case.prose.name.trailing.clear();
        self.keep_text(&format!("{}--shrunk", stem(failure)), &telling(&case, &shrunk.outcomes).to_string())
    }

    fn keep_text(&self, stem: &str, text: &str) -> Result<PathBuf, DirectoryError> {
        let kept = keep_new(&self.path, stem, text);
        kept.map(|kept| kept.path).map_err(|(path, error)| DirectoryError::Io { path, error })
    }
}

fn write_mark(path: &Path) -> io::Result<()> {
    let mark = Mark { format: FORMAT, version: BUILD.version.into(), source: BUILD.source.into() };
    written_whole(path, |file| {
        serde_json::to_writer(&mut *file, &mark)?;
        file.write_all(b"\n")
    })
}

/// A new file, or none: half a mark, as a full disk leaves it, would make its directory unusable.
fn written_whole(path: &Path, write: impl FnOnce(&mut File) -> io::Result<()>) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).open(path)?;
    write(&mut file).inspect_err(|_| drop(fs::remove_file(path)))
}

fn stem(failure: &Failure) -> String {
    format!("{}--{}", slug(&failure.signature.to_string()), failure.id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_that_could_not_be_written_whole_is_not_there() {
        let folder = std::env::temp_dir().join(format!("quorate-mark-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let mark = folder.join(MARK);
        let full = written_whole(&mark, |file| {
            file.write_all(b"{")?;
            Err(io::ErrorKind::StorageFull.into())
        });
        assert_eq!(full.unwrap_err().kind(), io::ErrorKind::StorageFull);
        assert!(!mark.exists());
        assert!(Directory::open(&folder).is_ok() && mark.exists());
        fs::remove_dir_all(folder).unwrap();
    }
}
