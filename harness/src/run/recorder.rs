//! What happened, step by step, and which of it could have led to where a run stands.

use std::collections::VecDeque;

use quorate::{CommandKind, Instant, MessageKind, Output};
use quorate_sim::{Action, Application, HostId, Outcome, Step, StepKind, World};

use super::cast::Cast;
use super::story::{news, reason};
use super::witness::Witness;

/// How many steps are kept, the last ones.
const MOMENTS_MAX: usize = 1 << 18;

/// One step.
#[derive(Clone, Debug)]
pub(crate) struct Moment {
    /// The index of the world's step.
    pub(crate) event: u64,
    pub(crate) at: Instant,
    pub(crate) host: Option<HostId>,
    pub(crate) what: Did,
    /// Whether the node's state became another.
    pub(crate) changed: bool,
    /// What the node told its user, in words.
    pub(crate) news: Vec<String>,
}

/// What a step was.
#[derive(Clone, Debug)]
pub(crate) enum Did {
    /// Something was done to the world, in words.
    Deed(String),
    /// A message arrived.
    Heard { from: HostId, kind: MessageKind, sent_at: Instant },
    /// Timers fired.
    Ticked,
    /// The host gave a command.
    Commanded(CommandKind),
    /// Anything else.
    Other(&'static str),
}

/// Keeps the last steps of a run.
#[derive(Clone, Debug, Default)]
pub(crate) struct Recorder {
    moments: VecDeque<Moment>,
    /// The statement that is being done.
    doing: String,
    /// By number of the host: the revision of its node.
    revisions: Vec<u64>,
}

impl<A: Application> Witness<A> for Recorder {
    fn doing(&mut self, action: &crate::case::Action) {
        self.doing = action.to_string();
    }

    fn saw(&mut self, step: &Step<'_>, cast: &Cast) {
        let what = match &step.what {
            StepKind::Action { action, outcome } => Did::Deed(self.deed(action, outcome)),
            StepKind::Arrived { from, kind, sent_at } => {
                Did::Heard { from: *from, kind: *kind, sent_at: *sent_at }
            }
            StepKind::Ticked => Did::Ticked,
            StepKind::Commanded { command } => Did::Commanded(*command),
            StepKind::ExitTasksDone => Did::Other("its exit tasks are done"),
            StepKind::Lease => Did::Other("something passes between it and the lease service"),
            StepKind::Halted => Did::Other("the world ends"),
            _ => Did::Other("its application is called"),
        };
        let news = step.outputs.iter().filter_map(|output| told(output, cast)).collect();
        if self.moments.len() == MOMENTS_MAX {
            self.moments.pop_front();
        }
        let (event, at, host) = (step.index, step.at, step.host);
        self.moments.push_back(Moment { event, at, host, what, changed: false, news });
    }

    fn stands(&mut self, world: &World<A>, host: Option<HostId>, _: &Cast) {
        let Some(host) = host else { return };
        let revision = world.host(host).node().map_or(0, quorate::Node::revision);
        if self.revisions.len() <= host.index() {
            self.revisions.resize(host.index() + 1, 0);
        }
        let before = std::mem::replace(&mut self.revisions[host.index()], revision);
        if let Some(last) = self.moments.back_mut() {
            last.changed = before != revision;
        }
    }
}

/// What an output tells a person.
fn told(output: &Output, cast: &Cast) -> Option<String> {
    match output {
        Output::Event(event) => news(event, cast),
        Output::Decided(record) => Some(format!("decides: {}", cast.by_name(record.to_string()))),
        Output::Stopped { why } => Some(format!("stops: {}", reason(*why))),
        _ => None,
    }
}

impl Recorder {
    /// What was done, in the words of the case. What the world had put off has words of its own.
    fn deed(&self, action: &Action, outcome: &Outcome) -> String {
        match (action, outcome) {
            (_, Outcome::NotApplicable(why)) => format!("{}: not done, {why}", self.doing),
            (Action::Start { spread: None, .. }, Outcome::Done) => "starts".into(),
            (Action::Start { .. }, Outcome::Deferred { until }) => {
                format!("is to start at {}", super::seconds(*until))
            }
            (_, Outcome::Deferred { until }) => {
                format!("{}, and back at {}", self.doing, super::seconds(*until))
            }
            (Action::Link { .. }, _) if self.doing.is_empty() => "links are set".into(),
            _ => self.doing.clone(),
        }
    }

    /// All steps that are kept.
    pub(crate) fn all(&self) -> impl DoubleEndedIterator<Item = &Moment> {
        self.moments.iter()
    }

    /// The steps that could have had a say in the states of these hosts: their own, and those of senders up to the moment
    /// at which they sent what was heard. In the order in which they happened.
    pub(crate) fn that_led_to(&self, hosts: &[HostId]) -> Vec<&Moment> {
        self.that_led_to_step(hosts, u64::MAX)
    }

    /// The same of the states in which a step has left them, which may be that step itself.
    pub(crate) fn that_led_to_step(&self, hosts: &[HostId], step: u64) -> Vec<&Moment> {
        let count = self.moments.iter().filter_map(|moment| moment.host).map(|host| host.index() + 1).max();
        // Up to when what a host did counts.
        let mut until: Vec<Option<Instant>> = vec![None; count.unwrap_or(0)];
        for host in hosts {
            if let Some(own) = until.get_mut(host.index()) {
                *own = Some(Instant::MAX);
            }
        }
        let mut led = Vec::new();
        for moment in self.moments.iter().rev().skip_while(|moment| moment.event > step) {
            let counts = match moment.host {
                // What is done to all, such as a cut, counts for all.
                None => true,
                Some(host) => until[host.index()].is_some_and(|until| moment.at <= until),
            };
            if !counts {
                continue;
            }
            led.push(moment);
            if let Did::Heard { from, sent_at, .. } = moment.what
                && let Some(sender) = until.get_mut(from.index())
            {
                *sender = Some(sender.map_or(sent_at, |known| known.max(sent_at)));
            }
        }
        led.reverse();
        led
    }
}

impl Moment {
    /// Whether something became of it: the state changed, or a person was told something.
    pub(crate) fn matters(&self) -> bool {
        self.changed || !self.news.is_empty() || matches!(self.what, Did::Deed(_) | Did::Commanded(_))
    }

    /// The step in words, behind the name of its host.
    pub(crate) fn in_words(&self, cast: &Cast) -> String {
        let name = |host: HostId| cast.name(host);
        let what = match &self.what {
            Did::Deed(deed) => deed.clone(),
            Did::Heard { from, kind, sent_at } => {
                format!("hears {} of {}, sent {}", kind.name(), name(*from), super::seconds(*sent_at))
            }
            Did::Ticked => "ticks".into(),
            Did::Commanded(command) => format!("is told to {command:?}"),
            Did::Other(what) => (*what).into(),
        };
        let host = self.host.map_or(">", name);
        let changed = if self.changed { ", its state changes" } else { "" };
        let news: String = self.news.iter().map(|news| format!("; {news}")).collect();
        format!("{host} {what}{changed}{news}")
    }
}
