//! Counts and the present state as text for Prometheus.

use core::fmt::{self, Write as _};

use super::counters::{Count, Counters};
use crate::membership::{LocalView, MemberStatus};
use crate::node::Node;

/// What a scraper reads: the counts of a node and gauges of its state, in the text format of Prometheus, version 0.0.4. `Display`
/// writes it; nothing is kept.
///
/// ```
/// use quorate::{Command, Config, Counters, Input, InputKind, Instant, Metrics, Node, UniqueAddress};
///
/// let me = UniqueAddress::new("10.0.0.7:7355".parse()?, 4711);
/// let mut node = Node::new(Config::default(), me.clone(), 1, Instant::ZERO)?;
/// let mut counters = Counters::default();
/// let kind = InputKind::Command(Command::Join(me.address));
/// counters.count(&node.handle(Input { now: Instant::ZERO, wall_ms: 0, kind }));
///
/// let text = Metrics { node: &node, counters: &counters }.to_string();
/// assert!(text.contains("quorate_events_total{kind=\"MemberUp\"} 1\n"));
/// assert!(text.contains("quorate_members{status=\"up\",data_center=\"default\"} 1\n"));
/// assert!(text.contains("quorate_converged 1\n"));
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Metrics<'a> {
    /// The node.
    pub node: &'a Node,
    /// What was counted of its outputs.
    pub counters: &'a Counters,
}

impl Count {
    /// The name of the metric, its label, and what it says.
    const fn metric(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Sent => ("sent_total", "kind", "Messages sent"),
            Self::Event => ("events_total", "kind", "Events told"),
            Self::Ignored => ("ignored_total", "reason", "Arrivals dropped"),
            Self::Accepted => ("commands_accepted_total", "command", "Commands taken up"),
            Self::Rejected => ("commands_rejected_total", "reason", "Commands that changed nothing"),
            Self::Warned => ("warnings_total", "warning", "Warnings"),
            Self::Decided => ("decisions_total", "decision", "Decisions of the split brain resolver"),
            Self::Moved => ("statuses_given_total", "status", "Statuses that this node itself gave a member"),
            Self::Observed => ("observations_total", "status", "Changes of what this node itself observes"),
            Self::Quarantined => ("quarantined_total", "how", "Incarnations heard no more"),
        }
    }
}

impl fmt::Display for Metrics<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut last = None;
        for (count, name, often) in self.counters.iter() {
            let (metric, label, help) = count.metric();
            if last.replace(count) != Some(count) {
                head(f, metric, "counter", help)?;
            }
            writeln!(f, "quorate_{metric}{{{label}=\"{}\"}} {often}", Escaped(name))?;
        }
        let view = self.node.view();
        members(f, &view)?;
        let gossip = view.gossip();
        let unreachable_data_centers = self.node.current_state().unreachable_data_centers.len();
        let gauges: [(&str, &str, u64); 9] = [
            (
                "unreachable_members",
                "Members of the own data centre that are unreachable",
                view.unreachable_inside().count() as u64,
            ),
            (
                "unreachable_data_centers",
                "Other data centres that are unreachable",
                unreachable_data_centers as u64,
            ),
            (
                "converged",
                "Whether this node sees convergence",
                view.has_convergence(self.node.confirmed_exits()).into(),
            ),
            ("leader", "Whether this node leads its data centre", view.is_leader().into()),
            ("available", "Whether this node is a member that is not Down", view.is_available().into()),
            ("stopped", "Whether this node has ended", self.node.is_stopped().into()),
            ("clock_entries", "Entries of the vector clock", gossip.clock().entries().len() as u64),
            ("tombstones", "Markers of removed members", gossip.tombstones().len() as u64),
            ("state_revision", "How often the state of this node became another", self.node.revision()),
        ];
        for (name, help, value) in gauges {
            head(f, name, "gauge", help)?;
            writeln!(f, "quorate_{name} {value}")?;
        }
        self.gossip_statistics(f)
    }
}

impl Metrics<'_> {
    /// OBS-34: only if `publish-stats-interval` asks the node to count.
    fn gossip_statistics(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.node.config().publish_stats_interval.is_none() {
            return Ok(());
        }
        let taken = self.node.gossip_statistics();
        head(f, "states_received_total", "counter", "States taken in, by how they related to the own one")?;
        [("merge", taken.merge), ("same", taken.same), ("newer", taken.newer), ("older", taken.older)]
            .iter()
            .try_for_each(|(how, often)| {
                writeln!(f, "quorate_states_received_total{{relation=\"{how}\"}} {often}")
            })
    }
}

fn head(f: &mut fmt::Formatter<'_>, name: &str, kind: &str, help: &str) -> fmt::Result {
    write!(f, "# HELP quorate_{name} {help}.\n# TYPE quorate_{name} {kind}\n")
}

/// Members by status and data centre; only where there are some.
fn members(f: &mut fmt::Formatter<'_>, view: &LocalView<'_>) -> fmt::Result {
    head(f, "members", "gauge", "Members, by status and data centre")?;
    for data_center in view.gossip().data_centers() {
        for status in MemberStatus::ALL {
            let is_meant = |member: &&crate::membership::Member| {
                member.status() == status && *member.data_center() == **data_center
            };
            let count = view.gossip().members().iter().filter(is_meant).count();
            if count > 0 {
                let data_center = Escaped(data_center);
                writeln!(f, "quorate_members{{status=\"{status}\",data_center=\"{data_center}\"}} {count}")?;
            }
        }
    }
    Ok(())
}

/// A value of a label: backslash, quote and line feed are escaped.
struct Escaped<'a>(&'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.chars().try_for_each(|char| match char {
            '\\' => f.write_str("\\\\"),
            '"' => f.write_str("\\\""),
            '\n' => f.write_str("\\n"),
            other => f.write_char(other),
        })
    }
}

#[cfg(test)]
#[path = "prometheus_tests.rs"]
mod tests;
