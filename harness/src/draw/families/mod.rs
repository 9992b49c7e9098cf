//! The families of faults. A new one is a function in one of the files here, and a line in [`FAMILIES`].

mod arrivals;
mod codas;
mod downs;
mod groups;
mod lease;
mod limits;
mod links;
mod messages;
mod processes;
mod races;
mod shutdowns;
mod visitors;

use super::dice::Dice;
use super::ground::{Ground, name};
use super::id::Profile;
use crate::case::{Action, Between, NodeName, Setting, Settings, Step, Time};

/// A kind of trouble that is in a case or not.
#[derive(Debug)]
pub(super) struct Family {
    pub(super) name: &'static str,
    /// How often in a hundred cases of each profile it is switched on, in the order of [`Profile::ALL`].
    percents: [u32; Profile::ALL.len()],
    /// Races: one of these families is the one that is on, as likely as its weight says.
    pub(super) weight: u32,
    /// What it does in a case. It must not look at anything but the ground and its own draws.
    pub(super) draw: fn(&Ground, Dice) -> Part,
}

impl Family {
    /// How often in a hundred cases of a profile it is switched on.
    pub(super) const fn percent(&self, profile: Profile) -> u32 {
        self.percents[profile as usize]
    }

    /// Whether it is one of those of which a race has exactly one.
    pub(super) const fn is_race(&self) -> bool {
        self.weight > 0
    }

    const fn race(self, weight: u32) -> Self {
        Self { weight, ..self }
    }
}

/// What a family adds to a case. Whatever is later than the time of trouble happens at its end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Part {
    /// Nodes that only this family knows of.
    pub(super) nodes: Vec<NodeName>,
    /// Settings of those nodes, or of all.
    pub(super) settings: Vec<Settings>,
    pub(super) steps: Vec<Step>,
    /// What happens when all is over and quiet, with quiet after each: what, and how long after the beginning of its coda.
    pub(super) codas: Vec<Vec<(Time, Action)>>,
    /// How much quiet it needs at least after the time of trouble, before any coda.
    pub(super) quiet: Time,
}

impl Part {
    fn at(&mut self, at: Time, action: Action) {
        self.steps.push(Step::new(at, action));
    }

    /// A setting of all nodes, over what the ground says.
    fn set(&mut self, key: &str, value: &str) {
        self.settings.push(Settings::for_all(vec![Setting { key: key.into(), value: value.into() }]));
    }

    /// A node that only this family knows of.
    fn newcomer(&mut self, text: &str) -> NodeName {
        let node = name(text);
        self.nodes.push(node.clone());
        node
    }

    /// A link that breaks, and may heal.
    fn cut_link(&mut self, link: Between, at: Time, heals_at: Option<Time>) {
        self.at(at, Action::CutLink { between: link.clone() });
        if let Some(heals_at) = heals_at {
            self.at(heals_at, Action::Heal { between: Some(link) });
        }
    }
}

const fn family(
    name: &'static str,
    percents: [u32; Profile::ALL.len()],
    draw: fn(&Ground, Dice) -> Part,
) -> Family {
    Family { name, percents, weight: 0, draw }
}

/// One that is met in races only.
const fn race(name: &'static str, weight: u32, draw: fn(&Ground, Dice) -> Part) -> Family {
    family(name, [0; Profile::ALL.len()], draw).race(weight)
}

/// The family that is drawn alone.
pub(super) const CLEAN_SPLITS: &str = "clean splits";

/// All families. The order says what comes first of two statements at one instant, and nothing else.
#[rustfmt::skip]
pub(super) static FAMILIES: &[Family] = &[
    //                             quiet lan wan churn partitions hostile races
    family("joiners",             [20, 20, 20, 50, 15, 20,  5], arrivals::joiners),
    family("late versions",       [10,  5,  3, 10,  2,  5,  0], arrivals::late_versions),
    family("slow welcomes",       [ 0,  5,  8, 10,  2, 10,  0], arrivals::slow_welcomes),
    family("lost introductions",  [ 0,  2,  2,  8,  2,  6,  0], arrivals::lost_introductions),
    family("new data centres",    [ 5,  1, 25,  2,  1,  5,  0], arrivals::new_data_centers),
    family("cuts",                [ 0,  0, 10, 10, 70, 15,  0], groups::cuts),
    family(CLEAN_SPLITS,          [ 0,  0,  0,  0,  0,  0,  0], groups::clean_splits),
    family("borders",             [ 0,  0, 40,  2,  5, 10,  0], groups::borders),
    family("one-way cuts",        [ 0,  0,  5,  5, 25, 10,  0], links::one_way_cuts),
    family("broken pairs",        [ 0,  0,  5,  5, 25, 10,  0], links::broken_pairs),
    family("isolation",           [ 0,  5,  5,  5, 20, 10,  0], groups::isolation),
    family("flapping",            [ 0,  0,  5,  4, 20, 10,  0], groups::flapping),
    family("bridges",             [ 0,  0,  3,  3, 12,  5,  0], groups::bridges),
    family("rings",               [ 0,  0,  2,  2,  8,  5,  0], groups::rings),
    family("forgotten",           [ 0,  0,  2,  5,  5,  5,  0], groups::forgotten).race(3),
    family("crashes",             [ 0, 30, 20, 50, 35, 30,  0], processes::crashes),
    family("restarts",            [ 0, 20, 15, 50, 10, 25,  0], processes::restarts),
    family("leaves",              [ 0, 20, 20, 50, 10, 20,  5], processes::leaves),
    family("leaders leave",       [ 0,  5,  5, 12,  3,  5,  0], processes::leaders_leave).race(3),
    family("stops",               [ 0, 10,  5, 30,  5, 10,  0], processes::stops),
    family("shutdowns",           [ 0,  5,  4,  8,  1,  4,  0], shutdowns::draw),
    family("manual downs",        [ 0,  3,  3, 20,  3,  8,  0], downs::draw),
    family("loss",                [ 0, 50, 30, 25, 15, 25,  5], links::loss),
    family("delays",              [ 0, 30, 30, 20, 10, 20, 10], links::delays),
    family("pauses",              [ 0, 15, 10, 15, 10, 15,  5], processes::pauses),
    family("slowness",            [ 0, 10,  5, 10,  5, 15,  0], processes::slowness),
    family("clocks",              [ 0,  0,  3,  5,  3, 30,  0], processes::clocks),
    family("noise",               [ 0, 20, 20, 10, 10, 20,  0], messages::noise),
    family("narrow links",        [ 0,  0, 15,  3,  2, 15,  0], messages::narrow_links),
    family("clogs",               [ 0,  0,  5,  5,  5, 20,  0], messages::clogs),
    family("blocks",              [ 0,  0,  0,  5,  5, 20,  0], messages::blocks),
    family("stragglers",          [ 0,  0,  5, 10,  3, 30,  0], messages::stragglers),
    family("corruption",          [ 0,  0,  0,  2,  2, 30,  0], messages::corruption),
    family("lease faults",        [ 0,  5,  5,  8, 20, 20,  0], lease::draw),
    family("limits",              [ 0,  0,  0,  0,  0,  4,  0], limits::draw),
    race("steps unheard",        10, races::steps_unheard),
    race("parting words",         4, races::parting_words),
    race("exits together",        5, races::exits_together),
    race("gone witnesses",        5, races::gone_witnesses),
    race("last writes",           6, races::last_writes),
    race("given up and back",     4, races::given_up_and_back),
    race("strangers",             4, races::strangers),
    race("late welcomes",         3, races::late_welcomes),
    family("codas",               [80, 45, 30, 30, 30, 25, 15], codas::draw),
    family("visitors",            [ 0,  5,  3, 20,  0,  3,  0], visitors::draw),
];
