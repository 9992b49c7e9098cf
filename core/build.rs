//! A hash (FNV-1a) of the source, by which a recording tells whether another build made it. Nothing here changes what is built.

use std::path::Path;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=src");
    let here = std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default();
    let mut hash = 0xCBF2_9CE4_8422_2325;
    take_in(&Path::new(&here).join("src"), &mut hash);
    println!("cargo:rustc-env=QUORATE_CORE_SOURCE={hash:016x}");
}

fn take_in(folder: &Path, hash: &mut u64) {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut paths: Vec<_> = entries.map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            take_in(&path, hash);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = std::fs::read(&path).unwrap_or_default();
            // Line ends differ between checkouts.
            for byte in text.iter().filter(|byte| **byte != b'\r') {
                *hash = (*hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01B3);
            }
        }
    }
}
