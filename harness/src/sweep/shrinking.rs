//! What a campaign found, made small.

use std::num::NonZeroUsize;

use super::directory::{Directory, DirectoryError};
use super::summary::Distinct;
use crate::run::Rider;
use crate::side_by_side::side_by_side_of;

/// How many events shrinking one failure may take: some ten seconds. Counted, not timed, so that a campaign gives the
/// same every time; `quorate shrink` takes what it needs.
const EVENTS_MAX: u64 = 20_000_000;

/// Shrinks the cases of all failures, side by side, and keeps the results.
pub(super) fn shrink_all(
    failures: &mut [Distinct],
    jobs: NonZeroUsize,
    rider: Rider,
    directory: &Directory,
) -> Result<(), DirectoryError> {
    let shrunk = side_by_side_of(failures, jobs.get(), |found| {
        (rider.shrink)(&found.failure.case, &mut |progress| progress.events < EVENTS_MAX)
    });
    for (found, shrunk) in failures.iter_mut().zip(shrunk) {
        // A case that can't be shrunk, as one that is not deterministic, is kept as it is.
        let Ok(shrunk) = shrunk else { continue };
        let file = directory.keep_shrunk(&found.failure, &shrunk)?;
        found.shrunk = Some((shrunk, file));
    }
    Ok(())
}
