//! Who is known, against a list that each event of a member changes.

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::String;
use alloc::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::config::Config;
use crate::membership::Roles;
use crate::membership::diff::diff;
use crate::testing::{gossip, node, proptest_config};

const NODES: [&str; 6] = ["a", "a#2", "b", "b#2", "c", "d"];

fn any_state() -> impl Strategy<Value = Gossip> {
    let status = prop::option::weighted(0.8, prop::sample::select(&MemberStatus::ALL[..8]));
    prop::collection::vec(status, NODES.len()).prop_map(|statuses| {
        let members = NODES.iter().zip(statuses).filter_map(|(name, status)| {
            let status = status.filter(|status| *status != MemberStatus::Removed)?;
            Some(format!("{name}:{}:1", status.name()))
        });
        gossip(&members.collect::<Vec<String>>().join(" "), "")
    })
}

/// WCH-3, by the events alone.
fn hear(unknown: &mut BTreeSet<UniqueAddress>, event: &ClusterEvent, old: &Gossip) {
    let Some(member) = event.member().filter(|member| member.address() != &node("a").address) else { return };
    let node = member.unique_address();
    match member.status() {
        MemberStatus::Joining => {
            unknown.insert(node.clone());
        }
        MemberStatus::Up | MemberStatus::WeaklyUp | MemberStatus::Removed => {
            unknown.remove(node);
        }
        _ if old.member(node).is_none() => {
            unknown.insert(node.clone());
        }
        _ => {}
    }
}

proptest! {
    #![proptest_config(proptest_config())]

    /// WCH-3
    #[test]
    fn who_is_known_is_who_was_up_by_the_events(states in prop::collection::vec(any_state(), 1..6)) {
        let mut base = Base::new(Arc::new(Config::pekko()), node("a"), Roles::default(), 1, Instant::ZERO);
        let (mut watching, mut quarantine) = (Watching::default(), Quarantine::default());
        let mut unknown = BTreeSet::new();
        for new in states {
            let (old, new) = (base.published.clone(), Arc::new(new));
            base.published = new.clone();
            let change = diff(&old, &new, base.observer());
            let mut farewells =
                Farewells { quarantine: &mut quarantine, at: 0, out: Vec::new(), told: Vec::new() };
            watching.on_change(&change, &base, &mut farewells);
            change.events.iter().for_each(|event| hear(&mut unknown, event, &old));
            for member in new.members().iter().filter(|member| member.address() != &base.me.address) {
                let node = member.unique_address();
                prop_assert_eq!(watching.is_known(&base, node), !unknown.contains(node), "{}", node);
            }
            let mut listed = Watching { pending: watching.pending.clone(), ..Watching::default() };
            listed.unknown = unknown.iter().cloned().collect();
            let nothing = Base::new(Arc::new(Config::pekko()), node("a"), Roles::default(), 1, Instant::ZERO);
            prop_assert_eq!(watching.hash64(&base), listed.hash64(&nothing));
        }
    }
}
