//! One run while it goes on.

mod resume;

pub(crate) use resume::{GoneOn, Standing, go_on};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use quorate::{Config, Instant, UniqueAddress};
use quorate_sim::{Action as Deed, Application, HostId, HostState, Outcome, StepKind, World};

use super::cast::Cast;
use super::checks::Checks;
use super::chronicle::Chronicle;
use super::deferred::{Deferrals, Deferred};
use super::goals::Goals;
use super::plan::{Deeds, NotRunnable, configs, world};
use super::story::Story;
use super::strip::{Mark, Strip};
use super::witness::Witness;
use super::{Options, Outcomes, Report, Scene};
use crate::case::{Action, Case};
use crate::failure::Signature;
use crate::judge::{Event, Judge, JudgeSetup, Named, Violation};

/// Where a run is to stop, if it does not end before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Stop {
    /// Where the case ends.
    #[default]
    AtEnd,
    /// Before anything of this instant.
    Before(Instant),
    /// Before the step of this index.
    BeforeStep(u64),
}

/// One run while it goes on. It can be cloned at any statement, and the clone runs on by itself.
#[derive(Clone)]
pub(crate) struct Player<A: Application, W = ()> {
    case: Arc<Case>,
    configs: Vec<Arc<Config>>,
    world: World<A>,
    cast: Cast,
    /// By number of the host: the incarnation that was seen there last, and whether it goes on.
    lives: Vec<(u32, bool)>,
    story: Story,
    strip: Strip,
    judge: Judge,
    checks: Checks,
    chronicle: Chronicle,
    end: Instant,
    violation: Option<Violation>,
    fault: Option<String>,
    goals: Goals,
    bare: bool,
    unjudged: bool,
    /// RUN-2: the places of statements that did not apply; `None` when there must be none.
    passed_over: Option<Vec<usize>>,
    deferrals: Deferrals,
    /// CASE-7: what was put off and could not be done when its time came, where everything must be.
    not_applicable: Option<NotRunnable>,
    /// The statement that is next.
    place: usize,
    stop: Stop,
    witness: W,
}

/// A run that is over, or has stopped where it was to stop.
pub(crate) struct Played<A: Application, W = ()> {
    pub(crate) report: Report,
    pub(crate) world: World<A>,
    pub(crate) witness: W,
}

impl<A: Application + Default> Player<A> {
    /// A run that nobody looks on at.
    pub(crate) fn new(case: Case, options: &Options) -> Result<Self, NotRunnable> {
        Self::watched(case, options, ())
    }
}

impl<A: Application + Default, W: Witness<A>> Player<A, W> {
    /// A run before its first statement.
    pub(crate) fn watched(case: Case, options: &Options, witness: W) -> Result<Self, NotRunnable> {
        let configs = configs(&case, &options.set)?;
        let cast = Cast::new(&case);
        Self::staged(case, cast, configs, options, witness)
    }

    /// The same with these nodes, of these settings.
    fn staged(
        case: Case,
        cast: Cast,
        configs: Vec<Arc<Config>>,
        options: &Options,
        witness: W,
    ) -> Result<Self, NotRunnable> {
        let mut world = world(&case, &cast, &options.set, &configs)?;
        let deeds = Deeds { case: &case, cast: &cast, configs: &configs };
        for link in &case.links {
            let deed = deeds.link(&link.change).map_err(|why| NotRunnable { line: link.line.0, why })?;
            world.schedule(Instant::ZERO, deed);
        }
        let end = end_of(&case);
        let drawn = if options.bare { &[] } else { &*case.nodes };
        let strip = Strip::new(drawn.iter().map(ToString::to_string), end);
        let setup = if options.unjudged { JudgeSetup::none() } else { JudgeSetup::of(&case) };
        let judge = Judge::new(if options.measures { setup.measuring() } else { setup });
        let checks = Checks::new(&case);
        let chronicle = Chronicle::new(&case);
        Ok(Self {
            configs,
            world,
            cast,
            lives: vec![(0, false); case.nodes.len()],
            story: Story::default(),
            strip,
            judge,
            checks,
            chronicle,
            end,
            violation: None,
            fault: None,
            goals: Goals::default(),
            bare: options.bare,
            unjudged: options.unjudged,
            passed_over: options.pass_over.then(Vec::new),
            deferrals: Deferrals::default(),
            not_applicable: None,
            place: 0,
            stop: Stop::AtEnd,
            witness,
            case: Arc::new(case),
        })
    }

    /// The same run, to be stopped before its end.
    pub(crate) fn stopping(mut self, stop: Stop) -> Self {
        self.stop = stop;
        self
    }

    /// Plays on to the end.
    pub(crate) fn play(mut self) -> Result<Played<A, W>, NotRunnable> {
        let to = self.case.steps.len();
        self.play_statements(to)?;
        self.finish();
        if let Some(not_applicable) = self.not_applicable {
            return Err(not_applicable);
        }
        Ok(self.played())
    }

    /// Plays the statements up to the one of this place, which is not played. A clone can then go on in another way.
    pub(crate) fn play_statements(&mut self, to: usize) -> Result<(), NotRunnable> {
        // SIM-13: a panic inside a run is a violation like any other, not the end of the program.
        let played = catch_unwind(AssertUnwindSafe(|| {
            while self.place < to && !self.is_over() {
                self.play_statement()?;
            }
            Ok(())
        }));
        played.unwrap_or_else(|panic| {
            self.fault = Some(format!("a panic: {}", panic_text(&*panic)));
            Ok(())
        })
    }

    /// Plays up to where it is to stop; it can then be played on.
    pub(crate) fn play_to(&mut self, stop: Stop) -> Result<(), NotRunnable> {
        self.stop = stop;
        let to = self.case.steps.len();
        self.play_statements(to)?;
        if !self.is_over() {
            self.finish();
        }
        self.stop = Stop::AtEnd;
        Ok(())
    }

    /// SIM-9: from here on all that is left to chance is drawn from another seed.
    pub(crate) fn reseed(&mut self, seed: u64) {
        self.world.reseed(seed);
    }

    /// The world as it stands.
    #[cfg(feature = "proptest")]
    pub(crate) fn world(&self) -> &World<A> {
        &self.world
    }

    /// The case that is played.
    pub(crate) fn case(&self) -> &Case {
        &self.case
    }

    /// How many steps the world has taken.
    pub(crate) fn steps(&self) -> u64 {
        self.world.steps()
    }

    /// Goes on with another case, whose statements so far and whose nodes, links and settings are those of this one.
    pub(crate) fn turn_to(&mut self, case: Arc<Case>) {
        self.end = end_of(&case);
        self.case = case;
    }

    /// How many events there were so far.
    pub(crate) fn events(&self) -> u64 {
        self.world.events()
    }

    /// Whether nothing more will happen.
    pub(crate) fn is_over(&self) -> bool {
        self.violation.is_some()
            || self.fault.is_some()
            || self.not_applicable.is_some()
            || self.has_stopped()
    }

    fn has_stopped(&self) -> bool {
        match self.stop {
            Stop::AtEnd => false,
            Stop::Before(at) => self.world.now() >= at,
            Stop::BeforeStep(step) => self.world.steps() >= step,
        }
    }

    fn finish(&mut self) {
        let played = catch_unwind(AssertUnwindSafe(|| self.advance(self.end)));
        if let Err(panic) = played {
            self.fault = Some(format!("a panic: {}", panic_text(&*panic)));
        }
        if self.is_over() {
            return;
        }
        let (world, cast, chronicle) = (&self.world, &self.cast, &self.chronicle);
        let scene = Scene { world, cast, chronicle, judge: &self.judge };
        self.checks.finish(&scene);
        let stage = Named { stage: &self.world, name: |node: &UniqueAddress| self.cast.call(node) };
        if let Err(found) = self.judge.finish(&stage, self.world.now()) {
            self.violation = self.choose(found);
        }
    }

    fn play_statement(&mut self) -> Result<(), NotRunnable> {
        let case = self.case.clone();
        let step = &case.steps[self.place];
        let at = Instant::from_nanos(step.at.nanos());
        self.advance(before(at));
        if self.is_over() {
            return Ok(());
        }
        if let Stop::Before(stop) = self.stop
            && at >= stop
        {
            self.advance(before(stop));
            self.place = case.steps.len();
            return Ok(());
        }
        let place = self.place;
        self.place += 1;
        let not_runnable = |why: String| NotRunnable { line: step.line.0, why };
        if let Action::Check { questions, within } = &step.action {
            // It sees the instant as the statements before it have left it.
            let (world, cast, chronicle) = (&self.world, &self.cast, &self.chronicle);
            let scene = Scene { world, cast, chronicle, judge: &self.judge };
            self.checks.ask(&scene, step, questions, *within);
            return Ok(());
        }
        let deeds = Deeds { case: &case, cast: &self.cast, configs: &self.configs };
        let deeds = deeds.of(&step.action).map_err(not_runnable)?;
        self.witness.doing(&step.action);
        if step.action != Action::End && !self.bare {
            self.story.deed(at, step.action.to_string());
        }
        for (done, deed) in deeds.into_iter().enumerate() {
            let runs = deed.host().is_some_and(|host| self.world.host(host).is_running());
            let why = match self.do_now(at, &deed) {
                Some(Outcome::NotApplicable(why)) => why,
                Some(Outcome::Deferred { until }) => {
                    let has_crashed = runs && matches!(deed, Deed::Restart { .. });
                    let deferred = |host| Deferred { until, host, place, has_crashed };
                    deed.host().map(deferred).into_iter().for_each(|one| self.deferrals.put_off(one));
                    continue;
                }
                _ => continue,
            };
            match &mut self.passed_over {
                // Of a statement that was half done the other half can't be left out.
                Some(passed_over) if done == 0 => {
                    passed_over.push(place);
                    break;
                }
                _ => return Err(not_runnable(why.to_string())),
            }
        }
        Ok(())
    }

    /// Does a deed. It comes before anything else of its instant but what the world had put off until then.
    fn do_now(&mut self, at: Instant, deed: &Deed) -> Option<Outcome> {
        self.world.schedule(at, deed.clone());
        while !self.is_over() {
            let before = self.world.steps();
            match self.step(at) {
                Some((done, outcome)) if done == *deed => return Some(outcome),
                Some((put_off, outcome)) => self.follow_up(&put_off, outcome),
                None if self.world.steps() == before => return None,
                None => {}
            }
        }
        None
    }

    /// CASE-7: what comes of something that was put off, now that its time has come: a restart may find its node running, and a
    /// command one that has ended. Then the case is not applicable; a drawn one is taken without it.
    fn follow_up(&mut self, deed: &Deed, outcome: Outcome) {
        let Some(deferred) = self.deferrals.due(self.world.now(), deed.host()) else { return };
        match outcome {
            Outcome::Done => {}
            Outcome::Deferred { until } => self.deferrals.put_off(Deferred { until, ..deferred }),
            Outcome::NotApplicable(_) if self.passed_over.is_some() => {
                self.deferrals.could_not_be_done(deferred);
            }
            Outcome::NotApplicable(why) => {
                let line = self.case.steps.get(deferred.place).map_or(0, |step| step.line.0);
                let why =
                    format!("{why} when what was put off is due, at {}", super::seconds(deferred.until));
                self.not_applicable = Some(NotRunnable { line, why });
            }
            _ => {}
        }
    }

    /// Does everything that is due up to a moment, drawing the strip on the way.
    fn advance(&mut self, until: Instant) {
        let until = if let Stop::Before(stop) = self.stop { until.min(before(stop)) } else { until };
        while !self.is_over() {
            let slice = self.strip.next_at().filter(|at| *at <= until && !self.bare);
            let limit = slice.unwrap_or(until);
            while self.world.now() <= limit && !self.is_over() {
                let before = self.world.steps();
                if let Some((put_off, outcome)) = self.step(limit) {
                    self.follow_up(&put_off, outcome);
                }
                if self.world.steps() == before {
                    break;
                }
            }
            if slice.is_none() {
                return;
            }
            let marks = self.world.hosts().iter().map(|host| Mark::of(host.state(), host.node()));
            let is_cut = is_cut(&self.world);
            self.strip.draw(marks, is_cut);
        }
    }

    /// Does the next thing that is due by a moment. Gives back the action, if it was one, and what became of it.
    fn step(&mut self, limit: Instant) -> Option<(Deed, Outcome)> {
        let step = self.world.step_until(limit)?;
        let (at, host) = (step.at, step.host);
        let event = Event::of(&step);
        if let Some(fault) = step.fault {
            self.fault = Some(fault.to_string());
        }
        let acted = match step.what {
            StepKind::Action { action, outcome } => Some((action.clone(), outcome.clone())),
            _ => None,
        };
        self.witness.saw(&step, &self.cast);
        let has_news = !step.outputs.is_empty();
        if let Some(host) = host {
            self.goals.watch(event.cause, step.outputs);
            if !self.bare {
                self.story.outputs(at, host, step.outputs, &self.cast);
            }
        }
        if let Some(host) = host {
            let node = self.world.host(host).unique_address();
            self.chronicle.outputs(at, node, self.world.outputs());
        }
        self.chronicle.look(&self.world);
        let changed = host.is_some_and(|host| self.follow_life(host, at));
        let stage = Named { stage: &self.world, name: |node: &UniqueAddress| self.cast.call(node) };
        if !self.unjudged
            && let Err(found) = self.judge.after_event(&stage, event)
        {
            self.violation = self.choose(found);
        }
        if A::RIDES
            && self.fault.is_none()
            && let Err(why) = A::judge(&self.world)
        {
            self.fault = Some(why);
        }
        if (has_news || changed) && self.checks.watches() {
            let (world, cast, chronicle) = (&self.world, &self.cast, &self.chronicle);
            let scene = Scene { world, cast, chronicle, judge: &self.judge };
            self.checks.watch(&scene, at);
        }
        self.witness.stands(&self.world, host, &self.cast);
        acted
    }

    /// Of the violations that one event began, the one that the case expects, else the first.
    fn choose(&self, found: Vec<Violation>) -> Option<Violation> {
        let expected = self.case.expect.as_ref().map(|expected| expected.invariant.as_str());
        let place = found.iter().position(|violation| Some(violation.invariant.id) == expected).unwrap_or(0);
        found.into_iter().nth(place)
    }

    /// Notes that a life has begun or ended. Gives back whether one did.
    #[inline]
    fn follow_life(&mut self, host: HostId, at: Instant) -> bool {
        let there = self.world.host(host);
        let now = (there.incarnation(), there.state() == HostState::Running);
        if self.lives.get(host.index()) == Some(&now) { false } else { self.turn_life(host, at, now) }
    }

    #[cold]
    fn turn_life(&mut self, host: HostId, at: Instant, now: (u32, bool)) -> bool {
        let Some(life) = self.lives.get_mut(host.index()) else { return false };
        let (known, is_open) = std::mem::replace(life, now);
        let there = self.world.host(host);
        if is_open {
            let how = if now.0 == known { there.state() } else { HostState::Crashed };
            self.cast.end(host, at, how);
        }
        if now.0 != known
            && let Some(node) = there.unique_address().cloned()
        {
            self.cast.begin(host, now.0, node, at);
            if !now.1 {
                self.cast.end(host, at, there.state());
            }
        }
        true
    }

    fn played(self) -> Played<A, W> {
        let mut case = Arc::unwrap_or_clone(self.case);
        let passed_over = self.passed_over.unwrap_or_default();
        self.deferrals.leave_out(&mut case, &self.cast, &passed_over);
        let ended_at = self.world.now();
        let lived = self.cast.lives().iter().map(|life| {
            let end = life.end.map_or(ended_at, |(at, _)| at);
            end.since(life.from).as_secs_f64()
        });
        let mut outcomes = Outcomes {
            violation: self.violation,
            fault: self.fault,
            signature: None,
            asked: self.checks.asked(),
            unmet: self.checks.into_unmet(),
            judged: self.judge.report(),
            unclean_splits: self.judge.unclean_splits(),
            closeness: self.judge.closeness().to_vec(),
            goals: self.goals.reached(),
            counts: self.world.counts(),
            events: self.world.events(),
            node_seconds: lived.sum(),
            digest: self.world.digest(),
            ended_at,
        };
        outcomes.signature = Signature::of_outcomes(&outcomes, &self.world, &self.cast);
        let report = Report { case, cast: self.cast, story: self.story, strip: self.strip, outcomes };
        Played { report, world: self.world, witness: self.witness }
    }
}

/// The instant of a case's last statement.
fn end_of(case: &Case) -> Instant {
    Instant::from_nanos(case.steps.iter().map(|step| step.at.nanos()).max().unwrap_or(0))
}

fn before(at: Instant) -> Instant {
    Instant::from_nanos(at.as_nanos().saturating_sub(1))
}

fn is_cut<A: Application>(world: &World<A>) -> bool {
    let hosts = world.hosts().len();
    // Above some hundred nodes one host stands for all: looking at each pair would take longer than the run.
    let froms = if hosts > 100 { 1 } else { hosts };
    let pairs = (0..froms).flat_map(|a| (0..hosts).map(move |b| (a, b)));
    pairs.filter(|(a, b)| a != b).any(|(a, b)| world.is_cut(HostId::from_index(a), HostId::from_index(b)))
}

fn panic_text(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(ToString::to_string);
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "without a word".into())
}
