//! Between which two events chance decides.

use std::sync::Arc;

use quorate::Instant;

use super::forks::{Forks, Share};
use super::{Case, Options, Played, Player, Point, Rides, Stop};
use crate::run::Recorder;

/// An event before which a failure was no more likely than not, and after which it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Doom {
    /// The index of the world's step.
    pub event: u64,
    /// When.
    pub at: Instant,
    /// What happened, in words.
    pub what: String,
    /// How many futures failed just before it.
    pub before: Share,
    /// How many failed just after it.
    pub after: Share,
}

/// The same before it is put into words.
pub(super) struct Found {
    event: u64,
    before: Share,
    after: Share,
}

/// What came of the search for it.
pub(super) enum Search {
    /// There is such an event.
    Found(Found),
    /// Chance has no say, or the statement alone decides.
    Nothing,
    /// The forks were used up.
    GivenUp,
}

/// The last point from which on the case's own future was no more likely to fail than not, and the event behind it that
/// turned that, by bisection. `end` is the step behind the failure.
pub(super) fn find<A: Rides>(
    forks: &mut Forks<'_>,
    points: &[Point],
    kept: &[Player<A>],
    end: u64,
) -> Search {
    let is_open = |share: Share| share.percent() < 50;
    let Some(last) = points.iter().rposition(|point| is_open(point.goes_on)) else { return Search::Nothing };
    let case = Arc::new(kept[last].case().clone());
    let mut before = (kept[last].clone(), points[last].goes_on);
    let (mut to, mut after) = (end, forks.certain());
    while to - before.0.steps() > 1 {
        if forks.are_used_up() {
            return Search::GivenUp;
        }
        let middle = before.0.steps() + (to - before.0.steps()) / 2;
        let mut player = before.0.clone();
        let is_played = player.play_to(Stop::BeforeStep(middle)).is_ok();
        if !is_played || player.is_over() || player.steps() != middle {
            return Search::Nothing;
        }
        let share = forks.of(&player, &case);
        if is_open(share) {
            before = (player, share);
        } else {
            (to, after) = (middle, share);
        }
    }
    Search::Found(Found { event: to - 1, before: before.1, after })
}

impl Found {
    /// In words, by playing the case up to there.
    pub(super) fn told<A: Rides>(self, case: &Case) -> Option<Doom> {
        let options = Options { bare: true, ..Options::default() };
        let player = Player::<A, Recorder>::watched(case.clone(), &options, Recorder::default()).ok()?;
        let Played { report, witness, .. } = player.stopping(Stop::BeforeStep(self.event + 1)).play().ok()?;
        let moment = witness.all().next_back()?;
        let Self { event, before, after } = self;
        Some(Doom { event, at: moment.at, what: moment.in_words(&report.cast), before, after })
    }
}
