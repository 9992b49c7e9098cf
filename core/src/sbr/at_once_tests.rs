//! A change that is heard at once, against its events one by one.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use proptest::prelude::{Strategy as Generator, any, prop, prop_assert_eq, proptest};

use super::super::fixtures::{home, keep_majority};
use super::tests::at;
use super::*;
use crate::membership::diff::{Observer, diff};
use crate::membership::{Gossip, MemberStatus};
use crate::testing::{gossip_with, node, proptest_config};

/// Two incarnations of one address and a node of another data centre are among them.
const NODES: [&str; 7] = ["a", "b", "b#2", "c", "d", "e", "f@west"];

fn any_state() -> impl Generator<Value = Gossip> {
    let status = prop_oneof(&[MemberStatus::Joining, MemberStatus::Up, MemberStatus::Down]);
    let mostly_up = prop::collection::vec(prop::option::weighted(0.8, status), NODES.len());
    let any_status = prop::sample::select(&MemberStatus::ALL[..8]);
    let others = prop::collection::vec(prop::option::weighted(0.1, any_status), NODES.len());
    let records = prop::collection::vec((0..NODES.len(), 0..NODES.len()), 0..4);
    (mostly_up, others, records, any::<bool>(), any::<bool>()).prop_map(
        |(mostly, others, records, is_wide, is_unseen)| {
            let mut members = Vec::new();
            for (place, name) in NODES.iter().enumerate() {
                let status = others[place].or(mostly[place]);
                let is_left_out = (!is_wide && name.contains('@')) || status == Some(MemberStatus::Removed);
                if let Some(status) = status.filter(|_| !is_left_out) {
                    members.push((name, format!("{name}:{}:{}", status.name(), place / 2)));
                }
            }
            let is_in = |place: usize| members.iter().any(|(name, _)| **name == NODES[place]);
            let bare = |place: usize| NODES[place].split('@').next().unwrap_or_default();
            let records = records.iter().filter(|(a, b)| is_unseen && a != b && is_in(*a));
            let records: Vec<String> = records.map(|(a, b)| format!("{}>{}", bare(*a), bare(*b))).collect();
            let members: Vec<String> = members.into_iter().map(|(_, text)| text).collect();
            gossip_with(&members.join(" "), "", &records.join(" "), "")
        },
    )
}

fn prop_oneof(statuses: &'static [MemberStatus]) -> impl Generator<Value = MemberStatus> {
    prop::sample::select(statuses)
}

fn strategies() -> [Strategy; 4] {
    [
        keep_majority(),
        Strategy::KeepOldest { down_if_alone: true, role: None },
        Strategy::StaticQuorum { quorum_size: 2, role: None },
        Strategy::KeepMajority { role: Some("web".into()) },
    ]
}

proptest! {
    #![proptest_config(proptest_config())]

    /// SBR-13 to SBR-30, SBR-40 to SBR-42
    #[test]
    fn a_change_is_heard_as_its_events_are(states in prop::collection::vec(any_state(), 1..7), strategy in 0..4_usize) {
        let repairs = Repairs::none();
        let settings = ResolverSettings {
            strategy: strategies()[strategy].clone(),
            stable_after: Duration::from_secs(2),
            down_all_when_unstable: None,
            repairs,
        };
        let me = node("a");
        let mut at_once = Resolver::new(settings, me.clone(), home(), at(0));
        let mut one_by_one = at_once.clone();
        let mut old = Arc::new(Gossip::new());
        for (second, new) in states.into_iter().enumerate() {
            let (new, now) = (Arc::new(new), at(second as u64 * 1000));
            let change = diff(&old, &new, Observer { me: &me, data_center: "default", repairs: &repairs });
            let told = at_once.hear_change(&change, now);
            let mut expected = Vec::new();
            for (place, event) in change.events.iter().enumerate() {
                expected.extend(one_by_one.apply(event, now).into_iter().map(|notice| (place, notice)));
            }
            prop_assert_eq!(told, expected);
            prop_assert_eq!(&at_once, &one_by_one);
            prop_assert_eq!(at_once.view().fingerprint(), one_by_one.view().fingerprint());
            prop_assert_eq!(at_once.would_decide(), one_by_one.would_decide());
            old = new;
        }
    }
}
