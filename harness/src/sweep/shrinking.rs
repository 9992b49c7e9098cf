//! What a campaign found, made small.

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::mpsc::channel;

use super::crew::Distinct;
use super::directory::{Directory, DirectoryError};
use crate::run::Rider;

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
    let next = AtomicUsize::new(0);
    let (sender, results) = channel();
    std::thread::scope(|scope| {
        for _ in 0..jobs.get().min(failures.len()) {
            let (sender, next, failures) = (sender.clone(), &next, &*failures);
            scope.spawn(move || {
                loop {
                    let place = next.fetch_add(1, Relaxed);
                    let Some(found) = failures.get(place) else { break };
                    let shrunk =
                        (rider.shrink)(&found.failure.case, &mut |progress| progress.events < EVENTS_MAX);
                    let _ = sender.send((place, shrunk));
                }
            });
        }
    });
    drop(sender);
    for (place, shrunk) in results {
        // A case that can't be shrunk, as one that is not deterministic, is kept as it is.
        let Ok(shrunk) = shrunk else { continue };
        let found = &mut failures[place];
        let file = directory.keep_shrunk(&found.failure, &shrunk)?;
        found.shrunk = Some((shrunk, file));
    }
    Ok(())
}
