//! The threads of a campaign: one world on each, sharing nothing but the number of the next seed.
#![allow(
    clippy::disallowed_types,
    reason = "a campaign has a rate and may have an end by time; no run in it sees the clock"
)]

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use super::directory::{Directory, DirectoryError};
use super::plan::Plan;
use super::shrinking::shrink_all;
use super::summary::{Distinct, Summary};
use super::tally::Tally;
use super::work::{Class, Failure, Worked, work};
use crate::draw::CaseId;
use crate::failure::Signature;
use crate::run::Options;

/// What is told while a campaign goes on.
#[derive(Debug)]
pub enum News<'a> {
    /// A distinct failure, whose case is kept already.
    Failure(&'a Distinct),
    /// How far it is.
    Progress {
        /// How many cases were run.
        runs: u64,
        /// How many inputs nodes handled.
        events: u64,
    },
}

/// What the threads share.
struct Shared<'a> {
    plan: &'a Plan,
    options: Options,
    next: AtomicU64,
    runs: AtomicU64,
    events: AtomicU64,
    stop: &'a AtomicBool,
}

enum Report {
    Failure(Box<Failure>),
    NotApplicable(CaseId, String),
    Done(Box<Tally>),
}

/// How often progress is told.
const PROGRESS_EVERY: Duration = Duration::from_millis(100);

/// Runs a campaign until its seeds or its time are done, or somebody sets `stop`; then shrinks what it found.
///
/// # Errors
/// The case of a failure can't be kept: then the campaign ends at once.
pub fn sweep(
    plan: &Plan,
    directory: impl Fn() -> Result<Directory, DirectoryError>,
    stop: &AtomicBool,
    mut tell: impl FnMut(News<'_>),
) -> Result<Summary, DirectoryError> {
    let options = plan.options();
    let shared = Shared {
        plan,
        options,
        next: AtomicU64::new(0),
        runs: AtomicU64::new(0),
        events: AtomicU64::new(0),
        stop,
    };
    let began = Instant::now();
    let deadline = plan.time_max.and_then(|time| began.checked_add(time));
    let mut clerk = Clerk::default();
    let mut trouble = None;
    // Who sets `stop` first says why the campaign ends: somebody, or this loop because it is over.
    let (mut stopped, mut is_over) = (false, false);
    std::thread::scope(|scope| {
        let (sender, reports) = channel();
        for _ in 0..plan.jobs.get() {
            let (shared, sender) = (&shared, sender.clone());
            scope.spawn(move || labour(shared, &sender));
        }
        drop(sender);
        loop {
            match reports.recv_timeout(PROGRESS_EVERY) {
                Ok(Report::Failure(failure)) => {
                    // One that planted a bug asks whether it is found.
                    is_over |= plan.mutant.is_some();
                    if let Err(error) = clerk.file(*failure, &directory, &mut tell) {
                        trouble.get_or_insert(error);
                        is_over = true;
                    }
                }
                Ok(Report::NotApplicable(id, why)) => clerk.not_applicable(id, why),
                Ok(Report::Done(tally)) => clerk.tally.add(&tally),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
            is_over |= deadline.is_some_and(|deadline| Instant::now() >= deadline);
            stopped |= !is_over && stop.load(Relaxed);
            if is_over {
                stop.store(true, Relaxed);
            }
            tell(News::Progress { runs: shared.runs.load(Relaxed), events: shared.events.load(Relaxed) });
        }
    });
    let wall = began.elapsed();
    if let Some(error) = trouble {
        return Err(error);
    }
    let mut summary = clerk.summary(wall, stopped);
    // Who stopped it by hand does not want to wait.
    if !summary.stopped && !summary.failures.is_empty() {
        shrink_all(&mut summary.failures, plan.jobs, plan.rider, &directory()?)?;
    }
    Ok(summary)
}

fn labour(shared: &Shared<'_>, reports: &Sender<Report>) {
    let mut tally = Tally::default();
    while !shared.stop.load(Relaxed) {
        let Some(seed) = shared.plan.seed(shared.next.fetch_add(1, Relaxed)) else { break };
        let id = shared.plan.draws.case(seed);
        let events = tally.events;
        let report = match work(shared.plan, &shared.options, id, &mut tally) {
            Worked::Held | Worked::FailedAnyway => None,
            Worked::Failed(failure) => Some(Report::Failure(failure)),
            Worked::NotApplicable(why) => Some(Report::NotApplicable(id, why)),
        };
        shared.runs.fetch_add(1, Relaxed);
        shared.events.fetch_add(tally.events - events, Relaxed);
        // Who no longer listens has ended the campaign.
        if report.is_some_and(|report| reports.send(report).is_err()) {
            break;
        }
    }
    let _ = reports.send(Report::Done(Box::new(tally)));
}

/// Keeps the books.
#[derive(Default)]
struct Clerk {
    tally: Tally,
    failures: BTreeMap<(Signature, u8), Distinct>,
    not_applicable: u64,
    /// The one of the least id, so that one job tells the same as two.
    first_not_applicable: Option<(CaseId, String)>,
}

impl Clerk {
    /// A failure: its case is kept before anybody hears of it.
    fn file(
        &mut self,
        failure: Failure,
        directory: &impl Fn() -> Result<Directory, DirectoryError>,
        tell: &mut impl FnMut(News<'_>),
    ) -> Result<(), DirectoryError> {
        let kind = match failure.class {
            Class::Violation => 0,
            Class::Known(_) => 1,
            Class::NotDeterministic => 2,
        };
        let key = (failure.signature.clone(), kind);
        if let Some(distinct) = self.failures.get_mut(&key) {
            distinct.runs += 1;
            if failure.id < distinct.failure.id {
                distinct.file = directory()?.keep(&failure)?;
                distinct.failure = failure;
            }
            return Ok(());
        }
        let file = directory()?.keep(&failure)?;
        let distinct = Distinct { failure, file, runs: 1, shrunk: None };
        tell(News::Failure(&distinct));
        self.failures.insert(key, distinct);
        Ok(())
    }

    fn not_applicable(&mut self, id: CaseId, why: String) {
        self.not_applicable += 1;
        if self.first_not_applicable.as_ref().is_none_or(|(first, _)| id < *first) {
            self.first_not_applicable = Some((id, why));
        }
    }

    fn summary(self, wall: Duration, stopped: bool) -> Summary {
        Summary {
            tally: self.tally,
            failures: self.failures.into_values().collect(),
            not_applicable: (self.not_applicable, self.first_not_applicable.map(|(_, why)| why)),
            wall,
            stopped,
        }
    }
}
