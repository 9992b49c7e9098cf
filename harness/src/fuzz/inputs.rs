//! Any sequence of inputs for one node.

use std::cell::RefCell;
use std::sync::Arc;
use std::time::Duration;

use quorate::{
    Address, Command, Config, DecodeError, Field, Input, InputKind, Instant, LeaseAnswer, Node, Target,
};
use quorate_sim::{Action, HostSpec, WALL_MS_AT_START, World};

use super::lies::Liar;
use super::script::Script;
use super::sound::hand;

/// The names of the hosts; the first two are seed nodes.
const HOSTS: [&str; 4] = ["a", "b", "c", "d"];
/// When they have found each other.
const FORMED: Instant = Instant::from_nanos(12_000_000_000);
/// The most inputs.
const INPUTS_MAX: usize = 32;

/// Any sequence of inputs: the node answers each, and stays sound.
///
/// # Panics
/// If it does not.
pub fn inputs(bytes: &[u8]) {
    let mut script = Script::new(bytes);
    let mut node = if script.below(4) == 3 { newcomer() } else { formed_world().host_node() };
    let liar = Liar::of(node_state(&formed_world()), WALL_MS_AT_START);
    let mut now = FORMED;
    let mut wall_ms = WALL_MS_AT_START;
    for _ in 0..INPUTS_MAX {
        if script.is_over() {
            break;
        }
        now = match script.byte() {
            255 => Instant::from_nanos(script.number()),
            by => now + Duration::from_millis(u64::from(by) * 10),
        };
        if script.below(32) == 31 {
            wall_ms = script.number().cast_signed();
        }
        let kind = kind(&mut script, &liar, &node);
        hand(&mut node, Input { now, wall_ms, kind });
    }
}

/// A world of hosts that know each other, with limits that a few lies reach.
#[derive(Clone)]
pub(super) struct Formed(pub(super) World);

impl Formed {
    fn host_node(&self) -> Node {
        let host = self.0.host_named(HOSTS[0]).expect("it was added");
        self.0.host(host).node().expect("it was started").clone()
    }
}

fn node_state(formed: &Formed) -> &Arc<quorate::Gossip> {
    let host = formed.0.host_named(HOSTS[0]).expect("it was added");
    formed.0.host(host).node().expect("it was started").gossip()
}

pub(super) fn config() -> Config {
    let mut config = Config::default();
    config.limits.members = 12;
    config.limits.tombstones = 8;
    config.limits.observations = 16;
    config.sbr.stable_after = Duration::from_secs(3);
    config
}

fn address(name: &str) -> Address {
    Address::new(name, 1).expect("a short name is a host")
}

/// Made once in each thread.
pub(super) fn formed_world() -> Formed {
    thread_local! {
        static FORMED_WORLD: RefCell<Option<Formed>> = const { RefCell::new(None) };
    }
    FORMED_WORLD.with_borrow_mut(|formed| {
        let make = || {
            let mut world = World::new(1);
            let seeds: Vec<Address> = HOSTS[..2].iter().map(|name| address(name)).collect();
            for name in HOSTS {
                let spec = HostSpec::new(name, address(name), config());
                let host = world.add_host(spec).expect("names and settings are good");
                world.schedule(Instant::ZERO, Action::Start { host, seeds: seeds.clone(), spread: None });
            }
            world.run_until(FORMED).expect("nothing goes wrong");
            Formed(world)
        };
        formed.get_or_insert_with(make).clone()
    })
}

/// A node that was just started and is in no cluster.
fn newcomer() -> Node {
    let me = quorate::UniqueAddress::new(address(HOSTS[0]), 77);
    let mut config = config();
    config.seed_nodes = vec![address(HOSTS[1]), address(HOSTS[0])];
    Node::new(config, me, 1, Instant::ZERO).expect("the settings are good")
}

fn kind(script: &mut Script<'_>, liar: &Liar, node: &Node) -> InputKind {
    let me = node.unique_address();
    match script.below(16) {
        0..=3 => InputKind::Tick,
        4..=9 => InputKind::Received(liar.envelope(script, me, node.gossip())),
        10 => {
            let at = Instant::from_nanos(script.number());
            InputKind::ReceivedEarlier { envelope: liar.envelope(script, me, node.gossip()), at }
        }
        11 => {
            let error = DecodeError::Malformed { field: Field::Message };
            InputKind::Undecodable { from: script.coin().then(|| liar.node(script).address), error }
        }
        12 => InputKind::Command(command(script, liar)),
        13 => InputKind::ExitTasksDone { id: script.number() },
        14 => match script.below(3) {
            0 => InputKind::LeaseHeld(script.coin()),
            1 => InputKind::Verdict { address: liar.node(script).address, is_available: script.coin() },
            _ => {
                use LeaseAnswer::{Acquired, Failed, Refused, Released};
                let answer = script.pick(&[Acquired, Released, Refused, Failed]);
                InputKind::LeaseAnswered { id: script.number(), answer }
            }
        },
        _ => InputKind::Quarantined { node: liar.node(script) },
    }
}

fn command(script: &mut Script<'_>, liar: &Liar) -> Command {
    let node = liar.node(script);
    let target =
        if script.coin() { Target::Incarnation(node.clone()) } else { Target::Address(node.address.clone()) };
    match script.below(10) {
        0 => Command::Leave(target),
        1 => Command::Down(target),
        2 => Command::Join(node.address),
        3 => Command::JoinSeedNodes((0..script.below(3)).map(|_| liar.node(script).address).collect()),
        4 => Command::SetAppVersionLater,
        5 => Command::SetAppVersion(quorate::AppVersion::default()),
        6 => Command::PrepareForShutdown,
        7 => Command::ExitNow,
        8 => Command::Stop,
        _ => Command::Watch(target),
    }
}
