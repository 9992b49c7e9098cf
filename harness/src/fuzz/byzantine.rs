//! A cluster with a liar on its network.

use std::time::Duration;

use quorate_sim::{Action, HostId, WALL_MS_AT_START};

use super::inputs::{config, formed_world};
use super::lies::Liar;
use super::script::Script;

/// The most lies.
const LIES_MAX: usize = 24;

/// Nodes of a cluster are told well-formed lies, and what they say to each other because of them is heard by the others: none panics, time
/// does not stand still, and none holds more than its limits.
///
/// # Panics
/// If that does not hold.
pub fn byzantine(bytes: &[u8]) {
    let mut script = Script::new(bytes);
    let mut world = formed_world().0;
    world.set_wire(script.coin());
    let hosts: Vec<HostId> = world.host_ids().collect();
    for _ in 0..LIES_MAX {
        if script.is_over() {
            break;
        }
        let host = hosts[script.below(hosts.len())];
        let now = world.now() + Duration::from_millis(u64::from(script.byte()) * 10);
        let Some(node) = world.host(host).node().filter(|node| !node.is_stopped()) else { continue };
        let liar = Liar::of(node.gossip(), WALL_MS_AT_START);
        let envelope = liar.envelope(&mut script, node.unique_address(), node.gossip());
        world.schedule(now, Action::Forge { host, envelope: Box::new(envelope) });
        while let Some(step) = world.step_until(now) {
            assert!(step.fault.is_none(), "{:?}", step.fault);
        }
        for host in world.hosts() {
            let Some(node) = host.node() else { continue };
            let members = node.gossip().members().len();
            assert!(members <= config().limits.members as usize, "{members} members at {}", host.name());
        }
    }
    let end = world.now() + Duration::from_secs(5);
    while let Some(step) = world.step_until(end) {
        assert!(step.fault.is_none(), "{:?}", step.fault);
    }
}
