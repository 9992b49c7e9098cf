//! `quorate replay --record ... --then`: nodes of a cluster that was recorded go on in a world of their own.
#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

mod command;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::Duration;

use quorate::{Address, Command, Config, Input, InputKind, Instant, Node, Output, Recorder, UniqueAddress};

use command::{place, quorate, text};

const MEMBERS: usize = 5;
/// When each of these is cut from the others.
const CUT_AT: Duration = Duration::from_secs(30);
const ENDS_AT: Duration = Duration::from_secs(80);
const WALL_MS: i64 = 1_790_000_000_000;

fn address(place: usize) -> Address {
    Address::new("10.0.0.7", 7001 + u16::try_from(place).unwrap()).unwrap()
}

/// Hosts that were switched on at different times, on a network that takes a millisecond; from [`CUT_AT`] on the last two are cut off.
struct Cluster {
    nodes: Vec<(Node, Recorder, bool)>,
    on_their_way: BTreeMap<(Duration, u64), (usize, InputKind)>,
    sent: u64,
    /// What each node decided, and when.
    decided: Vec<String>,
}

impl Cluster {
    fn new() -> Self {
        let node = |place: usize| {
            let node_id = UniqueAddress::new(address(place), 77 + place as i64);
            let mut config = Config::default();
            config.sbr.stable_after = Duration::from_secs(5);
            let node = Node::new(config, node_id, place as u64, clock(place, Duration::ZERO)).unwrap();
            let recorder = Recorder::new(&node, "test host").unwrap();
            (node, recorder, true)
        };
        let nodes = (0..MEMBERS).map(node).collect();
        let mut cluster = Self { nodes, on_their_way: BTreeMap::new(), sent: 0, decided: Vec::new() };
        for place in 0..MEMBERS {
            let join = Command::JoinSeedNodes(vec![address(0), address(1)]);
            cluster.post(Duration::from_millis(10 * place as u64), place, InputKind::Command(join));
        }
        cluster
    }

    fn post(&mut self, at: Duration, to: usize, kind: InputKind) {
        self.sent += 1;
        self.on_their_way.insert((at, self.sent), (to, kind));
    }

    fn run(&mut self) {
        loop {
            let ticks = self.nodes.iter().enumerate().filter(|(_, (.., runs))| *runs);
            let due = ticks.filter_map(|(place, (node, ..))| {
                let deadline = node.next_deadline()?;
                Some((deadline.since(clock(place, Duration::ZERO)), place))
            });
            let (due, place) = due.min().unwrap();
            let (at, place, kind) = match self.on_their_way.first_key_value() {
                Some(((at, _), _)) if *at <= due => {
                    let ((at, _), (place, kind)) = self.on_their_way.pop_first().unwrap();
                    (at, place, kind)
                }
                _ => (due, place, InputKind::Tick),
            };
            if at > ENDS_AT {
                return;
            }
            self.give(at, place, kind);
        }
    }

    fn give(&mut self, at: Duration, place: usize, kind: InputKind) {
        let (node, recorder, runs) = &mut self.nodes[place];
        if !*runs {
            return;
        }
        let wall_ms = WALL_MS + at.as_millis() as i64;
        let mut outputs = Vec::new();
        recorder.handle_into(node, Input { now: clock(place, at), wall_ms, kind }, &mut outputs);
        for output in outputs {
            match output {
                Output::Send(envelope) => {
                    let to = usize::from(envelope.to.address().port() - 7001);
                    if at < CUT_AT || (place < 3) == (to < 3) {
                        self.post(at + Duration::from_millis(1), to, InputKind::Received(envelope));
                    }
                }
                Output::Stopped { .. } => self.nodes[place].2 = false,
                Output::Decided(record) => {
                    self.decided.push(format!("{} {}", place, record.decision.name()));
                }
                _ => {}
            }
        }
    }

    /// The names of the files that they leave in a folder.
    fn leave(mut self, folder: &Path) -> Vec<String> {
        let mut names = Vec::new();
        for (place, (_, recorder, _)) in self.nodes.iter_mut().enumerate() {
            let name = format!("{place}.rec");
            fs::write(folder.join(&name), recorder.take()).unwrap();
            names.push(name);
        }
        names
    }
}

/// What a host's own clock shows.
fn clock(place: usize, at: Duration) -> Instant {
    Instant::from_nanos(7_000_000_000 * place as u64) + at
}

/// Recordings of a cut, in a folder of a test's own, and the arguments that play them up to a time and then a case.
fn played(name: &str, until: &str, case: &str, leave_out: &[&str]) -> (Option<i32>, String) {
    let folder = place("what_if", name);
    let mut cluster = Cluster::new();
    cluster.run();
    let mut files = cluster.leave(&folder);
    files.retain(|file| !leave_out.contains(&file.as_str()));
    fs::write(folder.join("then.qcase"), format!("qcase 1\n{case}")).unwrap();
    let mut arguments = vec!["replay", "--until", until, "--then", "then.qcase", "--record"];
    arguments.extend(files.iter().map(String::as_str));
    let output = quorate(&folder, &arguments);
    (output.status.code(), text(&output.stdout) + &text(&output.stderr))
}

#[test]
fn what_if_the_link_had_been_up() {
    let case = "case \"no cut\"\nnodes a b c d e\nat 1m20s end\nfinally survivors a b c d e, converged\nnever down d\n";
    // The cut is there already, and the others have been found unreachable.
    let (status, printed) = played("up", "34s", case, &[]);
    assert_eq!(status, Some(0), "{printed}");
    assert!(printed.contains("a  10.0.0.7:7001#77: goes on as it was recorded"), "{printed}");
    assert!(printed.contains("e is reachable again") && printed.contains("\npassed: "), "{printed}");
}

#[test]
fn with_the_cut_as_it_was_nodes_decide_as_they_did() {
    let case = "nodes a b c d e\nat 34s cut a b c | d e\nat 1m20s end\nfinally survivors a b c, stopped d e because downed\n";
    let (status, printed) = played("cut", "34s", case, &[]);
    assert_eq!(status, Some(0), "{printed}");
    let mut cluster = Cluster::new();
    cluster.run();
    let then = printed.split_once("simulated from").unwrap().1;
    for decided in &cluster.decided {
        let (place, decision) = decided.split_once(' ').unwrap();
        let name = ["a", "b", "c", "d", "e"][place.parse::<usize>().unwrap()];
        assert!(then.contains(&format!("{name} decides: ")), "{name} {decision}: {printed}");
    }
    assert_eq!(then.matches(" decides: ").count(), cluster.decided.len(), "{printed}");
    assert!(!cluster.decided.is_empty());
}

#[test]
fn who_was_not_recorded_does_not_run() {
    let case = "nodes n 5\nat 1m20s end\nfinally survivors n1 n2 n3, view n1: n5 removed\n";
    let (status, printed) = played("absent", "20s", case, &["3.rec", "4.rec"]);
    assert_eq!(status, Some(0), "{printed}");
    assert!(printed.contains("n5  10.0.0.7:7005#81: does not run: nothing was recorded of it"), "{printed}");
}

/// Names stand for the addresses of recorded nodes wherever a statement has them.
#[test]
fn a_lie_is_about_a_recorded_node() {
    // The judge sees that c never said so.
    let case = "nodes a b c d e\nexpect violation C1\nat 20s lie c > a down d\nat 1m end\n";
    let (status, printed) = played("lie", "20s", case, &[]);
    assert_eq!(status, Some(0), "{printed}");
    assert!(printed.contains("d is down  (a)"), "{printed}");
}

#[test]
fn what_was_on_its_way_arrives() {
    let case = "nodes a b c d e\nat 1m end\n";
    // A millisecond after their first gossip, as they join one after the other.
    let arrives: Vec<u32> = (1..400)
        .step_by(40)
        .map(|millis| {
            let (status, printed) = played("way", &format!("5.{millis:03}s"), case, &[]);
            assert_eq!(status, Some(0), "{printed}");
            let count = printed.split_once("assumed: ").unwrap().1.split_once(' ').unwrap().0;
            count.parse().unwrap()
        })
        .collect();
    assert!(arrives.iter().any(|count| *count > 0), "{arrives:?}");
}

#[test]
fn what_does_not_fit_is_said() {
    let wrong = [
        ("early", "0s", "nodes n 5\nat 1m end\n", "nothing was recorded before that time"),
        (
            "late",
            "2m",
            "nodes n 5\nat 3m end\n",
            "nothing was recorded after that time: the last input is at",
        ),
        ("input", "700", "nodes n 5\nat 1m end\n", "--then goes on from a time"),
        ("few", "34s", "nodes n 4\nat 1m end\n", "it names 4 nodes, and there are 5"),
        ("past", "34s", "nodes n 5\nat 30s cut n1 | n2 n3 n4 n5\nat 1m end\n", "`at 30s` is before 34.000s"),
        ("set", "34s", "nodes n 5\nset sbr.stable-after = 9s\nat 1m end\n", "keep their settings"),
        ("unknown", "34s", "nodes n 5\nat 35s crash n9\nat 1m end\n", "n9"),
        ("runs", "34s", "nodes n 5\nat 35s start n1\nat 1m end\n", "n1 is running already"),
    ];
    for (name, until, case, expected) in wrong {
        let (status, printed) = played(name, until, case, &[]);
        assert_eq!(status, Some(2), "{name}: {printed}");
        assert!(printed.contains(expected), "{name}: {printed}");
    }
}
