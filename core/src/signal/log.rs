//! From outputs to the lines of a log (part 05, sections 4.1 to 4.3).

use alloc::format;
use alloc::string::ToString;
use core::fmt;

use serde::{Deserialize, Serialize};

use super::line::{Category, Level, Line};
use super::marker::Marker;
use super::text::{Hindered, Listed, MemberText};
use crate::config::Downing;
use crate::membership::MemberStatus::Exiting;
use crate::membership::{ClusterEvent, MemberStatus, ReachabilityStatus, UniqueAddress};
use crate::node::{Effect, IgnoreReason, Node, Output, Warning};
use crate::protocol::{Class, Envelope, Message, MessageKind};
use crate::sbr::{DecisionRecord, Notice, Reason};

use Category::{Cluster, Gossip, Heartbeat};
use Level::{Debug, Error, Info, Warning as Warn};

/// Writes what a node tells as lines. It holds only what makes a line appear once: give it the outputs of every input, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Log {
    leads: bool,
    asks_across: bool,
    /// Whether this node has told that it ends: what follows is no news of the others.
    is_ending: bool,
}

/// Where the lines of one input go.
struct Page<'a> {
    node: &'a Node,
    write: &'a mut dyn FnMut(Line),
}

impl Page<'_> {
    /// OBS-3, OBS-4: warnings and errors always; the rest if `log-info` or `log-info-verbose` is on.
    fn is_open(&self, level: Level) -> bool {
        let log = &self.node.config().log;
        level >= Warn || log.info || log.info_verbose
    }

    fn put(
        &mut self,
        level: Level,
        category: Category,
        dress: impl FnOnce(Line) -> Line,
        text: fmt::Arguments<'_>,
    ) {
        if self.is_open(level) {
            let (node, data_center) = (self.node.unique_address().address.clone(), self.node.data_center());
            let mut line = dress(Line::new(level, category, node, data_center.into()));
            line.text = text.to_string();
            (self.write)(line);
        }
    }

    fn plain(&mut self, level: Level, category: Category, text: fmt::Arguments<'_>) {
        self.put(level, category, |line| line, text);
    }

    fn marked(&mut self, level: Level, category: Category, marker: Marker, text: fmt::Arguments<'_>) {
        self.put(level, category, |line| line.marked(marker), text);
    }
}

impl Log {
    /// OBS-1 to OBS-19: the lines of what a node put out for one input, in order; those that its settings keep out are not even made.
    pub fn write(&mut self, node: &Node, outputs: &[Output], write: &mut dyn FnMut(Line)) {
        let page = &mut Page { node, write };
        expected_to_go(page, outputs);
        for output in outputs {
            self.output(page, output);
        }
    }

    /// OBS-18
    fn output(&mut self, page: &mut Page<'_>, output: &Output) {
        match output {
            Output::Send(envelope) => self.sent(page, envelope),
            Output::Event(event) => self.event(page, event),
            Output::Observed { node, status, member_status } => observed(page, node, *status, *member_status),
            Output::Moved { node, status } => {
                let text = format_args!("member {node} is now {status:?}");
                let dress = |line: Line| line.marked(Marker::MemberChanged).of(node).status(*status);
                page.put(Info, Cluster, dress, text);
            }
            Output::Warned(warning) => warned(page, warning),
            Output::Ignored { from, what, why } => ignored(page, from.as_ref(), *what, why),
            Output::Accepted { command, effect } => accepted(page, command.name(), effect),
            Output::Rejected { command, why } => {
                page.plain(Info, Cluster, format_args!("{} does nothing: {}", command.name(), why.name()));
            }
            Output::Decided(record) => decided(page, record),
            Output::WouldDecide(Some(record)) => {
                page.plain(Debug, Cluster, format_args!("would decide: {record}"));
            }
            Output::WouldDecide(None) => page.plain(Debug, Cluster, format_args!("nothing is to be decided")),
            Output::Lease(request) => {
                let (call, lease) = (request.call, &request.lease);
                page.plain(Debug, Cluster, format_args!("asks the lease service: {call:?} {lease}"));
            }
            Output::Noticed(notice) => noticed(page, notice),
            Output::Quarantine { node, harmless } => {
                let level = if *harmless { Info } else { Warn };
                page.plain(level, Cluster, format_args!("hears {node} no more"));
            }
            Output::PeerGone { node, previous_status } => {
                page.plain(Debug, Cluster, format_args!("{node} is gone, last {previous_status:?}"));
            }
            Output::StartExitTasks { .. } => {
                page.plain(Info, Cluster, format_args!("is exiting; its host finishes its work"));
            }
            Output::SelfUp => page.plain(Info, Cluster, format_args!("is up")),
            Output::SelfRemoved { previous_status } => {
                page.plain(Info, Cluster, format_args!("is gone, last {previous_status:?}"));
            }
            Output::Stopped { why } => page.plain(Info, Cluster, format_args!("has shut down: {why}")),
        }
    }

    /// OBS-5, OBS-6: heartbeats and states only if their settings are on. OBS-18: that heartbeats to other data centres have begun
    /// is told once.
    fn sent(&mut self, page: &mut Page<'_>, envelope: &Envelope) {
        let log = &page.node.config().log;
        let (to, kind) = (envelope.to.address(), envelope.message.kind());
        let is_state = envelope.message.class() == Class::Bulk;
        if matches!(envelope.message, Message::Heartbeat { .. }) && !self.asks_across {
            let gossip = page.node.gossip();
            let asked = gossip.members().first_at(to).filter(|_| gossip.is_multi_data_center());
            if asked.is_some_and(|member| member.data_center() != page.node.data_center()) {
                self.asks_across = true;
                page.plain(Info, Heartbeat, format_args!("heartbeats to other data centres have begun"));
            }
        }
        match &envelope.message {
            Message::Heartbeat { sequence, .. } | Message::HeartbeatReply { sequence, .. } => {
                if log.verbose_heartbeats {
                    page.plain(Debug, Heartbeat, format_args!("sends {kind} {sequence} to {to}"));
                }
            }
            message if is_state && !matches!(kind, MessageKind::Welcome | MessageKind::WelcomeTo) => {
                if log.verbose_gossip {
                    match message.told_state() {
                        Some(state) => {
                            page.plain(Debug, Gossip, format_args!("sends {kind} to {to}: {state}"));
                        }
                        None => page.plain(Debug, Gossip, format_args!("sends {kind} to {to}")),
                    }
                }
            }
            _ => page.plain(Info, Cluster, format_args!("sends {kind} to {to}")),
        }
    }

    fn event(&mut self, page: &mut Page<'_>, event: &ClusterEvent) {
        let me = page.node.unique_address();
        match event {
            ClusterEvent::ClusterShuttingDown => {
                self.is_ending = true;
                page.plain(Info, Cluster, format_args!("is shutting down"));
            }
            // OBS-17
            ClusterEvent::LeaderChanged(leader) if !self.is_ending => {
                let leads = leader.as_ref() == Some(&me.address);
                if leads != self.leads {
                    let word = if leads { "is now" } else { "is no longer" };
                    page.plain(Info, Cluster, format_args!("{word} the leader"));
                }
                self.leads = leads;
            }
            ClusterEvent::MemberDowned(member) if member.unique_address() == me => {
                page.plain(Warn, Cluster, format_args!("was downed, and will stop"));
            }
            // DC-69: the resolver does nothing about another data centre but say so.
            ClusterEvent::UnreachableDataCenter(name) if page.node.config().downing == Downing::Sbr => {
                page.plain(Warn, Cluster, format_args!("data centre {name} is unreachable"));
            }
            ClusterEvent::ReachableDataCenter(name) if page.node.config().downing == Downing::Sbr => {
                page.plain(Info, Cluster, format_args!("data centre {name} is reachable again"));
            }
            _ => {}
        }
        if page.node.config().log.info_verbose {
            self.verbose(page, event);
        }
    }

    /// OBS-19: one line for each event but the two that come most often. Lists are those of the state after the input.
    fn verbose(&self, page: &mut Page<'_>, event: &ClusterEvent) {
        let (name, state) = (event.kind().name(), || page.node.current_state());
        let text = match event {
            ClusterEvent::SeenChanged { .. } | ClusterEvent::CurrentInternalStats { .. } => return,
            ClusterEvent::UnreachableMember(member) | ClusterEvent::ReachableMember(member) => {
                let list = state().unreachable;
                let listed = Listed(list.iter().map(MemberText));
                format!("{name} {}: {} unreachable: [{listed}]", MemberText(member), list.len())
            }
            ClusterEvent::MemberUp(member) => {
                let list = state().members;
                let listed = Listed(list.iter().map(MemberText));
                format!("{name} {}: {} members: [{listed}]", MemberText(member), list.len())
            }
            ClusterEvent::MemberRemoved { member, .. } if !self.is_ending => {
                let list = state().members;
                let listed = Listed(list.iter().map(MemberText));
                format!("{name} {}: {} members: [{listed}]", MemberText(member), list.len())
            }
            ClusterEvent::MemberTombstonesChanged(tombstones) => format!("{name}: {}", tombstones.len()),
            ClusterEvent::LeaderChanged(leader) => match leader {
                Some(leader) => format!("{name} {leader}"),
                None => format!("{name} none"),
            },
            ClusterEvent::RoleLeaderChanged { role, leader } => match leader {
                Some(leader) => format!("{name} {role} {leader}"),
                None => format!("{name} {role} none"),
            },
            ClusterEvent::UnreachableDataCenter(data_center)
            | ClusterEvent::ReachableDataCenter(data_center) => {
                format!("{name} {data_center}")
            }
            ClusterEvent::ReachabilityChanged(table) => format!("{name} [{}]", super::text::TableText(table)),
            ClusterEvent::ClusterShuttingDown => name.to_string(),
            other => match other.member() {
                Some(member) => format!("{name} {}", MemberText(member)),
                None => name.to_string(),
            },
        };
        page.plain(Info, Cluster, format_args!("event {text}"));
    }
}

/// OBS-10: members that are exiting are expected to go: one line for all of them, without a marker.
fn expected_to_go(page: &mut Page<'_>, outputs: &[Output]) {
    let going = outputs.iter().filter_map(|output| match output {
        Output::Observed { node, status, member_status } if is_expected(*status, *member_status) => {
            Some(&node.address)
        }
        _ => None,
    });
    if going.clone().next().is_some() {
        let listed = Listed(going);
        page.plain(Info, Cluster, format_args!("exiting members are unreachable, as expected: [{listed}]"));
    }
}

fn is_expected(status: ReachabilityStatus, member_status: MemberStatus) -> bool {
    status == ReachabilityStatus::Unreachable && member_status == Exiting
}

/// OBS-9, OBS-11: one line for each member that this node itself finds unreachable or reachable. OBS-16: with the roles of that
/// member, not of this node.
fn observed(
    page: &mut Page<'_>,
    node: &UniqueAddress,
    status: ReachabilityStatus,
    member_status: MemberStatus,
) {
    let member = page.node.gossip().member_or_placeholder(node);
    let roles = Listed(member.roles().iter());
    let (level, marker, word) = match status {
        ReachabilityStatus::Reachable => (Info, Marker::Reachable, "reachable again"),
        ReachabilityStatus::Unreachable if is_expected(status, member_status) => return,
        ReachabilityStatus::Unreachable => (Warn, Marker::Unreachable, "unreachable"),
        ReachabilityStatus::Terminated => (Warn, Marker::Unreachable, "gone for good"),
    };
    let text = format_args!("{} is {word}, roles [{roles}]", MemberText(&member));
    page.put(level, Cluster, |line| line.marked(marker).at(node), text);
}

fn accepted(page: &mut Page<'_>, command: &str, effect: &Effect) {
    match effect {
        Effect::Founded => page.plain(Info, Cluster, format_args!("founds a cluster")),
        Effect::JoiningBegun => page.plain(Info, Cluster, format_args!("begins to join")),
        Effect::Watching => page.plain(Debug, Cluster, format_args!("will tell when the node is gone")),
        // The line of the marker says it.
        Effect::StatusChanged { .. } => {}
        Effect::Preparing { members } => {
            page.plain(Info, Cluster, format_args!("{members} members prepare for a shutdown"));
        }
        Effect::Ending => page.plain(Info, Cluster, format_args!("ends by {command}")),
        Effect::WaitingForVersion => {
            page.plain(Info, Cluster, format_args!("joins when the version of its application is told"));
        }
        Effect::VersionSet { version } => {
            page.plain(Info, Cluster, format_args!("the version of its application is {version}"));
        }
    }
}

/// OBS-18: what is dropped: frames that can't be read are a warning, messages of another cluster too; the rest is told for information, and heartbeats
/// only when they are asked for.
fn ignored(page: &mut Page<'_>, from: Option<&UniqueAddress>, what: Option<MessageKind>, why: &IgnoreReason) {
    let category = match what {
        Some(MessageKind::Heartbeat | MessageKind::HeartbeatReply) => Heartbeat,
        Some(
            MessageKind::Gossip
            | MessageKind::GossipStatus
            | MessageKind::Introduction
            | MessageKind::ContentStatus,
        ) => Gossip,
        None if matches!(why, IgnoreReason::Undecodable(_)) => Gossip,
        _ => Cluster,
    };
    if category == Heartbeat && !page.node.config().log.verbose_heartbeats {
        return;
    }
    let level = match why {
        IgnoreReason::Undecodable(_) | IgnoreReason::OtherCluster => Warn,
        IgnoreReason::Expired => Debug,
        _ if category == Heartbeat => Debug,
        _ => Info,
    };
    let what = what.map_or("something", MessageKind::name);
    match (why, from) {
        (IgnoreReason::Undecodable(error), _) => {
            page.plain(level, category, format_args!("drops what can't be read: {error}"));
        }
        (_, Some(from)) => {
            page.plain(level, category, format_args!("drops {what} of {from}: {}", why.name()));
        }
        (_, None) => page.plain(level, category, format_args!("drops {what}: {}", why.name())),
    }
}

/// OBS-9: a decision first, then each node that it downs.
fn decided(page: &mut Page<'_>, record: &DecisionRecord) {
    let decision = &record.decision;
    if matches!(record.reason, Reason::Unstable { .. }) {
        page.marked(
            Warn,
            Cluster,
            Marker::SbrInstability,
            format_args!("nothing comes to rest, so all go down"),
        );
    }
    page.put(
        Warn,
        Cluster,
        |line| line.marked(Marker::SbrDowning).decision(decision),
        format_args!("decides: {record}"),
    );
    for node in &record.down {
        let dress = |line: Line| line.marked(Marker::SbrDowningNode).of(node).decision(decision);
        page.put(Info, Cluster, dress, format_args!("downs {node} by {decision}"));
    }
}

fn noticed(page: &mut Page<'_>, notice: &Notice) {
    match notice {
        Notice::TooManyMembers { members, quorum_size } => {
            let text = format_args!(
                "{members} members are too many for a quorum of {quorum_size}: two sides could have it"
            );
            page.plain(Warn, Cluster, text);
        }
        Notice::NobodyHasRole { role } => {
            page.plain(
                Warn,
                Cluster,
                format_args!("nobody has the role {role}, by which the resolver counts"),
            );
        }
        Notice::ResponsibilityChanged { responsible } => {
            let word = if *responsible { "decides" } else { "no longer decides" };
            page.plain(Info, Cluster, format_args!("{word} for its side"));
        }
        Notice::UnreachableChanged { unreachable, no_decision_before } => {
            let at = no_decision_before.as_millis();
            page.plain(Info, Cluster, format_args!("{unreachable} unreachable; no decision before {at} ms"));
        }
        Notice::LeaseAcquired { decision } => {
            let dress = |line: Line| line.marked(Marker::SbrLeaseAcquired).decision(decision);
            page.put(Info, Cluster, dress, format_args!("holds the lease for {decision}"));
        }
        Notice::LeaseDenied { decision, instead, answer } => {
            let dress = |line: Line| line.marked(Marker::SbrLeaseDenied).decision(instead);
            let text = format_args!("has no lease for {decision} ({answer:?}), so {instead}");
            page.put(Info, Cluster, dress, text);
        }
        Notice::LeaseReleased => {
            page.marked(Info, Cluster, Marker::SbrLeaseReleased, format_args!("gives the lease back"));
        }
        Notice::LeaseKept => page.plain(Info, Cluster, format_args!("keeps the lease until its time is up")),
    }
}

fn warned(page: &mut Page<'_>, warning: &Warning) {
    match warning {
        Warning::HeartbeatDelayed { elapsed } => {
            let elapsed = elapsed.as_millis();
            let text = format_args!("was late with its heartbeats: {elapsed} ms since the last");
            page.marked(Warn, Heartbeat, Marker::HeartbeatStarvation, text);
        }
        // OBS-13
        Warning::LeaderIncapacitated { ticks } => {
            let hindered = Hindered(page.node.view().local());
            let text = format_args!("leads and can't act, for {ticks} ticks without convergence: {hindered}");
            page.marked(Info, Cluster, Marker::LeaderIncapacitated, text);
        }
        Warning::LeaderRestored { ticks } => {
            let text = format_args!("leads and acts again, after {ticks} ticks without convergence");
            page.marked(Info, Cluster, Marker::LeaderRestored, text);
        }
        Warning::RemovalsPostponed { waiting, tombstones } => {
            let text = format_args!(
                "leads and leaves {waiting} members in that are to go: {tombstones} tombstones are the most, by `limits.tombstones`"
            );
            page.plain(Warn, Cluster, text);
        }
        Warning::ObservationsPostponed { waiting, observations } => {
            let text = format_args!(
                "does not say of {waiting} members that it does not see them: {observations} observations are the most, by `limits.observations`"
            );
            page.plain(Warn, Cluster, text);
        }
        Warning::NoSeedNodeAnswers { attempts } => {
            let text = format_args!("no seed node lets it in, after {attempts} attempts");
            page.marked(Warn, Cluster, Marker::JoinFailed, text);
        }
        Warning::ClusterIncompatible { by, differences } => {
            let differences = Listed(differences.iter());
            let text = format_args!("its configuration does not fit that of {by}: {differences}");
            if page.node.config().compatibility.enforce_on_join {
                page.marked(Error, Cluster, Marker::JoinFailed, text);
            } else {
                page.plain(Warn, Cluster, text);
            }
        }
        Warning::JoinerIncompatible { joiner, differences } => {
            let differences = Listed(differences.iter());
            page.plain(
                Warn,
                Cluster,
                format_args!("the configuration of {joiner} does not fit: {differences}"),
            );
        }
        Warning::UnwiseSetting(warning) => page.plain(Warn, Cluster, format_args!("{warning}")),
        Warning::TimeWentBack { by } => {
            page.plain(
                Warn,
                Cluster,
                format_args!("the clock of its host went back by {} ms", by.as_millis()),
            );
        }
        Warning::Suspended { gap, late_by } => {
            let (gap, late_by) = (gap.as_millis(), late_by.as_millis());
            page.plain(Warn, Cluster, format_args!("was not called for {gap} ms, {late_by} ms too late"));
        }
        Warning::QuarantinedBy { node, is_member } => {
            let who = if *is_member { "member" } else { "stranger" };
            page.plain(Warn, Cluster, format_args!("the {who} {node} has quarantined it"));
        }
        Warning::HeartbeatIntervalGrowing { address, interval } => {
            let text = format_args!(
                "replies of {address} come ever later, the last after {} ms",
                interval.as_millis()
            );
            page.plain(Warn, Heartbeat, text);
        }
        Warning::JoinTimedOut { address } => {
            page.plain(Warn, Cluster, format_args!("{address} did not let it in in time; begins anew"));
        }
        Warning::LeaseAnswerUnfit { call, answer, .. } => {
            page.plain(Warn, Cluster, format_args!("the lease service answers {answer:?} to {call:?}"));
        }
        Warning::JoinGivenUp { seed_nodes } => {
            let seed_nodes = Listed(seed_nodes.iter());
            page.plain(Warn, Cluster, format_args!("gives up joining {seed_nodes}"));
        }
        Warning::WasRemoved { by } => {
            page.plain(Warn, Cluster, format_args!("{by} says that it was removed"));
        }
        Warning::SplitSuspected { peer } => {
            let text = format_args!(
                "{peer}, which it has removed or never knew, says that it was removed: a split?"
            );
            page.plain(Warn, Cluster, text);
        }
        Warning::ConfigurationUnchecked { by } => {
            page.plain(
                Warn,
                Cluster,
                format_args!("{by} did not compare configurations; it joins all the same"),
            );
        }
    }
}

#[cfg(test)]
#[path = "log_tests.rs"]
mod tests;
