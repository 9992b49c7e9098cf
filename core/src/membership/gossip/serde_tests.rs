//! A gossip written down and read back, and what is refused.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::testing::{any_gossip, gossip_with, node, proptest_config};

proptest! {
    #![proptest_config(proptest_config())]

    /// GSP-5: nothing is lost on the way, derived values included.
    #[test]
    fn a_gossip_survives_being_written_down(gossip in any_gossip()) {
        let bytes = postcard::to_allocvec(&gossip).unwrap();
        let read: Gossip = postcard::from_bytes(&bytes).unwrap();
        prop_assert_eq!(&read, &gossip);
        prop_assert_eq!(read.hash64(), gossip.hash64());
        prop_assert_eq!(postcard::to_allocvec(&read).unwrap(), bytes);
        let text = serde_json::to_string(&gossip).unwrap();
        prop_assert_eq!(serde_json::from_str::<Gossip>(&text).unwrap(), gossip);
    }

    /// GSP-68: whatever the bytes are, reading them ends with a gossip or with an error.
    #[test]
    fn spoiled_bytes_do_no_harm(gossip in any_gossip(), place: prop::sample::Index, byte: u8) {
        let mut bytes = postcard::to_allocvec(&gossip).unwrap();
        let place = place.index(bytes.len());
        bytes[place] = byte;
        if let Ok(read) = postcard::from_bytes::<Gossip>(&bytes) {
            prop_assert!(check_observers(read.members(), read.reachability()).is_ok());
            let again = postcard::to_allocvec(&read).unwrap();
            prop_assert_eq!(postcard::from_bytes::<Gossip>(&again).unwrap(), read);
        }
    }
}

/// Two members that have seen it, a stranger that has, observations, tombstones and a clock.
fn parts() -> Value {
    let gossip = gossip_with("a:up:1 b:up:2", "a b z", "a>b a>c b>a", "a:1 b:2");
    let gossip = gossip.remove(&[node("x"), node("y")], 5);
    serde_json::to_value(&gossip).unwrap()
}

/// What comes of the parts after a change: in one format the reason, in the other that it is refused as well.
fn refusal(change: impl Fn(&mut Value)) -> String {
    let mut parts = parts();
    change(&mut parts);
    serde_json::from_value::<Gossip>(parts).unwrap_err().to_string()
}

fn swap(list: &mut Value) {
    list.as_array_mut().unwrap().swap(0, 1);
}

/// GSP-68
#[test]
fn the_unchanged_parts_are_a_gossip() {
    assert!(serde_json::from_value::<Gossip>(parts()).is_ok());
}

/// GSP-6, MDL-27: an error names the rule that the parts break.
#[test]
fn members_that_are_no_table_are_refused() {
    let removed = refusal(|parts| parts["members"][0]["status"] = json!("Removed"));
    assert_eq!(removed, "a:1#1 is listed as a member and is removed (GSP-6)");
    assert_eq!(refusal(|parts| swap(&mut parts["members"])), "the member a:1#1 is out of order (MDL-27)");
    let twice = refusal(|parts| parts["members"][1] = parts["members"][0].clone());
    assert_eq!(twice, "the member a:1#1 is out of order (MDL-27)");
}

/// GSP-7, GSP-8
#[test]
fn an_observer_that_is_no_member_is_refused() {
    let refused = refusal(|parts| parts["reachability"][1][0]["uid"] = json!(9));
    assert_eq!(refused, "the observer b:1#9 is not among the members (GSP-7, GSP-8)");
}

/// RCH-2, RCH-5, RCH-37
#[test]
fn rows_that_are_no_table_are_refused() {
    let rows = |change: &dyn Fn(&mut Value)| refusal(|parts| change(&mut parts["reachability"]));
    assert_eq!(rows(&swap), "the row of a:1#1 is out of order (RCH-5)");
    assert_eq!(rows(&|rows| swap(&mut rows[0][2])), "the record about b:1#1 is out of order (RCH-5, RCH-37)");
    let ahead = rows(&|rows| rows[0][2][1]["version"] = json!(3));
    assert_eq!(ahead, "a record of a:1#1 has version 3, its row only 2 (RCH-2)");
    for zero in [rows(&|rows| rows[0][2][0]["version"] = json!(0)), rows(&|rows| rows[0][1] = json!(0))] {
        assert_eq!(
            zero,
            "the row of a:1#1 or a record in it has version 0, which no change can give (RCH-2)"
        );
    }
}

/// GSP-5, GSP-9
#[test]
fn a_seen_set_that_is_none_is_refused() {
    let seen = |list: Value| refusal(|parts| parts["seen"] = list.clone());
    assert_eq!(seen(json!([0, 2])), "member 2 has seen the state, but there are only 2 (GSP-9)");
    for list in [json!([1, 0]), json!([0, 0])] {
        assert!(seen(list).ends_with("out of order among those that have seen the state (GSP-5)"));
    }
    let strangers = |names: &[&str]| {
        let nodes: Vec<UniqueAddress> = names.iter().map(|name| node(name)).collect();
        refusal(|parts| parts["seen_strangers"] = serde_json::to_value(&nodes).unwrap())
    };
    for names in [["z", "y"], ["y", "y"]] {
        assert_eq!(
            strangers(&names),
            "y:1#1 is out of order among the strangers that have seen the state (GSP-5)"
        );
    }
    assert_eq!(strangers(&["a"]), "a:1#1 has seen the state as a stranger, but is a member (GSP-9)");
}

/// GSP-5, VCL-1, VCL-6
#[test]
fn tombstones_and_clocks_that_are_none_are_refused() {
    assert_eq!(
        refusal(|parts| swap(&mut parts["tombstones"])),
        "the tombstone of x:1#1 is out of order (GSP-5)"
    );
    assert!(refusal(|parts| swap(&mut parts["clock"])).ends_with("is out of order (VCL-1)"));
    assert!(refusal(|parts| parts["clock"][0][1] = json!(0)).ends_with("counts no change (VCL-6)"));
}

/// MDL-3, MDL-20, MDL-40, MDL-49: a bad text makes the whole gossip invalid.
#[test]
fn a_member_with_bad_parts_is_refused() {
    let member = |change: &dyn Fn(&mut Value)| refusal(|parts| change(&mut parts["members"][0]));
    assert_eq!(member(&|m| m["node"]["address"][0] = json!("")), "the host of an address is empty (MDL-3)");
    assert_eq!(
        member(&|m| m["roles"] = json!(["dc-east", "dc-west"])),
        "a member is in one data centre, not in `dc-east` and `dc-west` (MDL-20)"
    );
    let version = member(&|m| m["app_version"] = json!("1.2.3.4"));
    assert_eq!(version, "an application version has at most 3 parts between dots, not 4 (MDL-40)");
}

/// MDL-20: a member without a data centre gets the default one.
#[test]
fn a_member_without_a_data_center_is_read_as_one_of_the_default() {
    let mut parts = parts();
    parts["members"][0]["roles"] = json!(["web"]);
    let read: Gossip = serde_json::from_value(parts).unwrap();
    assert_eq!(read.member(&node("a")).map(Member::data_center), Some("default"));
}

/// GSP-68: bytes that are cut short are no gossip.
#[test]
fn cut_bytes_are_refused() {
    let gossip = gossip_with("a:up:1 b:up:2", "a", "a>b", "a:1");
    let bytes = postcard::to_allocvec(&gossip).unwrap();
    for end in 0..bytes.len() {
        assert!(postcard::from_bytes::<Gossip>(&bytes[..end]).is_err(), "{end} of {} bytes", bytes.len());
    }
}
