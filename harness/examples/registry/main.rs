//! A registry that the leader of the cluster keeps, tried under whatever a case or a sweep does to the cluster.
//!
//! `cargo run --release -p quorate-harness --example registry -- run harness/examples/registry/cut-in-three.qcase`
//! holds. The same with `--set downing=none` shows two owners of one name in one epoch: both sides that the old leader is
//! not on believe that they are the cluster. All commands of `quorate` are there: `sweep --for 30s`, `replay FILE`,
//! `shrink FILE`.

mod registry;

use std::process::ExitCode;

fn main() -> ExitCode {
    quorate_harness::cli::main_of::<registry::Registry>()
}
