//! The bodies of the fuzz targets, so that stable tests run them too.
//!
//! Each takes any bytes and panics when something that must hold does not. `fuzz/fuzz_targets` hands them to cargo-fuzz, `fuzz/run.sh`
//! runs them all for a given time, and the tests run them over `fuzz/seeds`, a small corpus in which every finding of a fuzzer stays.

mod byzantine;
mod case_file;
mod decode;
mod differences;
mod inputs;
mod lies;
mod near;
mod script;
mod sound;
mod view_file;
mod world;

pub use byzantine::byzantine;
pub use case_file::case_file;
pub use decode::decode;
pub use differences::differences;
pub use inputs::inputs;
pub use near::{Draws, mutate};
pub use view_file::view_file;
pub use world::world;

/// A fuzz target.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// Its name: that of its binary, and of its folder in the corpus.
    pub name: &'static str,
    /// What it does with bytes.
    pub body: fn(&[u8]),
}

/// All fuzz targets.
pub const TARGETS: [Target; 7] = [
    Target { name: "decode", body: decode },
    Target { name: "case_file", body: case_file },
    Target { name: "view_file", body: view_file },
    Target { name: "world", body: world },
    Target { name: "differences", body: differences },
    Target { name: "inputs", body: inputs },
    Target { name: "byzantine", body: byzantine },
];
