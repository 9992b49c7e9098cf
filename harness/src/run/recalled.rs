//! CASE-8: answers to the questions about what has happened so far.

use std::fmt;

use quorate::Instant;
use quorate_sim::Application;

use super::answer::{Answer, Scene, seconds};
use crate::case::{DataCenterEvent, INVARIANT_GROUPS, MemberEvent, NodeRef, Time};
use crate::judge::{Invariant, Judged};

impl<A: Application> Scene<'_, A> {
    pub(super) fn has_told(
        &self,
        observer: &NodeRef,
        event: MemberEvent,
        node: &NodeRef,
        before: Option<Time>,
    ) -> Answer {
        let (by, of) = (self.find(observer)?, self.find(node)?);
        let told = self.chronicle.event(&by.node, event, &of.node);
        in_time(told, before, observer, &format_args!("{event} of {node}"))
    }

    pub(super) fn has_told_of_data_center(
        &self,
        observer: &NodeRef,
        event: DataCenterEvent,
        data_center: &str,
        before: Option<Time>,
    ) -> Answer {
        let told = self.chronicle.data_center_event(&self.find(observer)?.node, event, data_center);
        in_time(told, before, observer, &format_args!("{event} of {data_center}"))
    }

    pub(super) fn has_decided(&self, node: &NodeRef, decision: &str, down: Option<&[NodeRef]>) -> Answer {
        let life = self.find(node)?;
        let wanted = match down {
            None => None,
            Some(down) => {
                let lives: Vec<_> = down.iter().map(|node| self.find(node)).collect::<Result<_, _>>()?;
                let mut nodes: Vec<_> = lives.into_iter().map(|life| life.node.clone()).collect();
                nodes.sort();
                Some(nodes)
            }
        };
        let mut instead = Vec::new();
        for (found, downed) in self.chronicle.decisions(&life.node) {
            let mut downed = downed.to_vec();
            downed.sort();
            if found == decision && wanted.as_ref().is_none_or(|wanted| *wanted == downed) {
                return Ok(());
            }
            let names: Vec<_> = downed.iter().map(|node| self.cast.call(node)).collect();
            instead.push(format!("{found} {{{}}}", names.join(" ")));
        }
        Err(match instead.is_empty() {
            true => format!("{node} has decided nothing"),
            false => format!("{node} has decided {}", instead.join(", then ")),
        })
    }

    pub(super) fn sends(&self, node: &NodeRef, below: bool, count: u32) -> Answer {
        let life = self.find(node)?;
        let (sent, nanos) = self.chronicle.sent(self.world, life.host);
        let (sent, most) = (u128::from(sent) * 1_000_000_000, u128::from(count) * u128::from(nanos));
        let holds = if below { sent < most } else { sent > most };
        if holds {
            return Ok(());
        }
        let tenths = sent * 10 / u128::from(nanos);
        Err(format!("{node} sends {}.{} messages a second", tenths / 10, tenths % 10))
    }

    /// Whether an invariant, or one at least of a group, was judged. Had one been violated, nothing more would be asked.
    pub(super) fn was_judged(&self, name: &str) -> Answer {
        let report = self.judge.report();
        if INVARIANT_GROUPS.contains(&name) {
            let of_group = |judged: &&Judged| {
                Invariant::find(judged.id).is_some_and(|invariant| invariant.group.name() == name)
            };
            let is_judged = report.iter().filter(of_group).any(|judged| judged.judged > 0);
            return if is_judged { Ok(()) } else { Err(format!("no invariant of {name} was judged")) };
        }
        match report.iter().find(|judged| judged.id == name) {
            None => Err(format!("{name} is not judged by this version")),
            Some(judged) if !judged.asserted || judged.judged == 0 => Err(format!("{judged}")),
            Some(_) => Ok(()),
        }
    }
}

fn in_time(
    told: Option<Instant>,
    before: Option<Time>,
    observer: &NodeRef,
    what: &dyn fmt::Display,
) -> Answer {
    match (told, before) {
        (None, _) => Err(format!("{observer} has not told {what}")),
        (Some(at), Some(before)) if at.as_nanos() >= before.nanos() => {
            Err(format!("{observer} told {what} at {}", seconds(at)))
        }
        (Some(_), _) => Ok(()),
    }
}
