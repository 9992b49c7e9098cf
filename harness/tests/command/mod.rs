//! The command `quorate`, run in an empty place of a test's own or in the checkout.
#![allow(dead_code, reason = "each file of tests takes what it needs")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// An empty folder for one test of a file of tests.
pub(crate) fn place(tests: &str, name: &str) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(tests).join(name);
    let _ = fs::remove_dir_all(&path);
    fs::create_dir_all(&path).unwrap();
    path
}

pub(crate) fn quorate(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_quorate")).args(arguments).current_dir(folder).output().unwrap()
}

/// With the files of the repository before it, as a reader of the README has them.
pub(crate) fn quorate_in_checkout(arguments: &[&str]) -> Output {
    quorate(&Path::new(env!("CARGO_MANIFEST_DIR")).join(".."), arguments)
}

pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A file of a test's own, and where it is.
pub(crate) fn file(name: &str, content: &str) -> String {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::write(&path, content).unwrap();
    path.to_string_lossy().into_owned()
}
