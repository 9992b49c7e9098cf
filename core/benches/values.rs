//! What the operations on values cost: `cargo bench -p quorate --bench values`. Times are of this machine, beside what Pekko
//! takes; allocations are the same on every machine, and so are instructions (`cargo bench -p quorate --bench instructions`).
#![allow(missing_docs, reason = "a benchmark")]

mod operations;

use std::fmt;

use divan::{AllocProfiler, Bencher};
use operations::{OPERATIONS, Operation, SIZES};

#[global_allocator]
static ALLOCATIONS: AllocProfiler = AllocProfiler::system();

fn main() {
    divan::main();
}

struct Row {
    operation: &'static Operation,
    members: usize,
    pekko: &'static str,
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {} (Pekko {})", self.operation.name, self.members, self.pekko)
    }
}

fn rows() -> impl Iterator<Item = Row> {
    OPERATIONS.iter().flat_map(|operation| {
        let sizes = SIZES.into_iter().zip(operation.pekko);
        sizes.map(move |(members, pekko)| Row { operation, members, pekko })
    })
}

#[divan::bench(args = rows())]
fn operation(bencher: Bencher<'_, '_>, row: &Row) {
    bencher.bench_local((row.operation.prepare)(row.members));
}
