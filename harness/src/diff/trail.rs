//! What a run leaves behind at each step.

use quorate::Instant;
use quorate::internals::{Mixer, mix};
use quorate_sim::{Application, HostId, Step, World};

use crate::case::{Action, Case};
use crate::failure::BUILD;
use crate::run::{Cast, NotRunnable, Options, Player, Recorder, Rides, Witness};

/// One step of a run, for a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stepped {
    /// When.
    pub at: Instant,
    /// What happened.
    pub words: String,
}

/// All steps of a run, each with the digest of all that has happened up to it.
#[derive(Clone, Debug, Default)]
pub struct Trail {
    pub(super) case: String,
    pub(super) build: String,
    pub(super) steps: Vec<(u64, Stepped)>,
    /// The same digests made of the words alone.
    pub(super) word_marks: Vec<u64>,
}

impl Trail {
    /// The trail of a case in this build.
    ///
    /// # Errors
    /// The case can't be run.
    pub fn of_case(case: &Case) -> Result<Self, NotRunnable> {
        Self::of_case_with::<()>(case)
    }

    /// SIM-7: the same with an application on every host.
    ///
    /// # Errors
    /// As [`Self::of_case`].
    pub fn of_case_with<A: Rides>(case: &Case) -> Result<Self, NotRunnable> {
        let options = Options { bare: true, unjudged: true, ..Options::default() };
        let player = Player::<A, Walker>::watched(case.clone(), &options, Walker::default())?;
        let trail = player.play()?.witness.trail;
        Ok(Self { case: case.to_string(), build: BUILD.to_string(), ..trail })
    }

    /// The case that was run.
    #[must_use]
    pub fn case(&self) -> &str {
        &self.case
    }

    /// The build that ran it, in words.
    #[must_use]
    pub fn build(&self) -> &str {
        &self.build
    }

    /// How many steps there were.
    #[must_use]
    pub fn len(&self) -> usize {
        self.steps.len()
    }

    /// Whether nothing happened.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// A step, counted from zero; `None` behind the end.
    #[must_use]
    pub fn at(&self, step: usize) -> Option<&Stepped> {
        self.steps.get(step).map(|(_, stepped)| stepped)
    }

    pub(super) fn mark(&self, step: usize) -> Option<u64> {
        self.steps.get(step).map(|(mark, _)| *mark)
    }

    pub(super) fn word_mark(&self, step: usize) -> Option<u64> {
        self.word_marks.get(step).copied()
    }

    pub(super) fn push(&mut self, mark: u64, stepped: Stepped) {
        let mut mixer = Mixer::new(43);
        mixer.text(&stepped.words);
        let before = self.word_marks.last().copied().unwrap_or_default();
        self.word_marks.push(mix(mix(before, stepped.at.as_nanos()), mixer.finish()));
        self.steps.push((mark, stepped));
    }
}

/// Walks along a run.
#[derive(Clone, Debug, Default)]
struct Walker {
    trail: Trail,
    recorder: Recorder,
    /// All words so far: what was done to the world is not in its digest.
    words: u64,
}

impl<A: Application> Witness<A> for Walker {
    fn doing(&mut self, action: &Action) {
        Witness::<A>::doing(&mut self.recorder, action);
    }

    fn saw(&mut self, step: &Step<'_>, cast: &Cast) {
        Witness::<A>::saw(&mut self.recorder, step, cast);
    }

    fn stands(&mut self, world: &World<A>, host: Option<HostId>, cast: &Cast) {
        self.recorder.stands(world, host, cast);
        let Some(moment) = self.recorder.all().next_back() else { return };
        let (at, words) = (moment.at, moment.in_words(cast));
        let mut mixer = Mixer::new(42);
        mixer.text(&words);
        self.words = mix(self.words, mixer.finish());
        self.trail.push(mix(self.words, world.digest()), Stepped { at, words });
    }
}
