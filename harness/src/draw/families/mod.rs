//! The families of faults. A new one is a function in one of the files here, and a line in [`FAMILIES`].

mod arrivals;
mod codas;
mod downs;
mod groups;
mod lease;
mod links;
mod messages;
mod processes;
mod shutdowns;

use super::dice::Dice;
use super::ground::{Ground, name};
use super::id::Profile;
use crate::case::{Action, Between, NodeName, Settings, Step, Time};

/// A kind of trouble that is in a case or not.
#[derive(Debug)]
pub(super) struct Family {
    pub(super) name: &'static str,
    /// How often in a hundred cases of each profile it is switched on, in the order of [`Profile::ALL`].
    percents: [u32; Profile::ALL.len()],
    /// What it does in a case. It must not look at anything but the ground and its own draws.
    pub(super) draw: fn(&Ground, Dice) -> Part,
}

impl Family {
    /// How often in a hundred cases of a profile it is switched on.
    pub(super) const fn percent(&self, profile: Profile) -> u32 {
        self.percents[profile as usize]
    }
}

/// What a family adds to a case. Whatever is later than the time of trouble happens at its end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Part {
    /// Nodes that only this family knows of.
    pub(super) nodes: Vec<NodeName>,
    /// Settings of those nodes.
    pub(super) settings: Vec<Settings>,
    pub(super) steps: Vec<Step>,
    /// What happens when all is over and quiet, with quiet after each: what, and how long after the beginning of its coda.
    pub(super) codas: Vec<Vec<(Time, Action)>>,
}

impl Part {
    fn at(&mut self, at: Time, action: Action) {
        self.steps.push(Step::new(at, action));
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
    Family { name, percents, draw }
}

/// The family that is drawn alone.
pub(super) const CLEAN_SPLITS: &str = "clean splits";

/// All families. The order says what comes first of two statements at one instant, and nothing else.
#[rustfmt::skip]
pub(super) static FAMILIES: &[Family] = &[
    //                             quiet lan wan churn partitions hostile
    family("joiners",             [20, 20, 20, 50, 15, 20], arrivals::joiners),
    family("late versions",       [10,  5,  3, 10,  2,  5], arrivals::late_versions),
    family("slow welcomes",       [ 0,  5,  8, 10,  2, 10], arrivals::slow_welcomes),
    family("lost introductions",  [ 0,  2,  2,  8,  2,  6], arrivals::lost_introductions),
    family("new data centres",    [ 5,  1, 25,  2,  1,  5], arrivals::new_data_centers),
    family("cuts",                [ 0,  0, 10, 10, 70, 15], groups::cuts),
    family(CLEAN_SPLITS,          [ 0,  0,  0,  0,  0,  0], groups::clean_splits),
    family("borders",             [ 0,  0, 40,  2,  5, 10], groups::borders),
    family("one-way cuts",        [ 0,  0,  5,  5, 25, 10], links::one_way_cuts),
    family("broken pairs",        [ 0,  0,  5,  5, 25, 10], links::broken_pairs),
    family("isolation",           [ 0,  5,  5,  5, 20, 10], groups::isolation),
    family("flapping",            [ 0,  0,  5,  4, 20, 10], groups::flapping),
    family("bridges",             [ 0,  0,  3,  3, 12,  5], groups::bridges),
    family("rings",               [ 0,  0,  2,  2,  8,  5], groups::rings),
    family("forgotten",           [ 0,  0,  2,  5,  5,  5], groups::forgotten),
    family("crashes",             [ 0, 30, 20, 50, 35, 30], processes::crashes),
    family("restarts",            [ 0, 20, 15, 50, 10, 25], processes::restarts),
    family("leaves",              [ 0, 20, 20, 50, 10, 20], processes::leaves),
    family("leaders leave",       [ 0,  5,  5, 12,  3,  5], processes::leaders_leave),
    family("stops",               [ 0, 10,  5, 30,  5, 10], processes::stops),
    family("shutdowns",           [ 0,  5,  4,  8,  1,  4], shutdowns::draw),
    family("manual downs",        [ 0,  3,  3, 20,  3,  8], downs::draw),
    family("loss",                [ 0, 50, 30, 25, 15, 25], links::loss),
    family("delays",              [ 0, 30, 30, 20, 10, 20], links::delays),
    family("pauses",              [ 0, 15, 10, 15, 10, 15], processes::pauses),
    family("slowness",            [ 0, 10,  5, 10,  5, 15], processes::slowness),
    family("clocks",              [ 0,  0,  3,  5,  3, 30], processes::clocks),
    family("noise",               [ 0, 20, 20, 10, 10, 20], messages::noise),
    family("narrow links",        [ 0,  0, 15,  3,  2, 15], messages::narrow_links),
    family("clogs",               [ 0,  0,  5,  5,  5, 20], messages::clogs),
    family("blocks",              [ 0,  0,  0,  5,  5, 20], messages::blocks),
    family("stragglers",          [ 0,  0,  5, 10,  3, 30], messages::stragglers),
    family("corruption",          [ 0,  0,  0,  2,  2, 30], messages::corruption),
    family("lease faults",        [ 0,  5,  5,  8, 20, 20], lease::draw),
    family("codas",               [80, 45, 30, 30, 30, 25], codas::draw),
];
