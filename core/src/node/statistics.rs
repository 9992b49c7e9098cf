//! Counts of gossip, for those who ask for them (part 01, section 4.10).

use super::base::Base;
use super::output::Output;
use super::timers::Timer;
use crate::membership::gossip::Relation;
use crate::membership::{ClusterEvent, StateStatistics};

/// GSP-85, OBS-37: begins with the node, unless the interval is zero, which means after every change, or off.
pub(super) fn start(base: &mut Base) {
    if let Some(interval) = base.config.publish_stats_interval.filter(|interval| !interval.is_zero()) {
        let first = interval.max(base.config.periodic_tasks_initial_delay);
        base.timers.arm_after(Timer::Statistics, base.now, first);
    }
}

/// GSP-85: puts the counts out, while this node is in a cluster.
pub(super) fn tick(base: &mut Base) {
    if let Some(interval) = base.config.publish_stats_interval {
        base.timers.arm_after(Timer::Statistics, base.now, interval);
    }
    if base.is_initialized() {
        put_out(base);
    }
}

/// GSP-85, EVT-48: with an interval of zero the counts follow every publication.
pub(super) fn after_publishing(base: &mut Base) {
    if base.config.publish_stats_interval.is_some_and(|interval| interval.is_zero()) {
        put_out(base);
    }
}

/// GSP-83, OBS-35: counts a gossip that was not ignored, if anybody asks.
pub(super) fn count(base: &mut Base, relation: Relation) {
    if base.config.publish_stats_interval.is_none() {
        return;
    }
    let counts = &mut base.statistics;
    counts.received += 1;
    *match relation {
        Relation::Same => &mut counts.same,
        Relation::Older => &mut counts.older,
        Relation::Newer => &mut counts.newer,
        Relation::Merge => &mut counts.merge,
    } += 1;
}

/// GSP-84, OBS-36, VIEW-20
fn put_out(base: &mut Base) {
    let gossip = base.gossip();
    let seen = gossip.seen().filter(|node| gossip.members().contains(node)).count();
    let state = StateStatistics { clock_entries: gossip.clock().entries().len() as u64, seen: seen as u64 };
    base.told_statistics = (base.statistics, state);
    let event = ClusterEvent::CurrentInternalStats { gossip: base.statistics, state };
    base.out.push(Output::Event(event));
}
