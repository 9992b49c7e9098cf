//! How likely the failure was behind each statement.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::forks::Forks;
use super::{ExplainError, Point};
use crate::case::{Action, Case, Time};
use crate::run::{Player, Rides};

/// What was asked so far, and where. A position is how many of the statements that can be asked are done.
pub(super) struct Survey<'a, 'b, A: Rides> {
    forks: &'a mut Forks<'b>,
    case: Arc<Case>,
    /// The places of the statements that can be asked.
    places: Vec<usize>,
    asked: BTreeMap<usize, (Point, Player<A>)>,
    beginning: Player<A>,
}

impl<'a, 'b, A: Rides> Survey<'a, 'b, A> {
    pub(super) fn new(forks: &'a mut Forks<'b>, beginning: Player<A>, places: Vec<usize>) -> Self {
        let case = Arc::new(beginning.case().clone());
        Self { forks, case, places, asked: BTreeMap::new(), beginning }
    }

    /// Behind every statement.
    pub(super) fn ask_all(&mut self) -> Result<(), ExplainError> {
        (0..=self.places.len()).try_for_each(|position| self.ask(position).map(|_| ()))
    }

    /// At the beginning, and back from the end as far as the failure is likely if nothing more is done. By halving it would be
    /// fewer, but those could lead to a statement that was undone, as a cut that was healed.
    pub(super) fn ask_backwards(&mut self) -> Result<(), ExplainError> {
        self.ask(0)?;
        for position in (1..=self.places.len()).rev() {
            if self.ask(position)? < 50 || self.forks.are_used_up() {
                break;
            }
        }
        Ok(())
    }

    /// How likely the failure is from a position on if nothing more is done, in a hundred.
    fn ask(&mut self, position: usize) -> Result<i64, ExplainError> {
        if let Some((point, _)) = self.asked.get(&position) {
            return Ok(point.left_alone.percent());
        }
        let done = position.checked_sub(1).map(|last| self.places[last]);
        let before = self.asked.range(..position).next_back().map_or(&self.beginning, |(_, (_, kept))| kept);
        let mut player = before.clone();
        if let Some(place) = done {
            player.play_statements(place + 1).map_err(ExplainError::NotRunnable)?;
        }
        // It stands before the instant is over, and a failure at this instant is still to come.
        let (left_alone, goes_on) = if player.is_over() {
            (self.forks.certain(), self.forks.certain())
        } else {
            let nothing_more = left_alone(&self.case, done.map_or(0, |place| place + 1));
            let left_alone = self.forks.of(&player, &nothing_more);
            // Behind the last statement both go on in the same way, with the same seeds.
            let is_last = nothing_more.steps.len() == self.case.steps.len();
            (left_alone, if is_last { left_alone } else { self.forks.of(&player, &self.case) })
        };
        let (line, at, what) = done.map_or((0, Time::ZERO, String::new()), |place| {
            let step = &self.case.steps[place];
            (step.line.0, step.at, step.action.to_string())
        });
        let point = Point { line, at, what, passed_over: 0, left_alone, goes_on };
        self.asked.insert(position, (point, player));
        Ok(left_alone.percent())
    }

    /// All that was asked, in its order, with the runs as they stood there.
    pub(super) fn into_points(self) -> (Vec<Point>, Vec<Player<A>>) {
        let mut next = 0;
        let told = |(position, (mut point, player)): (usize, (Point, Player<A>))| {
            point.passed_over = position - next;
            next = position + 1;
            (point, player)
        };
        self.asked.into_iter().map(told).unzip()
    }
}

/// The case in which nothing more is done from a statement on; what it asks stays.
fn left_alone(case: &Case, from: usize) -> Arc<Case> {
    let mut case = case.clone();
    let mut place = 0;
    case.steps.retain(|step| {
        place += 1;
        place <= from || matches!(step.action, Action::Check { .. } | Action::End)
    });
    Arc::new(case)
}
