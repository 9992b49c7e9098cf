//! The judge over real runs: nothing is found where nothing is wrong, and every invariant is judged on the
//! way.

use std::collections::BTreeMap;
use std::time::Duration;

use quorate::{Address, Config, Instant, MemberStatus};
use quorate_harness::judge::{Event, INVARIANTS, Judge, JudgeSetup, Judged, Violation};
use quorate_sim::{Action, Cut, Heal, HostId, HostSpec, World};

struct Run {
    world: World,
    judge: Judge,
    hosts: Vec<HostId>,
    seeds: Vec<Address>,
}

fn at(seconds: u64) -> Instant {
    Instant::ZERO + Duration::from_secs(seconds)
}

impl Run {
    fn new(seed: u64, nodes: usize, config: &Config) -> Self {
        Self::of(seed, nodes, |_| config.clone())
    }

    /// So many nodes that start within the first second, each with its settings. The first three are the seed
    /// nodes.
    fn of(seed: u64, nodes: usize, config: impl Fn(usize) -> Config) -> Self {
        let mut world = World::new(seed);
        let address = |place: usize| Address::new(&format!("n{place:02}"), 1).expect("a short name");
        let hosts: Vec<HostId> = (0..nodes)
            .map(|place| {
                let spec = HostSpec::new(&format!("n{place:02}"), address(place), config(place));
                world.add_host(spec).expect("names and settings are fit")
            })
            .collect();
        let seeds: Vec<Address> = (0..nodes.min(3)).map(address).collect();
        let mut run = Self { world, judge: Judge::new(JudgeSetup::all()), hosts, seeds };
        for host in run.hosts.clone() {
            run.start(0, host, Some(Duration::from_secs(1)));
        }
        run
    }

    fn start(&mut self, seconds: u64, host: HostId, spread: Option<Duration>) {
        self.plan(seconds, Action::Start { host, seeds: self.seeds.clone(), spread });
    }

    fn plan(&mut self, seconds: u64, action: Action) {
        self.world.schedule(at(seconds), action);
    }

    /// From this host on the others are cut off.
    fn cut_behind(&mut self, seconds: u64, first: usize) {
        let (left, right) = self.hosts.split_at(first);
        let groups = vec![left.to_vec(), right.to_vec()];
        self.plan(seconds, Action::Cut(Cut::Groups { groups, rest_is_group: false }));
    }

    fn play(&mut self, seconds: u64) -> Result<(), Vec<Violation>> {
        while let Some(event) = self.world.step_until(at(seconds)).map(|step| Event::of(&step)) {
            self.judge.after_event(&self.world, event)?;
        }
        self.judge.finish(&self.world, at(seconds))
    }

    fn up(&self) -> Vec<usize> {
        let running =
            self.world.hosts().iter().filter(|host| host.is_running()).filter_map(|host| host.node());
        let is_up = |status| status == MemberStatus::Up;
        running.map(|node| node.gossip().members().iter().filter(|m| is_up(m.status())).count()).collect()
    }
}

fn judged(report: &[Judged], id: &str) -> u64 {
    report.iter().find(|row| row.id == id).expect("all are reported").judged
}

fn told(violations: &[Violation]) -> String {
    violations.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

fn assert_sound(run: &mut Run, seconds: u64) -> Vec<Judged> {
    let found = run.play(seconds).err().unwrap_or_default();
    assert!(found.is_empty(), "{}", told(&found));
    run.judge.report()
}

/// Those that need more than one data centre, somebody who leaves or crashes, or another strategy.
const ELSEWHERE: &[&str] = &["C8", "X1", "X2", "S4", "S5", "S6", "S11", "L3", "L4", "L5", "L6", "L7", "L8"];

/// M2, M3, M4, V1, V2, R1, C2, C3, C6, S1, L1
#[test]
fn a_cluster_that_forms_is_cut_and_loses_its_minority_is_sound_and_all_is_judged() {
    let mut run = Run::new(7, 5, &Config::default());
    run.cut_behind(30, 3);
    run.plan(90, Action::Heal(Heal::All));
    let report = assert_sound(&mut run, 130);
    assert_eq!(run.up(), [3, 3, 3]);
    for invariant in INVARIANTS.iter().filter(|invariant| !ELSEWHERE.contains(&invariant.id)) {
        assert!(judged(&report, invariant.id) > 0, "{} was never judged", invariant.id);
    }
}

/// M4, V2, R1, C6, S1, L1
#[test]
fn crashes_restarts_and_leaves_are_sound() {
    for seed in 0..8 {
        let mut run = Run::new(seed, 5, &Config::default());
        let hosts = run.hosts.clone();
        run.plan(20, Action::Crash { host: hosts[4] });
        run.plan(80, Action::Restart { host: hosts[4], after: Duration::ZERO });
        run.plan(120, Action::Stop { host: hosts[1] });
        run.plan(150, Action::Restart { host: hosts[2], after: Duration::from_secs(2) });
        run.start(200, hosts[1], None);
        let report = assert_sound(&mut run, 260);
        assert_eq!(run.up(), [5; 5], "seed {seed}");
        assert!(judged(&report, "S1") > 0 && judged(&report, "L1") >= 5 && judged(&report, "M4") > 10);
    }
}

/// C3, C6: what is unreachable holds convergence up also when nobody waits for it: one that is let in and is
/// not seen.
#[test]
fn joiners_that_crash_or_are_heard_by_few_are_sound() {
    for seed in 0..30 {
        let mut run = Run::new(seed, 4, &Config::default());
        let address = Address::new("late", 1).unwrap();
        let late = run.world.add_host(HostSpec::new("late", address, Config::default())).unwrap();
        // One that all but its introducers are deaf to: it becomes WeaklyUp or Up, and some call it
        // unreachable.
        let hosts = run.hosts.clone();
        run.start(20, late, None);
        for host in hosts.iter().skip(1 + seed as usize % 3) {
            run.plan(20, Action::Cut(Cut::OneWay { from: late, to: *host }));
        }
        if seed % 2 == 0 {
            run.plan(20 + seed / 4, Action::Crash { host: late });
        }
        run.plan(50, Action::Heal(Heal::All));
        let report = assert_sound(&mut run, 110);
        assert!(judged(&report, "C3") > 0 && judged(&report, "C2") > 0);
    }
}

/// M4: a newcomer that has not heard of a removal and decides something itself brings nobody back.
#[test]
fn a_newcomer_that_tells_of_a_removed_member_is_sound() {
    let mut config = Config::default();
    config.set("sbr.stable-after", "1h").unwrap();
    config.set("sbr.down-all-when-unstable", "off").unwrap();
    for seed in 0..8 {
        let mut run = Run::new(seed, 2, &config);
        let (first, lost) = (run.hosts[0], run.hosts[1]);
        let address = Address::new("late", 1).unwrap();
        let late = run.world.add_host(HostSpec::new("late", address, config.clone())).unwrap();
        run.plan(20, Action::Crash { host: lost });
        run.start(31, late, None);
        // The newcomer knows of the lost one as Up, and is deaf while the first removes it.
        run.plan(32, Action::Cut(Cut::OneWay { from: first, to: late }));
        run.plan(32, Action::Down { host: lost, at: first });
        run.plan(34, Action::Leave { host: late, at: late });
        run.plan(35, Action::Heal(Heal::All));
        let report = assert_sound(&mut run, 60);
        assert_eq!(run.up(), [1], "seed {seed}");
        assert!(judged(&report, "M4") > 0);
    }
}

/// S1, L1: every way to cut clusters of several sizes cleanly, with each strategy.
#[test]
fn clean_partitions_of_all_sizes_and_strategies_are_sound() {
    let mut excuses: BTreeMap<&str, u64> = BTreeMap::new();
    for strategy in ["keep-majority", "static-quorum", "keep-oldest"] {
        for nodes in 2..=6 {
            let mut config = Config::default();
            config.set("sbr.strategy", strategy).unwrap();
            if strategy == "static-quorum" {
                let quorum = (nodes / 2 + 1).to_string();
                config.set("sbr.static-quorum.quorum-size", &quorum).unwrap();
            }
            for first in 1..nodes {
                let mut run = Run::new(nodes as u64, nodes, &config);
                run.cut_behind(30, first);
                run.plan(85, Action::Heal(Heal::All));
                let report = assert_sound(&mut run, 110);
                for (assumption, count) in
                    &report.iter().find(|row| row.id == "S1").unwrap().assumption_failed
                {
                    *excuses.entry(assumption).or_default() += count;
                }
            }
        }
    }
    assert_eq!(excuses, [].into(), "nothing of this is beyond what the strategies promise");
}

/// S1: a pair of nodes downed by hand on either side of a cut is a split, which nobody promised to prevent.
#[test]
fn a_split_made_by_hand_is_excused() {
    let mut config = Config::default();
    config.set("sbr.stable-after", "1h").unwrap();
    config.set("sbr.down-all-when-unstable", "off").unwrap();
    let mut run = Run::new(3, 4, &config);
    let hosts = run.hosts.clone();
    run.cut_behind(30, 2);
    for (told, others) in [(0, [2, 3]), (2, [0, 1])] {
        for other in others {
            run.plan(50, Action::Down { host: hosts[other], at: hosts[told] });
        }
    }
    let report = assert_sound(&mut run, 70);
    assert_eq!(run.up(), [2; 4]);
    let row = report.iter().find(|row| row.id == "S1").unwrap();
    assert!(row.assumption_failed["no-manual-down"] > 0, "{row}");
}

/// S1: nodes whose resolvers decide by different rules can both go on, which is nobody's promise either.
#[test]
fn a_split_between_different_resolvers_is_excused() {
    let mut oldest = Config::default();
    oldest.set("sbr.strategy", "keep-oldest").unwrap();
    oldest.set("sbr.keep-oldest.down-if-alone", "off").unwrap();
    // Who compares settings would not let the others in.
    let mut majority = Config::default();
    for config in [&mut oldest, &mut majority] {
        config.set("configuration-compatibility-check.enforce-on-join", "off").unwrap();
    }
    let mut run = Run::of(3, 5, |place| if place == 0 { oldest.clone() } else { majority.clone() });
    run.cut_behind(30, 1);
    let report = assert_sound(&mut run, 80);
    assert_eq!(run.up(), [1, 4, 4, 4, 4]);
    let row = report.iter().find(|row| row.id == "S1").unwrap();
    assert!(row.assumption_failed["resolver-on"] > 0, "{row}");
    assert_eq!(row.judged, 0);
}

/// SIM-9: a judge that is cloned with its world says the same of the rest of the run.
#[test]
fn a_clone_judges_the_clone_of_its_world_alike() {
    let mut run = Run::new(5, 5, &Config::default());
    run.cut_behind(30, 3);
    assert_sound(&mut run, 40);
    let (world, judge) = (run.world.clone(), run.judge.clone());
    let first = assert_sound(&mut run, 90);
    (run.world, run.judge) = (world, judge);
    assert_eq!(assert_sound(&mut run, 90), first);
}

/// L1: forming takes no longer than the bound, at any size.
#[test]
fn clusters_of_many_sizes_form_within_the_bound() {
    for nodes in [1, 2, 3, 9, 17, 40] {
        let mut run = Run::new(nodes as u64, nodes, &Config::default());
        let report = assert_sound(&mut run, 60);
        assert_eq!(run.up(), vec![nodes; nodes]);
        assert!(judged(&report, "L1") > 0);
    }
}
