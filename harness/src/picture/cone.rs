//! PIC-1: what led to the moment that matters most: messages and steps that could have had a say in it.

use quorate_sim::HostId;
use serde::Serialize;

use super::camera::Decided;
use super::micros::micros;
use crate::run::{Cast, Did, Moment, Outcomes, Recorder, seconds};

/// What the diagram leads to.
#[derive(Clone, Debug)]
pub(super) struct Focus {
    title: String,
    hosts: Vec<HostId>,
    /// The last step that counts.
    event: u64,
}

/// The steps that led to a moment, in order.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Cone {
    pub(super) title: String,
    /// How many earlier ones are left out.
    pub(super) left_out: usize,
    pub(super) steps: Vec<ConeStep>,
}

#[derive(Clone, Debug, Serialize)]
pub(super) struct ConeStep {
    pub(super) at: u64,
    /// The host at which it happened; `None` for what was done to several.
    pub(super) host: Option<u32>,
    /// Who sent what was heard, and when.
    pub(super) from: Option<(u32, u64)>,
    pub(super) what: String,
    /// Whether the state of the node became another.
    pub(super) changed: bool,
    pub(super) news: Vec<String>,
}

/// So many steps are shown, the last ones.
const STEPS_MAX: usize = 60;

impl Focus {
    /// The violation, else what was asked in vain, else the first decision, else the end.
    pub(super) fn of(outcomes: &Outcomes, cast: &Cast, first_decision: Option<&Decided>) -> Self {
        let all = || (0..cast.names().len()).map(HostId::from_index).collect();
        if let Some(violation) = &outcomes.violation {
            // The first is the one whose view it is.
            let hosts = hosts_named(cast, &violation.who[..violation.who.len().min(1)]);
            let title = format!("What led to the violation of {}", violation.invariant.id);
            return Self { title, hosts, event: violation.event };
        }
        if let Some(unmet) = outcomes.unmet.first() {
            let title = format!("What came before `{}` was asked in vain", unmet.question);
            return Self { title, hosts: all(), event: u64::MAX };
        }
        if outcomes.fault.is_some() {
            return Self { title: "What came before the fault".into(), hosts: all(), event: u64::MAX };
        }
        match first_decision {
            Some(Decided { event, at, host, .. }) => {
                let title = format!("What led to the decision of {} at {}", cast.name(*host), seconds(*at));
                Self { title, hosts: vec![*host], event: *event }
            }
            None => Self { title: "The last changes".into(), hosts: all(), event: u64::MAX },
        }
    }
}

/// The hosts of nodes that are called so.
pub(super) fn hosts_named(cast: &Cast, names: &[String]) -> Vec<HostId> {
    let bare = |name: &String| name.split('#').next().unwrap_or_default().to_string();
    let host = |name: &String| cast.names().iter().position(|other| other.as_str() == bare(name));
    let mut hosts: Vec<HostId> = names.iter().filter_map(host).map(HostId::from_index).collect();
    hosts.dedup();
    hosts
}

impl Cone {
    pub(super) fn of(recorder: &Recorder, focus: &Focus, cast: &Cast) -> Self {
        let led = recorder.that_led_to_step(&focus.hosts, focus.event);
        let mut led: Vec<&Moment> = led.into_iter().filter(|moment| moment.matters()).collect();
        let left_out = led.len().saturating_sub(STEPS_MAX);
        let steps = led.split_off(left_out).into_iter().map(|moment| step(moment, cast)).collect();
        Self { title: focus.title.clone(), left_out, steps }
    }
}

fn step(moment: &Moment, cast: &Cast) -> ConeStep {
    let number = |host: HostId| host.index() as u32;
    let (what, from) = match &moment.what {
        Did::Heard { from, kind, sent_at } => {
            (format!("{} from {}", kind.name(), cast.name(*from)), Some((number(*from), micros(*sent_at))))
        }
        Did::Deed(deed) => (deed.clone(), None),
        Did::Ticked => ("its timers fire".into(), None),
        Did::Commanded(command) => (format!("is told to {command:?}"), None),
        Did::Other(what) => ((*what).into(), None),
    };
    ConeStep {
        at: micros(moment.at),
        host: moment.host.map(number),
        from,
        what,
        changed: moment.changed,
        news: moment.news.clone(),
    }
}
