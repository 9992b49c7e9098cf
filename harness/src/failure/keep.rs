//! Files for cases: what is there already is never overwritten.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// A file that has a text in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Where.
    pub path: PathBuf,
    /// Whether it was there already, with the same text.
    pub was_there: bool,
}

/// Writes a text into a new file of a folder, which is made if it is not there: `STEM.qcase`, or with a number behind
/// the stem where that name is taken by another text.
///
/// # Errors
/// What could not be written, and why. No file is left of which only a part could be written.
pub(crate) fn keep_new(folder: &Path, stem: &str, text: &str) -> Result<Kept, (PathBuf, io::Error)> {
    keep_as(folder, stem, ".qcase", text)
}

/// The same for a name with another end.
pub(crate) fn keep_as(
    folder: &Path,
    stem: &str,
    end: &str,
    text: &str,
) -> Result<Kept, (PathBuf, io::Error)> {
    fs::create_dir_all(folder).map_err(|error| (folder.to_path_buf(), error))?;
    let mut number = 1;
    loop {
        let name = if number == 1 { format!("{stem}{end}") } else { format!("{stem}-{number}{end}") };
        let path = folder.join(name);
        match OpenOptions::new().write(true).create_new(true).open(&path) {
            Ok(mut file) => {
                return match file.write_all(text.as_bytes()).and_then(|()| file.sync_all()) {
                    Ok(()) => Ok(Kept { path, was_there: false }),
                    Err(error) => {
                        // Half a case would be taken for a whole one.
                        let _ = fs::remove_file(&path);
                        Err((path, error))
                    }
                };
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                if fs::read(&path).is_ok_and(|there| there == text.as_bytes()) {
                    return Ok(Kept { path, was_there: true });
                }
                number += 1;
            }
            Err(error) => return Err((path, error)),
        }
    }
}

/// A text as a part of a file's name.
#[must_use]
pub(crate) fn slug(text: &str) -> String {
    const LENGTH_MAX: usize = 60;
    let words = text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let mut slug = words.collect::<Vec<_>>().join("-");
    slug.truncate(LENGTH_MAX);
    slug
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_there_is_never_overwritten() {
        let folder = std::env::temp_dir().join(format!("quorate-keep-{}", std::process::id())).join("new");
        let keep = |text: &str| {
            let kept = keep_new(&folder, "case", text).unwrap();
            (kept.path.file_name().unwrap().to_string_lossy().into_owned(), kept.was_there)
        };
        assert_eq!(keep("one"), ("case.qcase".into(), false));
        assert_eq!(keep("one"), ("case.qcase".into(), true));
        assert_eq!(keep("two"), ("case-2.qcase".into(), false));
        assert_eq!(keep("two"), ("case-2.qcase".into(), true));
        assert_eq!(fs::read_to_string(folder.join("case.qcase")).unwrap(), "one");
        fs::write(folder.join("taken"), "").unwrap();
        let (path, _) = keep_new(&folder.join("taken"), "case", "three").unwrap_err();
        assert_eq!(path, folder.join("taken"), "a file is no folder");
        fs::remove_dir_all(folder.parent().unwrap()).unwrap();
    }

    #[test]
    fn a_signature_is_a_part_of_a_name() {
        assert_eq!(slug("C6 (up, joining)"), "C6-up-joining");
        assert!(slug(&"long ".repeat(40)).len() <= 60);
    }
}
