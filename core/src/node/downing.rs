//! The split brain resolver within a node: fed by its events, asked by its tick (part 04, section 5).

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::time::Duration;

use serde::{Deserialize, Serialize};

use super::base::Base;
use super::output::Output;
use super::timers::Timer;
use crate::config::{Config, Downing as DowningSetting};
use crate::membership::{ClusterEvent, UniqueAddress};
use crate::planted::Planted;
use crate::sbr::{DecisionRecord, Notice, Resolver};
use crate::time::Instant;

/// SBR-65: how often the resolver looks.
const INTERVAL: Duration = Duration::from_secs(1);

/// SBR-5: who decides about unreachable members. Nobody here when the setting says `none` or `external`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Downing {
    resolver: Option<Resolver>,
}

impl Downing {
    pub(super) fn new(config: &Config, me: &UniqueAddress, data_center: &str, now: Instant) -> Self {
        let resolver = (config.downing == DowningSetting::Sbr).then(|| {
            let sbr = &config.sbr;
            Resolver::new(
                sbr.strategy(),
                if config.repairs.breaks(Planted::StableAfterIgnored) {
                    Duration::ZERO
                } else {
                    sbr.stable_after
                },
                sbr.unrest_limit(),
                me.clone(),
                data_center.into(),
                now,
            )
        });
        Self { resolver }
    }

    /// SBR-65: begins with the node.
    pub(super) fn start(&self, base: &mut Base) {
        if self.resolver.is_some() {
            base.timers.arm_after(Timer::Resolver, base.now, INTERVAL);
        }
    }

    /// SBR-13, SBR-14
    pub(super) fn on_event(&mut self, event: &ClusterEvent, now: Instant) -> Vec<Notice> {
        self.resolver.as_mut().map_or_else(Vec::new, |resolver| resolver.apply(event, now))
    }

    /// What the resolver would decide if it had to decide now.
    pub(super) fn would_decide(&self) -> Option<DecisionRecord> {
        self.resolver.as_ref().and_then(Resolver::would_decide)
    }

    /// SBR-66, SBR-67: what the resolver decides now: the nodes to down, in the order in which to down them.
    pub(super) fn tick(&mut self, base: &mut Base) -> Vec<UniqueAddress> {
        base.timers.arm_after(Timer::Resolver, base.now, INTERVAL);
        let Some(resolver) = &mut self.resolver else { return Vec::new() };
        let mut downed = Vec::new();
        for act in resolver.tick(base.now) {
            let left_out = usize::from(base.config.repairs.breaks(Planted::DecisionHalfDone));
            downed.extend(act.downs().skip(left_out).cloned());
            if act.is_news() {
                base.out.push(Output::Decided(Box::new(act.into_record())));
            }
        }
        downed
    }

    pub(super) fn hash64(&self) -> u64 {
        self.resolver.as_ref().map_or(0, Resolver::fingerprint)
    }
}
