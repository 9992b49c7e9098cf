//! RUN-1: what a failure says about the build that found it.
//!
//! Nothing here changes what is built; what can't be known is left empty.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Where the behaviour of a run comes from, seen from this package; of a published package only the first is there.
const SOURCES: [&str; 3] = ["src", "../sim/src", "../core/src"];

fn main() {
    let here = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-env-changed=QUORATE_COMMIT");
    let mut fingerprint = Fingerprint::default();
    for source in SOURCES.map(|source| here.join(source)) {
        if source.is_dir() {
            println!("cargo:rerun-if-changed={}", source.display());
            fingerprint.folder(&source);
        }
    }
    set("SOURCE", &format!("{:016x}", fingerprint.0));
    set("COMMIT", &commit(&here).unwrap_or_default());
    set("TOOLCHAIN", &toolchain().unwrap_or_default());
    set("TARGET", &std::env::var("TARGET").unwrap_or_default());
}

fn set(name: &str, value: &str) {
    println!("cargo:rustc-env=QUORATE_BUILD_{name}={value}");
}

/// A hash (FNV-1a) of the texts of all files, whatever folder they lie in.
struct Fingerprint(u64);

impl Default for Fingerprint {
    fn default() -> Self {
        Self(0xCBF2_9CE4_8422_2325)
    }
}

impl Fingerprint {
    fn folder(&mut self, folder: &Path) {
        let entries = fs::read_dir(folder).into_iter().flatten().flatten();
        let mut paths: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
        paths.sort();
        for path in paths {
            if path.is_dir() {
                self.folder(&path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                self.bytes(path.file_name().unwrap_or_default().as_encoded_bytes());
                self.bytes(&fs::read(&path).unwrap_or_default());
            }
        }
    }

    fn bytes(&mut self, bytes: &[u8]) {
        // Line ends differ between checkouts.
        for byte in bytes.iter().filter(|byte| **byte != b'\r') {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01B3);
        }
    }
}

/// The commit, with a mark if what is built is not quite that: given by the environment, or asked of git.
fn commit(here: &Path) -> Option<String> {
    if let Ok(given) = std::env::var("QUORATE_COMMIT") {
        return Some(given);
    }
    let git = |arguments: &[&str]| {
        let output = Command::new("git").current_dir(here).args(arguments).output().ok()?;
        let text = String::from_utf8(output.stdout).ok()?;
        output.status.success().then(|| text.trim().to_string())
    };
    // Not the repository of somebody who has this package among their own files.
    git(&["ls-files", "--error-unmatch", "build.rs"])?;
    let commit = git(&["rev-parse", "--short=12", "HEAD"])?;
    let changed = git(&[&["status", "--porcelain", "--"][..], &SOURCES].concat())?;
    Some(if changed.is_empty() { commit } else { format!("{commit} with changes") })
}

fn toolchain() -> Option<String> {
    let output = Command::new(std::env::var_os("RUSTC")?).arg("--version").output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    Some(text.split_whitespace().take(2).collect::<Vec<_>>().join(" "))
}
