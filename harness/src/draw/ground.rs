//! What a drawn case stands on: nodes, settings, links, and when trouble may come.

use super::dice::Dice;
use super::id::{CaseId, Profile};
use crate::case::{
    Action, Case, Delay, Line, Link, LinkChange, LinkEffect, Links, NodeName, Prose, Roles, Setting,
    Settings, Step, Time,
};

/// What every family of faults may know. It is drawn first, and no family changes it.
#[derive(Clone, Debug)]
pub(super) struct Ground {
    pub(super) profile: Profile,
    /// The nodes that are there from the start.
    pub(super) nodes: Vec<NodeName>,
    /// Those of each data centre but the first; empty where there is only one.
    pub(super) data_centers: Vec<Vec<NodeName>>,
    /// When trouble may begin.
    pub(super) from: Time,
    /// When it is over.
    pub(super) to: Time,
    /// How long it goes on in quiet after that.
    pub(super) quiet: Time,
    /// How long it goes on in quiet after one thing more that happens then.
    pub(super) rest: Time,
    /// About how long it takes until silence is noticed.
    pub(super) detection: Time,
    /// `sbr.stable-after`.
    pub(super) stable_after: Time,
}

impl Ground {
    /// Whether links are good, as a rule.
    pub(super) const fn is_mild(&self) -> bool {
        matches!(self.profile, Profile::Quiet | Profile::Lan)
    }

    /// How much quiet L8 asks for before it is judged, at the usual intervals, with a leader that begins anew (INV-6).
    pub(super) const fn settling(&self) -> Time {
        const SPREAD: Time = Time::seconds(14);
        const BEGUN_ANEW: Time = Time::seconds(8);
        let news = plus(plus(SPREAD, SPREAD), Time::seconds(5));
        let removal = plus(self.decision(), news);
        let spread = plus(plus(news, plus(SPREAD, SPREAD)), BEGUN_ANEW);
        plus(plus(plus(removal, removal), self.stable_after), spread)
    }

    /// About how long it takes from a lasting fault to the decision of the resolver.
    pub(super) const fn decision(&self) -> Time {
        plus(self.detection, self.stable_after)
    }

    /// An instant of the time of trouble.
    pub(super) fn instant(&self, dice: &mut Dice) -> Time {
        dice.time(self.from, self.to)
    }

    /// An instant of the first part of the time of trouble, so that something can come of it.
    pub(super) fn early(&self, dice: &mut Dice) -> Time {
        dice.time(self.from, Time(self.from.nanos() + (self.to.nanos() - self.from.nanos()) / 3))
    }

    /// How long something may last that begins at an instant: it ends with the time of trouble.
    pub(super) fn lasting(&self, at: Time, dice: &mut Dice) -> Time {
        let left = self.to.nanos().saturating_sub(at.nanos());
        Time(self.telling_delay(dice).nanos().min(left).max(100_000_000))
    }

    /// How long after a fault the next thing may be of interest: at once, about when the fault is noticed, about when
    /// it is decided upon, or at any time before.
    pub(super) fn telling_delay(&self, dice: &mut Dice) -> Time {
        let around = |time: Time, dice: &mut Dice| {
            let spread = 2_000_000_000;
            dice.time(Time(time.nanos().saturating_sub(spread)), Time(time.nanos() + spread))
        };
        match dice.weighted(&[(1, 0), (2, 1), (3, 2), (3, 3), (1, 4)]) {
            0 => dice.time(Time(0), Time::millis(300)),
            1 => around(self.detection, dice),
            2 => around(self.decision(), dice),
            3 => dice.time(Time(0), self.decision()),
            _ => dice.time(self.decision(), plus(self.decision(), self.decision())),
        }
    }
}

pub(super) const fn plus(a: Time, b: Time) -> Time {
    Time(a.nanos().saturating_add(b.nanos()))
}

/// The ground, and the case that has nothing on it yet.
///
/// `is_clean`: a single fault meets a cluster that has formed, and lasts until all is decided and done. A race does so, too.
pub(super) fn draw(id: CaseId, is_clean: bool, dice: &Dice) -> (Ground, Case) {
    let nodes = names(size(id.profile, &mut dice.of("size")));
    let mut case = Case::new(nodes.clone());
    case.seed = id.seed;
    let seeds = dice.of("seeds").weighted(&[(4, 1), (5, 2), (2, 3)]);
    case.seeds = nodes.iter().take(seeds).cloned().collect();
    let with_role = roles(&nodes, &mut case, &mut dice.of("roles"));
    let (settings, stable_after, pause) = settings(id.profile, nodes.len(), with_role, &dice.of("settings"));
    if !settings.is_empty() {
        case.settings.push(Settings {
            nodes: Vec::new(),
            settings,
            line: Line::default(),
            prose: Prose::default(),
        });
    }
    let data_centers = data_centers(id.profile, &nodes, &mut dice.of("data centers"));
    let named = ["west", "south"].into_iter().zip(&data_centers);
    case.settings.extend(named.map(|(name, nodes)| in_data_center(name, nodes.clone())));
    if let Some(delay) = delay(id.profile, &mut dice.of("delay")) {
        let change = LinkChange { links: Links::All, effect: LinkEffect::Delay(delay), lasts: None };
        case.links.push(Link { change, line: Line::default(), prose: Prose::default() });
    }
    case.steps.extend(starts(&nodes, &mut dice.of("start")));

    let detection = plus(pause, Time::millis(2500));
    let decision = plus(detection, stable_after);
    let mut when = dice.of("when");
    let meets_formed = is_clean || id.profile == Profile::Races;
    // Trouble mostly meets a cluster that has formed, and now and then one that forms.
    let from = if !meets_formed && when.happens(15) {
        when.time(Time(0), Time::seconds(12))
    } else {
        Time::seconds(25)
    };
    let lasts = match id.profile {
        Profile::Quiet => Time::seconds(5),
        Profile::Races => plus(decision, Time::seconds(45)),
        _ if is_clean => {
            when.time(plus(decision, Time::seconds(20)), plus(plus(decision, decision), Time::seconds(40)))
        }
        _ => when.time(Time::seconds(10), plus(plus(decision, decision), Time::seconds(20))),
    };
    // A decision that is under way, or unrest, then the removal, then what L1 gives, twice.
    let rest = plus(plus(decision, stable_after), Time::seconds(45));
    let quiet = if id.profile == Profile::Quiet { Time::seconds(30) } else { rest };
    let ground = Ground {
        profile: id.profile,
        nodes,
        data_centers,
        from,
        to: plus(from, lasts),
        quiet,
        rest,
        detection,
        stable_after,
    };
    (ground, case)
}

/// The nodes that are there from the start begin together, or one group after the other within a second. Others, which come
/// late, are none of them: `start all` would start those, too.
fn starts(nodes: &[NodeName], dice: &mut Dice) -> Vec<Step> {
    let mut groups: Vec<Vec<NodeName>> = vec![Vec::new(); if dice.happens(25) { 1 } else { 3 }];
    for node in nodes {
        let group = dice.below(groups.len());
        groups[group].push(node.clone());
    }
    groups.retain(|group| !group.is_empty());
    let mut at = Time(0);
    let start = |nodes| {
        let step = Step::new(at, Action::Start { nodes, seeds: None });
        at = plus(at, dice.time(Time::millis(100), Time::millis(500)));
        step
    };
    groups.into_iter().map(start).collect()
}

/// Mostly as many as clusters have in which each node can be told apart; sometimes many. A race needs a few, and no more.
fn size(profile: Profile, dice: &mut Dice) -> usize {
    if profile == Profile::Races {
        return dice.weighted(&[(30, 3), (25, 4), (25, 5), (10, 6), (10, 7)]);
    }
    const SIZES: [(u32, usize); 9] =
        [(2, 1), (8, 2), (20, 3), (14, 4), (26, 5), (8, 6), (8, 7), (4, 8), (6, 9)];
    if dice.happens(4) { dice.between(10, 30) as usize } else { dice.weighted(&SIZES) }
}

fn names(count: usize) -> Vec<NodeName> {
    let letters = "abcdefghi".chars().map(String::from);
    let names: Vec<String> = if count <= 9 {
        letters.take(count).collect()
    } else {
        (1..=count).map(|n| format!("n{n}")).collect()
    };
    names.iter().map(|text| name(text)).collect()
}

/// A name that is known to be one.
pub(super) fn name(text: &str) -> NodeName {
    NodeName::new(text).expect("letters and a number are a name")
}

/// The role that some nodes have; gives back whether there is one.
fn roles(nodes: &[NodeName], case: &mut Case, dice: &mut Dice) -> bool {
    if nodes.len() < 3 || !dice.happens(20) {
        return false;
    }
    let count = dice.between(2, nodes.len() as u64 - 1) as usize;
    let having = dice.some(nodes, count);
    case.roles.push(Roles {
        nodes: having,
        roles: vec![ROLE.into()],
        line: Line::default(),
        prose: Prose::default(),
    });
    true
}

const ROLE: &str = "backend";

/// Which nodes belong to other data centres than the first: those of one or of two.
fn data_centers(profile: Profile, nodes: &[NodeName], dice: &mut Dice) -> Vec<Vec<NodeName>> {
    let percent = match profile {
        Profile::Wan => 80,
        Profile::Quiet => 10,
        Profile::Hostile => 15,
        Profile::Lan | Profile::Churn | Profile::Partitions | Profile::Races => 5,
    };
    if nodes.len() < 2 || !dice.happens(percent) {
        return Vec::new();
    }
    let count = if nodes.len() > 3 && dice.happens(25) { 2 } else { 1 };
    let away = dice.between(count, nodes.len() as u64 - 1) as usize;
    // Any nodes, as their seeds and addresses come.
    let away = dice.some(nodes, away);
    let border = if count == 1 { away.len() } else { dice.between(1, away.len() as u64 - 1) as usize };
    let (west, south) = away.split_at(border);
    [west, south].into_iter().filter(|nodes| !nodes.is_empty()).map(<[_]>::to_vec).collect()
}

/// `set NODES: multi-data-center.self-data-center = NAME`.
pub(super) fn in_data_center(name: &str, nodes: Vec<NodeName>) -> Settings {
    let key = "multi-data-center.self-data-center".into();
    Settings { nodes, ..Settings::for_all(vec![Setting { key, value: name.into() }]) }
}

fn delay(profile: Profile, dice: &mut Dice) -> Option<Delay> {
    let range = |from, to| Some(Delay::Uniform { from: Time::millis(from), to: Time::millis(to) });
    let long = || Some(Delay::LogNormal { median: Time::millis(40), p99: Time::millis(300) });
    match dice.weighted(&[(6, 0), (2, 1), (1, 2), (1, 3)]) {
        0 if profile == Profile::Wan => long(),
        0 => None,
        1 => range(1, 20),
        2 => range(10, 200),
        _ => Some(Delay::Constant(Time::millis(1))),
    }
}

/// The settings, each by draws of its own; `sbr.stable-after`; the pause that the detector tolerates.
fn settings(profile: Profile, nodes: usize, with_role: bool, dice: &Dice) -> (Vec<Setting>, Time, Time) {
    let mut settings = Vec::new();
    let mut set = |key: &str, value: String| settings.push(Setting { key: key.into(), value });
    let mut maybe = |key: &str, percent: u32, values: &[&str], default: &str| {
        let mut dice = dice.of(key);
        // A race is over soon: mostly it meets the times that it was made for.
        let percent = if profile == Profile::Races { percent / 3 } else { percent };
        let value = if dice.happens(percent) { dice.pick(values) } else { default };
        if value != default {
            set(key, value.into());
        }
        value.to_owned()
    };
    maybe("world.wire", 2, &["on"], "off");
    maybe("gossip-interval", 15, &["200ms", "500ms", "2s"], "1s");
    maybe("leader-actions-interval", 10, &["200ms", "500ms", "2s"], "1s");
    maybe("unreachable-nodes-reaper-interval", 10, &["300ms", "500ms", "2s"], "1s");
    maybe("allow-weakly-up-members", 20, &["off", "1s", "3s"], "7s");
    maybe("reduce-gossip-different-view-probability", 10, &["2", "4", "1000"], "400");
    maybe("periodic-tasks-initial-delay", 8, &["200ms", "3s"], "1s");
    maybe("failure-detector.heartbeat-interval", 12, &["500ms", "2s"], "1s");
    maybe("failure-detector.threshold", 10, &["4", "10", "12"], "8");
    maybe("failure-detector.monitored-by-nr-of-members", 20, &["1", "2", "3", "5"], "9");
    let pause = maybe("failure-detector.acceptable-heartbeat-pause", 25, &["1s", "2s", "5s", "8s"], "3s");
    maybe("world.exit-tasks", 30, &["500ms", "2s", "5s", "12s", "30s"], "off");
    maybe("multi-data-center.cross-data-center-connections", 15, &["1", "2"], "5");
    maybe("multi-data-center.cross-data-center-gossip-probability", 15, &["0.05", "0.5", "0.9"], "0.2");
    maybe("multi-data-center.always-speed-up-gossip", 15, &["on"], "off");
    let minimum =
        dice.of("min-nr-of-members").happens(12).then(|| dice.of("minimum").between(2, nodes as u64));
    if let Some(minimum) = minimum.filter(|minimum| *minimum <= nodes as u64) {
        set("min-nr-of-members", minimum.to_string());
    }
    let stable_after = downing(profile, nodes, with_role, dice, &mut set);
    let seconds = |text: &str| text.parse().unwrap_or(Time::seconds(20));
    (settings, seconds(&stable_after), seconds(&pause))
}

/// Who downs, and how; gives back `sbr.stable-after`.
fn downing(
    profile: Profile,
    nodes: usize,
    with_role: bool,
    dice: &Dice,
    set: &mut impl FnMut(&str, String),
) -> String {
    let without = if profile == Profile::Partitions { 5 } else { 15 };
    if dice.of("downing").happens(without) {
        set("downing", "none".into());
    }
    let strategies = [
        (5, "keep-majority"),
        (4, "static-quorum"),
        (4, "keep-oldest"),
        (2, "lease-majority"),
        (1, "down-all"),
    ];
    let strategy = dice.of("sbr.strategy").weighted(&strategies);
    if strategy != "keep-majority" {
        set("sbr.strategy", strategy.into());
    }
    let stable_after = dice.of("sbr.stable-after").pick(&["3s", "5s", "7s", "10s", "20s"]);
    if stable_after != "20s" {
        set("sbr.stable-after", stable_after.into());
    }
    let mut unrest = dice.of("sbr.down-all-when-unstable");
    match unrest.weighted(&[(7, ""), (2, "off"), (1, "4s"), (1, "10s")]) {
        "" => {}
        value => set("sbr.down-all-when-unstable", value.into()),
    }
    if with_role && strategy != "down-all" && dice.of("sbr.role").happens(50) {
        set(&format!("sbr.{strategy}.role"), ROLE.into());
    }
    let mut detail = dice.of("strategy");
    if strategy == "lease-majority" {
        set("sbr.lease-majority.lease-implementation", "simulated".into());
        if detail.happens(30) {
            let delay = detail.pick(&["500ms", "5s"]);
            set("sbr.lease-majority.acquire-lease-delay-for-minority", delay.into());
        }
    }
    if strategy == "static-quorum" {
        // Mostly the quorum that the nodes would have if none of them were missing; sometimes a bad choice.
        let majority = nodes as u64 / 2 + 1;
        let quorum = if detail.happens(80) { majority } else { detail.between(1, nodes as u64) };
        set("sbr.static-quorum.quorum-size", quorum.to_string());
    }
    if strategy == "keep-oldest" && detail.happens(40) {
        set("sbr.keep-oldest.down-if-alone", "off".into());
    }
    stable_after.into()
}
