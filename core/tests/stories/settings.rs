//! Every setting: it is there under its name of the specification, with that default, and something comes of it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::time::Duration;

use quorate::{
    Codec, Command, Config, Destination, Envelope, InputKind, LeaseAnswer, Log, Message, Output, StopReason,
    Target, Warning,
};

use crate::cluster::{Cluster, address};

const PART_02: &str = include_str!("../../spec/02-joining-and-lifecycle.md");

/// Settings of the table that only a JVM has, or that belong to Pekko's test kit (part 00).
const EXEMPT: [&str; 6] = [
    "jmx.enabled",
    "jmx.multi-mbeans-in-same-jvm",
    "use-dispatcher",
    "scheduler.tick-duration",
    "scheduler.ticks-per-wheel",
    "testkit.auto-down-unreachable-after",
];

/// Names of the table and ours, as the text above it says.
const RENAMED: [(&str, &str); 5] = [
    ("downing-provider-class", "downing"),
    ("implementation-class", "kind"),
    ("split-brain-resolver.active-strategy", "sbr.strategy"),
    ("split-brain-resolver.", "sbr."),
    ("<name>", "NAME"),
];

/// Defaults that are our own, or that the table writes as a sentence.
const OWN_DEFAULTS: [(&str, &str); 7] = [
    ("prune-gossip-tombstones-after", "1d"),
    ("downing", "sbr"),
    ("failure-detector.kind", "phi"),
    ("role.NAME.min-nr-of-members", ""),
    ("configuration-compatibility-check.checkers.NAME", "cluster=cluster"),
    ("configuration-compatibility-check.sensitive-config-paths.NAME", ""),
    ("sbr.static-quorum.quorum-size", ""),
];

/// The rows of section 12: our name of each setting, and its default.
fn rows() -> Vec<(String, String)> {
    let table = PART_02.split_once("All keys below `pekko.cluster`:").unwrap().1;
    let table = table.split_once("**CFG-6**").unwrap().0;
    let rows = table.lines().filter_map(|line| line.strip_prefix("| `")).map(|row| {
        let (name, rest) = row.split_once('`').unwrap();
        let default = rest.split('|').nth(1).unwrap().trim().replace(['`', '"'], "");
        let default = default.split(" (").next().unwrap().replace("[]", "");
        let name = name.replace("<group>", "NAME");
        let name = RENAMED.iter().fold(name, |name, (theirs, ours)| name.replace(theirs, ours));
        let own = OWN_DEFAULTS.iter().find(|(own, _)| *own == name);
        (name.clone(), own.map_or(default, |(_, default)| (*default).to_owned()))
    });
    rows.filter(|(name, _)| !EXEMPT.contains(&&**name)).collect()
}

/// CFG-1 to CFG-5, section 12: the settings are those of the table, with its defaults, and some of our own.
#[test]
fn the_settings_are_those_of_the_specification() {
    let rows = rows();
    assert!(rows.len() > 50, "{}", rows.len());
    for (name, default) in &rows {
        let setting = Config::settings().iter().find(|setting| setting.name == name);
        let setting = setting.unwrap_or_else(|| panic!("there is no setting `{name}`"));
        let same = match (default.parse::<f64>(), setting.default_value().parse::<f64>()) {
            (Ok(theirs), Ok(ours)) => theirs.to_bits() == ours.to_bits(),
            _ => *default == setting.default_value(),
        };
        assert!(same, "`{name}` is {} and not {default}", setting.default_value());
        assert!(!setting.meaning.is_empty(), "{name}");
    }
    let known: BTreeSet<&str> = rows.iter().map(|(name, _)| &**name).collect();
    let others = Config::settings().iter().map(|setting| setting.name).filter(|name| !known.contains(name));
    let own: Vec<&str> =
        others.filter(|name| !name.starts_with("limits.") && !name.starts_with("repairs.")).collect();
    let expected = [
        "cluster-name",
        "multi-data-center.always-speed-up-gossip",
        "multi-data-center.forget-former-receivers",
        "configuration-compatibility-check.application.NAME",
    ];
    assert_eq!(own, expected);
}

/// Everything that comes of some settings in a story in which much happens: what nodes put out, and when, what their hosts read of the
/// settings, and what frames and log lines come of it. Configurations that travel are left out: a setting has to do more than that.
fn comes_of(settings: &[(&str, &str)]) -> String {
    let mut story =
        Story { cluster: Cluster::new(settings), told: String::new(), log: Log::default(), seen: 0 };
    ["a", "b", "c", "e"].iter().for_each(|name| story.cluster.start(name));
    story.cluster.start_in("d", "west");
    story.run(1);
    for (name, seeds) in
        [("a", ["a", "silent"]), ("b", ["silent", "a"]), ("c", ["silent", "a"]), ("e", ["x", "y"])]
    {
        story.cluster.command(name, Command::JoinSeedNodes(seeds.map(address).to_vec()));
    }
    story.run(14);
    story.cluster.join("d", "a");
    story.cluster.join("e", "silent");
    story.run(15);
    // One of another configuration, by its data centre, asks seed nodes.
    let config = story.cluster.config.clone();
    let mut other = Config::clone(&config);
    for (name, value) in [("cluster-name", "quorate"), ("downing", "external"), ("sbr.strategy", "down-all")]
    {
        other.set(name, value).unwrap();
    }
    other.set("configuration-compatibility-check.application.app.shards", "9").unwrap();
    story.cluster.config = other.into();
    story.cluster.start("f");
    story.cluster.config = config;
    story.cluster.command("f", Command::JoinSeedNodes([address("a")].into()));
    story.run(10);
    story.late_gossip();
    // Silence, of one node and across data centres, and somebody new meanwhile.
    story.cluster.cut_pair("a", "d");
    story.cluster.start_in("w", "west");
    for name in ["h", "w"] {
        if name == "h" {
            story.cluster.start(name);
        }
        story.cluster.join(name, "a");
        story.cluster.crash(name);
    }
    story.cluster.crash("c");
    story.run(2);
    story.cluster.start("g");
    story.cluster.join("g", "a");
    story.run(40);
    story.cluster.cut.clear();
    story.run(15);
    // The oldest, alone.
    ["b", "d", "g"].iter().for_each(|name| story.cluster.cut_pair("a", name));
    story.run(35);
    story.cluster.cut.clear();
    if !story.cluster.nodes["b"].is_stopped() {
        story.cluster.command("b", Command::Leave(Target::Address(address("b"))));
    }
    story.run(15);
    story.frames();
    story.host();
    story.told
}

struct Story {
    cluster: Cluster,
    told: String,
    log: Log,
    seen: usize,
}

impl Story {
    /// Seconds, in each of which hosts answer what their nodes asked.
    fn run(&mut self, secs: u64) {
        for _ in 0..secs {
            self.cluster.run_secs(1);
            let new = self.cluster.outputs[self.seen..].to_vec();
            self.seen = self.cluster.outputs.len();
            for (name, output) in new {
                self.tell(&name, &output);
                let kind = match output {
                    Output::Lease(request) => {
                        InputKind::LeaseAnswered { id: request.id, answer: LeaseAnswer::Acquired }
                    }
                    Output::StartExitTasks { id } => InputKind::ExitTasksDone { id },
                    _ => continue,
                };
                self.cluster.give(&name, kind);
            }
            let stones = self.cluster.nodes.iter().map(|(name, node)| {
                let gossip = node.gossip();
                format!("{name} {} {}; ", gossip.tombstones().len(), gossip.reachability())
            });
            let stones: String = stones.collect();
            writeln!(self.told, "{stones}").unwrap();
        }
    }

    fn tell(&mut self, name: &str, output: &Output) {
        match output {
            Output::Send(envelope) => match &envelope.message {
                Message::Join { .. } => writeln!(self.told, "{name} {output:?}"),
                message => writeln!(
                    self.told,
                    "{name} {} {:?} to {}",
                    envelope.cluster,
                    message.kind(),
                    envelope.to.address()
                ),
            },
            // A warning of a setting is nothing that comes of it.
            Output::Warned(Warning::UnwiseSetting(_)) => return,
            _ => writeln!(self.told, "{name} {output:?}"),
        }
        .unwrap();
        let told = &mut self.told;
        if let Some(node) = self.cluster.nodes.get(name) {
            self.log.write(node, core::slice::from_ref(output), &mut |line| {
                writeln!(told, "{:?} {:?} {}", line.level, line.marker, line.text).unwrap();
            });
        }
    }

    /// A state that has waited for three seconds.
    fn late_gossip(&mut self) {
        let (Some(a), Some(b)) = (self.cluster.nodes.get("a"), self.cluster.nodes.get("b")) else { return };
        let envelope = Envelope {
            cluster: self.cluster.config.cluster_name.clone(),
            from: b.unique_address().clone(),
            to: Destination::Incarnation(a.unique_address().clone()),
            message: Message::Gossip { gossip: b.gossip().clone() },
        };
        let at = self.cluster.now;
        self.cluster.now = at + Duration::from_secs(3);
        self.cluster.give("a", InputKind::ReceivedEarlier { envelope, at });
        self.run(1);
    }

    /// What a codec with these limits makes of a large state.
    fn frames(&mut self) {
        let gossip = (0..400).fold(quorate::Gossip::new(), |gossip, n| {
            let node = quorate::UniqueAddress::new(address(&format!("n{n}")), n);
            gossip.add(quorate::Member::joining(node, Default::default(), Default::default()))
        });
        let me = self.cluster.nodes["a"].unique_address().clone();
        let envelope = Envelope {
            cluster: "quorate".into(),
            from: me.clone(),
            to: Destination::Incarnation(me),
            message: Message::Gossip { gossip: gossip.into() },
        };
        let mut codec = Codec::new(self.cluster.config.limits);
        let frames = codec.encode(&envelope).map(|frames| frames.map(<[u8]>::to_vec).collect::<Vec<_>>());
        let mut reader = Codec::default();
        match frames {
            Err(error) => writeln!(self.told, "{error}").unwrap(),
            Ok(frames) => frames.iter().for_each(|frame| {
                writeln!(self.told, "{} {:?}", frame.len(), &frame[..12]).unwrap();
                assert!(reader.decode(frame).is_ok());
            }),
        }
    }

    /// What a host reads.
    fn host(&mut self) {
        let config = &self.cluster.config;
        writeln!(self.told, "{:?} {}", config.removal_margin(), StopReason::Downed.begins_shutdown(config),)
            .unwrap();
    }
}

const SBR: (&str, &str) = ("downing", "sbr");
const STRATEGY: &str = "sbr.strategy";
const SERVICE: &str = "sbr.lease-majority.lease-implementation";
const QUORUM: &str = "sbr.static-quorum.quorum-size";
const DEVIATION: &str = "failure-detector.min-std-deviation";
const DATA_CENTER: &str = "multi-data-center.self-data-center";
const CHECKER: &str = "configuration-compatibility-check.checkers.app";

/// For a setting: what else must be set for it to matter, and another value than the one that it has then.
fn experiment(name: &str) -> (&'static [(&'static str, &'static str)], &'static str) {
    let lease = &[SBR, (STRATEGY, "lease-majority"), (SERVICE, "some")];
    let quorum = &[SBR, (STRATEGY, "static-quorum"), (QUORUM, "1")];
    let oldest = &[SBR, (STRATEGY, "keep-oldest")];
    match name {
        "cluster-name" => (&[SBR], "other"),
        "roles" => (&[SBR], "web"),
        "app-version" => (&[SBR], "1.2.3"),
        "seed-nodes" => (&[SBR], "q:1"),
        DATA_CENTER => (&[SBR, (DATA_CENTER, "east")], "north"),
        "min-nr-of-members" => (&[SBR], "9"),
        "role.NAME.min-nr-of-members" => (&[SBR], "3"),
        "shutdown-after-unsuccessful-join-seed-nodes" => (&[SBR], "9s"),
        "prune-gossip-tombstones-after" | "failure-detector.expected-response-after" => (&[SBR], "15s"),
        "multi-data-center.failure-detector.expected-response-after" => (&[SBR], "15s"),
        "periodic-tasks-initial-delay" => (&[SBR], "3s"),
        "gossip-time-to-live" | "down-removal-margin" => (&[SBR], "9s"),
        "failure-detector.monitored-by-nr-of-members" => (&[SBR], "1"),
        "failure-detector.max-sample-size" => (&[SBR, (DEVIATION, "1ms")], "2"),
        "failure-detector.threshold" => (&[SBR], "1"),
        "failure-detector.kind" | "multi-data-center.failure-detector.kind" => (&[SBR], "external"),
        "multi-data-center.cross-data-center-connections" => (&[SBR], "1"),
        "multi-data-center.cross-data-center-gossip-probability" => (&[SBR], "1"),
        // Pekko's, from which the stories start, is on.
        "multi-data-center.always-speed-up-gossip" => (&[SBR], "off"),
        "gossip-different-view-probability" | "reduce-gossip-different-view-probability" => (&[SBR], "0"),
        "allow-weakly-up-members" => (&[SBR], "off"),
        "downing" => (&[SBR], "none"),
        "sbr.strategy" => (&[SBR], "down-all"),
        "sbr.stable-after" => (&[SBR], "10s"),
        "sbr.down-all-when-unstable" => (&[SBR], "1s"),
        "sbr.static-quorum.quorum-size" => (quorum, "9"),
        "sbr.static-quorum.role" => (quorum, "nobodys"),
        "sbr.keep-majority.role" => (&[SBR], "nobodys"),
        "sbr.keep-oldest.role" => (oldest, "nobodys"),
        "sbr.keep-oldest.down-if-alone" => (oldest, "off"),
        SERVICE | "sbr.lease-majority.lease-name" => (lease, "another"),
        "sbr.lease-majority.role" => (lease, "nobodys"),
        "sbr.lease-majority.acquire-lease-delay-for-minority" | "sbr.lease-majority.release-after" => {
            (lease, "1s")
        }
        "configuration-compatibility-check.checkers.NAME" => (&[SBR], "when-present app.shards"),
        "configuration-compatibility-check.sensitive-config-paths.NAME" => (&[SBR], "downing"),
        "configuration-compatibility-check.application.NAME" => {
            (&[SBR, (CHECKER, "when-present app.shards")], "9")
        }
        "limits.members" => (&[SBR], "3"),
        "limits.tombstones" | "limits.observations" => (&[SBR], "0"),
        "limits.newest-format" => (&[SBR], "1"),
        "limits.frame-bytes" => (&[SBR], "1024"),
        "limits.message-bytes" => (&[SBR, ("limits.frame-bytes", "1024")], "2048"),
        name if name.ends_with("interval") => (&[SBR], "2s"),
        name if name.ends_with("-pause") => (&[SBR], "6s"),
        name if name.ends_with("-after") || name.ends_with("-timeout") || name == DEVIATION => (&[SBR], "2s"),
        name => (&[SBR], if default_of(name) == "on" { "off" } else { "on" }),
    }
}

fn default_of(name: &str) -> String {
    let setting = Config::settings().iter().find(|setting| setting.name == name);
    setting.map(quorate::Setting::default_value).unwrap_or_default()
}

/// CFG-1: something comes of every setting. CFG-26, GSP-51, GSP-52: but for one, of which the specification says so, and whose meaning
/// does. Repairs have stories of their own, and so has what needs members whose ages come out of order (DC-62).
#[test]
fn something_comes_of_every_setting() {
    let mut before: BTreeMap<&[(&str, &str)], String> = BTreeMap::new();
    let has_own_story =
        |name: &str| name.starts_with("repairs.") || name.ends_with("forget-former-receivers");
    let settings = Config::settings().iter().filter(|setting| !has_own_story(setting.name));
    let mut idle = Vec::new();
    for setting in settings {
        let (others, value) = experiment(setting.name);
        let part = if setting.name.contains(".application.") { "app.shards" } else { "mine" };
        let name = setting.name.replace("NAME", part);
        let without = before.entry(others).or_insert_with(|| comes_of(others));
        let kept = others.iter().filter(|(other, _)| *other != name).copied();
        let changed: Vec<(&str, &str)> = kept.chain([(&*name, value)]).collect();
        if comes_of(&changed) == *without {
            idle.push(setting);
        }
    }
    let names: Vec<&str> = idle.iter().map(|setting| setting.name).collect();
    assert_eq!(names, ["gossip-different-view-probability"]);
    assert!(idle[0].meaning.starts_with("without effect"));
}
