//! SIM-7: which application is on the hosts of a run, chosen at run time.

use std::any::TypeId;
use std::fmt;

use quorate::Node;
use quorate_sim::Application;

use super::{NodeState, NotRunnable, Options, Player, Recorder, Report, Stop, run_with};
use crate::case::Case;
use crate::diff::Trail;
use crate::explain::{ExplainError, Explained, explain_with};
use crate::measure::Meter;
use crate::picture::{Camera, film_of};
use crate::shrink::{Progress, ShrinkError, Shrunk, shrink_with};

/// An application that can be on every host: anything that begins in one way, and can be shared between threads, on which
/// worlds run side by side.
pub trait Rides: Application<Message: Send + Sync> + Default + Send + Sync + 'static {}

impl<A: Application<Message: Send + Sync> + Default + Send + Sync + 'static> Rides for A {}

/// Which application is on the hosts of a run: how each thing that is done with a case is done with it.
///
/// ```
/// use quorate::ClusterEvent;
/// use quorate_harness::case::parse;
/// use quorate_harness::run::{Options, Rider, run};
/// use quorate_harness::settings::Settings;
/// use quorate_sim::{Application, Context, World};
///
/// /// Counts whom it was told of, and promises too much.
/// #[derive(Clone, Default)]
/// struct Counting {
///     up: u32,
/// }
///
/// impl Application for Counting {
///     type Message = ();
///
///     fn on_event(&mut self, _: &mut Context<'_, ()>, event: &ClusterEvent) {
///         self.up += u32::from(matches!(event, ClusterEvent::MemberUp(_)));
///     }
///
///     fn judge(world: &World<Self>) -> Result<(), String> {
///         match world.hosts().iter().find(|host| host.application().up > 2) {
///             Some(host) => Err(format!("{} has heard of more than two members", host.name())),
///             None => Ok(()),
///         }
///     }
/// }
///
/// let text = "qcase 1\nnodes a b c\nseeds a\nat 0s start all\nat 20s end\n";
/// let case = parse("three.qcase", text, &Settings)?;
/// let options = Options { rider: Rider::of::<Counting>(), ..Options::default() };
/// let broken = run(&case, &options)?.outcomes.fault.expect("there are three of them");
/// assert!(broken.contains("has heard of more than two"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy)]
pub struct Rider {
    id: TypeId,
    pub(super) run: fn(&Case, &Options) -> Playable<Report>,
    pub(crate) film: fn(Case, &Options) -> Playable<(Report, Camera)>,
    pub(crate) look: fn(Case, &Options, Stop) -> Playable<Look>,
    pub(crate) measure: fn(Case, &Options, Meter) -> Playable<(Report, Meter)>,
    pub(crate) trail: fn(&Case) -> Playable<Trail>,
    pub(crate) explain: fn(&Case) -> Result<Explained, ExplainError>,
    pub(crate) shrink: Shrink,
}

type Playable<T> = Result<T, NotRunnable>;
/// How a case is shrunk with one application.
pub(crate) type Shrink = fn(&Case, &mut dyn FnMut(Progress) -> bool) -> Result<Shrunk, ShrinkError>;

/// A run that was stopped, for somebody to look at.
pub(crate) struct Look {
    pub(crate) report: Report,
    /// How each host stands, in the order of the case; `None` for one that was never started.
    pub(crate) states: Vec<Option<NodeState>>,
    /// The nodes of the hosts, likewise.
    pub(crate) nodes: Vec<Option<Node>>,
    /// How many steps there were.
    pub(crate) steps: u64,
    pub(crate) recorder: Recorder,
}

impl Rider {
    /// This application is on every host.
    #[must_use]
    pub fn of<A: Rides>() -> Self {
        Self {
            id: TypeId::of::<A>(),
            run: run_with::<A>,
            film: film_of::<A>,
            look: look::<A>,
            measure: |case, options, meter| {
                let played = Player::<A, Meter>::watched(case, options, meter)?.play()?;
                Ok((played.report, played.witness))
            },
            trail: Trail::of_case_with::<A>,
            explain: explain_with::<A>,
            shrink: shrink_with::<A>,
        }
    }
}

fn look<A: Rides>(case: Case, options: &Options, stop: Stop) -> Playable<Look> {
    let player = Player::<A, Recorder>::watched(case, options, Recorder::default())?;
    let played = player.stopping(stop).play()?;
    let (world, cast) = (&played.world, &played.report.cast);
    let states = world.host_ids().map(|host| NodeState::of(world, host, cast)).collect();
    let nodes = world.hosts().iter().map(|host| host.node().cloned()).collect();
    Ok(Look { states, nodes, steps: world.steps(), recorder: played.witness, report: played.report })
}

impl Default for Rider {
    /// None is.
    fn default() -> Self {
        Self::of::<()>()
    }
}

impl PartialEq for Rider {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl Eq for Rider {}

impl fmt::Debug for Rider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Rider").field(&self.id).finish()
    }
}
