//! RUN-2: cases drawn from a seed.
//!
//! ```
//! use quorate_harness::draw::{CaseId, draw};
//! use quorate_harness::{case, settings::Settings};
//!
//! let id: CaseId = "partitions-17".parse()?;
//! let drawn = draw(id);
//! assert_eq!(case::parse("drawn.qcase", &drawn.to_string(), &Settings)?, drawn);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! First the *ground* is drawn: how many nodes there are, their settings, when trouble may begin and must be over. Then
//! each *family* of faults (a function each in `families`) is switched on or off and, if on, draws its statements,
//! by draws of its own: so that leaving one family out moves nothing in another, and every subset of families is met
//! sooner or later. The case ends with the network healed, links as they were, and enough quiet for what must happen in
//! time; some have a *coda* after that, one thing more that meets a cluster at rest.
//!
//! Nobody can know when a case is drawn who will still be running when a statement comes. Those that turn out not to
//! apply are passed over by a campaign, and are not in the case that a failure leaves behind.

mod dice;
mod families;
mod ground;
mod id;

pub use id::{CaseId, Draws, IdError, Profile};

use crate::case::{
    Action, Between, Case, Delay, LeaseState, LinkChange, LinkEffect, Links, NodeName, Percent, Step, Time,
};
use dice::Dice;
use families::{CLEAN_SPLITS, FAMILIES, Family};
use ground::plus;

/// The case that an id stands for, in this version.
#[must_use]
pub fn draw(id: CaseId) -> Case {
    draw_with(id, |_, on| on)
}

/// The names of the families of faults, in the order in which they are drawn.
#[must_use]
pub fn family_names() -> Vec<&'static str> {
    FAMILIES.iter().map(|family| family.name).collect()
}

/// The families that are switched on in a drawn case.
#[must_use]
pub fn families_of(id: CaseId) -> Vec<&'static str> {
    let dice = Dice::new(id.profile.name(), id.seed);
    FAMILIES.iter().filter(|family| is_on(family, id, &dice)).map(|family| family.name).collect()
}

/// Of how many in a hundred cases of the profile `partitions` a single clean fault is all: what the resolver's promises are about.
const CLEAN_PERCENT: u32 = 70;

fn is_clean(id: CaseId, dice: &Dice) -> bool {
    id.profile == Profile::Partitions && dice.of("clean").happens(CLEAN_PERCENT)
}

fn is_on(family: &Family, id: CaseId, dice: &Dice) -> bool {
    if is_clean(id, dice) {
        return family.name == CLEAN_SPLITS;
    }
    if id.profile == Profile::Races && family.is_race() {
        return family.name == race(dice);
    }
    dice.of("families").of(family.name).happens(family.percent(id.profile))
}

/// The one race that is run.
fn race(dice: &Dice) -> &'static str {
    let races: Vec<_> = FAMILIES.iter().map(|family| (family.weight, family.name)).collect();
    dice.of("race").weighted(&races)
}

/// The same case with a say in which families take part: what each is asked, and whether it was drawn to be on.
fn draw_with(id: CaseId, takes_part: impl Fn(&Family, bool) -> bool) -> Case {
    let dice = Dice::new(id.profile.name(), id.seed);
    let (ground, mut case) = ground::draw(id, is_clean(id, &dice), &dice.of("ground"));
    let (mut names, mut codas, mut quiet) = (Vec::new(), Vec::new(), ground.quiet);
    for family in FAMILIES {
        if takes_part(family, is_on(family, id, &dice)) {
            let part = (family.draw)(&ground, dice.of(family.name));
            case.nodes.extend(part.nodes);
            case.settings.extend(part.settings);
            case.steps.extend(part.steps);
            codas.extend(part.codas);
            quiet = quiet.max(part.quiet);
            names.push(family.name);
        }
    }
    case.name = id.to_string();
    case.prose.name.trailing = names.join(", ");
    for step in &mut case.steps {
        step.at = step.at.min(ground.to);
    }
    case.sort_steps();
    let repairs = mend(&case);
    case.steps.extend(repairs.into_iter().map(|action| Step::new(ground.to, action)));
    let mut now = plus(ground.to, quiet);
    for coda in codas {
        let began = now;
        for (after, action) in coda {
            now = plus(began, after);
            case.steps.push(Step::new(now, action));
        }
        now = plus(now, ground.rest);
    }
    case.steps.push(Step::new(now, Action::End));
    case
}

/// What makes the network, the lease service and the clocks whole again after all that was drawn.
fn mend(case: &Case) -> Vec<Action> {
    let all = || case.steps.iter().map(|step| &step.action);
    let mut mended = Vec::new();
    if all().any(Action::cuts_links) {
        mended.push(Action::Heal { between: None });
    }
    if all().any(|action| matches!(action, Action::Hold { .. })) {
        mended.push(Action::Release { links: Links::All, swizzled: false });
    }
    if all().any(|action| matches!(action, Action::Block { .. })) {
        mended.push(Action::Unblock { kind: None, links: Links::All });
    }
    if all().any(|action| matches!(action, Action::Lease(_))) {
        mended.push(Action::Lease(LeaseState::Works));
    }
    let mut drifting: Vec<&NodeName> = all()
        .filter_map(|action| if let Action::ClockDrift { node, .. } = action { Some(node) } else { None })
        .collect();
    drifting.dedup();
    let steady = |node: &NodeName| Action::ClockDrift { node: node.clone(), parts_per_million: 0 };
    mended.extend(drifting.into_iter().map(steady));
    let lasting = all().filter_map(|action| match action {
        Action::Link(LinkChange { effect, lasts: None, .. }) => Some(effect),
        _ => None,
    });
    let lasting: Vec<&LinkEffect> = lasting.collect();
    let mut restore =
        |effect| mended.push(Action::Link(LinkChange { links: Links::All, effect, lasts: None }));
    if lasting.iter().any(|effect| matches!(effect, LinkEffect::Loss(_))) {
        restore(LinkEffect::Loss(Percent::default()));
    }
    if lasting.iter().any(|effect| matches!(effect, LinkEffect::Delay(_))) {
        let at_first = case.links.iter().rev().find_map(|link| match link.change.effect {
            LinkEffect::Delay(delay) => Some(delay),
            _ => None,
        });
        restore(LinkEffect::Delay(at_first.unwrap_or(USUAL_DELAY)));
    }
    mended
}

/// How long a message is under way if nothing else is said.
const USUAL_DELAY: Delay = Delay::Uniform { from: Time(500_000), to: Time(1_500_000) };

/// The links of two nodes, so often in a hundred; else all links.
fn any_link(nodes: &[NodeName], percent: u32, dice: &mut Dice) -> Links {
    if nodes.len() < 2 || !dice.happens(percent) {
        return Links::All;
    }
    let order = dice.shuffled(nodes.len());
    Links::Between(between(&nodes[order[0]], &nodes[order[1]], dice.happens(50)))
}

/// The link from one node to another, or the two between them.
fn between(from: &NodeName, to: &NodeName, one_way: bool) -> Between {
    if one_way {
        Between::OneWay { from: from.clone(), to: to.clone() }
    } else {
        Between::BothWays { one: from.clone(), other: to.clone() }
    }
}

#[cfg(test)]
mod tests;
