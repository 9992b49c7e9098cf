//! Things that meet within a second or two: what one node does, and what another has not heard of by then.
//!
//! Each tells a situation of part 06 of the specification, with its times, its sides and its nodes drawn.

use quorate::MessageKind;

use super::super::between;
use super::super::dice::Dice;
use super::super::ground::{Ground, plus};
use super::Part;
use crate::case::{Action, Fate, Links, NodeName, Setting, Settings, Time};

/// What a node says of its state.
const STATE: [MessageKind; 4] =
    [MessageKind::Gossip, MessageKind::GossipStatus, MessageKind::ContentStatus, MessageKind::Introduction];

/// What a joiner is told by who lets it in: as REP-43 says, or without that.
const WELCOMES: [MessageKind; 2] = [MessageKind::WelcomeTo, MessageKind::Welcome];

/// When it begins.
fn begin(ground: &Ground, dice: &mut Dice) -> Time {
    plus(ground.from, dice.time(Time(0), Time::seconds(5)))
}

/// So much later, between two.
fn later(at: Time, from: Time, to: Time, dice: &mut Dice) -> Time {
    plus(at, dice.time(from, to))
}

/// A node and the others, in the order in which they stand.
fn one_of(nodes: &[NodeName], dice: &mut Dice) -> (NodeName, Vec<NodeName>) {
    let mut others = nodes.to_vec();
    let one = others.remove(dice.below(nodes.len()));
    (one, others)
}

/// Somebody comes and somebody goes, and the network falls in two about when the leader takes both a step further
/// (REP-121).
pub(super) fn steps_unheard(ground: &Ground, mut dice: Dice) -> Part {
    let mut part = Part::default();
    let Some((leader, others)) = ground.nodes.split_first() else { return part };
    let began = begin(ground, &mut dice);
    // The leader acts every so often; before that all have to hear who comes and who goes.
    let (every, cut) = match dice.weighted(&[(1, 0), (4, 1), (5, 2)]) {
        0 => ("1s", dice.time(Time::millis(300), Time::seconds(4))),
        1 => ("5s", dice.time(Time::millis(2500), Time::seconds(6))),
        _ => ("10s", dice.time(Time::seconds(3), Time::seconds(9))),
    };
    part.set("leader-actions-interval", every);
    part.set("downing", "sbr");
    // Each side has its quorum of those whom it counts: the leader's with those who come, the other with those who go.
    let is_even = ground.nodes.len().is_multiple_of(2);
    let deceives = ground.nodes.len() > 2 && dice.happens(65);
    if deceives {
        part.set("sbr.strategy", "static-quorum");
        part.set("sbr.static-quorum.quorum-size", &(ground.nodes.len() / 2 + 1).to_string());
    }
    let comers = if deceives { 1 + usize::from(is_even) } else { dice.weighted(&[(2, 0), (6, 1), (2, 2)]) };
    let comers: Vec<NodeName> = (1..=comers).map(|number| part.newcomer(&format!("j{number}"))).collect();
    for comer in &comers {
        let at = later(began, Time(0), Time::millis(800), &mut dice);
        part.at(at, Action::Start { nodes: vec![comer.clone()], seeds: None });
    }
    let goers = if deceives { 1 } else { dice.weighted(&[(2, 0), (6, 1), (2, 2)]) };
    let goers = dice.some(others, goers);
    for goer in &goers {
        let at = later(began, Time(0), Time::millis(800), &mut dice);
        let told = dice.happens(50).then(|| leader.clone());
        part.at(at, Action::Leave { node: goer.clone().into(), at: told });
    }
    // Halves, as a rule: the leader with those who come, those who go on the other side.
    let all = ground.nodes.len() + comers.len();
    let half = if deceives || dice.happens(70) { all / 2 } else { dice.between(1, all as u64 - 1) as usize };
    let mut near = vec![leader.clone()];
    near.extend(comers.into_iter().filter(|_| deceives || dice.happens(80)));
    let order = dice.shuffled(others.len());
    let (going, staying): (Vec<_>, Vec<_>) =
        order.into_iter().map(|place| others[place].clone()).partition(|node| goers.contains(node));
    let missing = half.saturating_sub(near.len());
    near.extend(staying.into_iter().chain(going).take(missing.min(others.len().saturating_sub(1))));
    part.at(plus(began, cut), Action::CutGroups { groups: vec![near], rest: true });
    part
}

/// Who leaves hears nothing from another while it does its last work, says so, and is gone before it can take that back
/// (REP-70).
pub(super) fn parting_words(ground: &Ground, mut dice: Dice) -> Part {
    let mut part = Part::default();
    let (leaver, others) = one_of(&ground.nodes, &mut dice);
    part.set("world.exit-tasks", "30s");
    if dice.happens(60) {
        part.set("downing", "none");
    }
    let began = begin(ground, &mut dice);
    part.at(began, Action::Leave { node: leaver.clone().into(), at: None });
    let silent = later(began, Time::seconds(2), Time::seconds(6), &mut dice);
    let lost = dice.weighted(&[(4, 1), (1, 2)]);
    for other in dice.some(&others, lost) {
        silence(&mut part, &other, &leaver, silent, &mut dice);
    }
    let gone = later(plus(silent, ground.detection), Time::millis(500), Time::seconds(6), &mut dice);
    part.at(gone, Action::Crash { nodes: vec![leaver] });
    part
}

/// One no longer gets what another says when it is asked whether it is there, or anything at all from it.
fn silence(part: &mut Part, from: &NodeName, to: &NodeName, at: Time, dice: &mut Dice) {
    let link = between(from, to, true);
    if dice.happens(70) {
        let links = Links::Between(link);
        part.at(at, Action::Block { kind: MessageKind::HeartbeatReply, links, lasts: None });
    } else {
        part.cut_link(link, at, None);
    }
}

/// All leave at once, or all but one, and while they do their last work one is found silent by another (REP-80).
pub(super) fn exits_together(ground: &Ground, mut dice: Dice) -> Part {
    let mut part = Part::default();
    part.set("world.exit-tasks", "30s");
    if dice.happens(60) {
        part.set("downing", "none");
    }
    let began = begin(ground, &mut dice);
    let goes = ground.nodes.len() - usize::from(dice.happens(10));
    // In one word, mostly: who is still on its way out leads before those who are Exiting.
    let at_once = dice.happens(75);
    for goer in dice.some(&ground.nodes, goes) {
        let told = (at_once || dice.happens(50)).then(|| ground.nodes[0].clone());
        let at = if at_once { began } else { later(began, Time(0), Time::millis(500), &mut dice) };
        part.at(at, Action::Leave { node: goer.into(), at: told });
    }
    // Who leads, mostly: it is the one who removes. Others may be slower to.
    if dice.happens(60) {
        let slow = vec![Setting { key: "leader-actions-interval".into(), value: "10s".into() }];
        part.settings.push(Settings { nodes: ground.nodes[1..].to_vec(), ..Settings::for_all(slow) });
    }
    let (silent, others) = if dice.happens(75) {
        (ground.nodes[0].clone(), ground.nodes[1..].to_vec())
    } else {
        one_of(&ground.nodes, &mut dice)
    };
    let at = later(began, Time::seconds(4), Time::seconds(9), &mut dice);
    let hearers = dice.weighted(&[(4, 1), (1, 2)]);
    for other in dice.some(&others, hearers) {
        // Only that: it hears from the other, and so does not miss it in its turn.
        let links = Links::Between(between(&silent, &other, true));
        part.at(at, Action::Block { kind: MessageKind::HeartbeatReply, links, lasts: None });
    }
    part
}

/// One crashes, and then another that has noticed, before anybody has decided about the first (REP-111).
pub(super) fn gone_witnesses(ground: &Ground, mut dice: Dice) -> Part {
    let mut part = Part::default();
    part.set("downing", "sbr");
    if dice.happens(50) {
        part.set("sbr.down-all-when-unstable", "off");
    }
    let stable_after = if dice.happens(50) {
        part.set("sbr.stable-after", "10s");
        Time::seconds(10)
    } else {
        ground.stable_after
    };
    // So many that those who are left are more, mostly: that takes five.
    let mut nodes = ground.nodes.clone();
    for number in nodes.len() + 1..=5 {
        let node = part.newcomer(&format!("g{number}"));
        part.at(Time(0), Action::Start { nodes: vec![node.clone()], seeds: None });
        nodes.push(node);
    }
    let most = (nodes.len() - 1) / 2;
    let count = if dice.happens(80) { most } else { most + 1 };
    let mut at = begin(ground, &mut dice);
    for place in dice.shuffled(nodes.len()).into_iter().take(count) {
        part.at(at, Action::Crash { nodes: vec![nodes[place].clone()] });
        at = later(plus(at, ground.detection), Time(0), plus(stable_after, Time::seconds(1)), &mut dice);
    }
    part
}

/// Somebody is declared down, or leaves, and goes on writing: one other hears that, and who removes it does not (REP-10).
pub(super) fn last_writes(ground: &Ground, mut dice: Dice) -> Part {
    let mut part = Part::default();
    part.set("downing", "none");
    let (remover, others) = (ground.nodes[0].clone(), &ground.nodes[1..]);
    let writer = dice.pick(others);
    let silent = begin(ground, &mut dice);
    part.cut_link(between(&remover, &writer, false), silent, None);
    // It does not hear how the others think of it.
    for other in others.iter().filter(|other| **other != writer) {
        for kind in STATE.into_iter().filter(|_| dice.happens(85)) {
            let links = Links::Between(between(other, &writer, true));
            part.at(silent, Action::Block { kind, links, lasts: None });
        }
    }
    let given_up = later(plus(silent, ground.detection), Time(0), Time::seconds(5), &mut dice);
    part.at(given_up, Action::Down { node: writer.clone().into(), at: remover });
    for number in 1..=dice.between(1, 4) {
        let at = later(given_up, Time(0), Time::seconds(4), &mut dice);
        if dice.happens(30) {
            let comer = part.newcomer(&format!("l{number}"));
            part.at(at, Action::Start { nodes: vec![comer.clone()], seeds: Some(Vec::new()) });
            part.at(at, Action::Join { node: comer, via: writer.clone() });
        } else {
            let node = dice.pick(&ground.nodes);
            part.at(at, Action::Leave { node: node.into(), at: Some(writer.clone()) });
        }
    }
    part
}

/// Who asked to be let in gets no answer, is given up and removed, and asks one who came later (REP-30).
pub(super) fn given_up_and_back(ground: &Ground, mut dice: Dice) -> Part {
    let mut part = Part::default();
    let at = begin(ground, &mut dice);
    let (node, late) = (part.newcomer("z1"), part.newcomer("z2"));
    for other in &ground.nodes {
        part.cut_link(between(other, &node, true), at, None);
    }
    let via = dice.pick(&ground.nodes);
    part.at(at, Action::Start { nodes: vec![node.clone()], seeds: Some(Vec::new()) });
    part.at(at, Action::Join { node: node.clone(), via: via.clone() });
    let down = later(at, Time::seconds(1), Time::seconds(4), &mut dice);
    part.at(down, Action::Down { node: node.clone().into(), at: via });
    let removed = later(plus(down, ground.detection), Time::seconds(1), Time::seconds(6), &mut dice);
    part.at(removed, Action::Start { nodes: vec![late.clone()], seeds: None });
    let again = later(removed, Time::millis(500), Time::seconds(5), &mut dice);
    part.at(again, Action::Join { node, via: late });
    part
}

/// Somebody is let in by one whom the others don't hear any more, and who is gone before they do (REP-40).
pub(super) fn strangers(ground: &Ground, mut dice: Dice) -> Part {
    let mut part = Part::default();
    // What unrest would end tells nothing of who knows whom.
    part.set("downing", "sbr");
    part.set("sbr.down-all-when-unstable", "off");
    part.quiet = ground.settling();
    let (via, others) = one_of(&ground.nodes, &mut dice);
    let node = part.newcomer("z1");
    let at = begin(ground, &mut dice);
    for other in &others {
        part.cut_link(between(&via, other, false), at, None);
    }
    part.at(at, Action::Start { nodes: vec![node.clone()], seeds: Some(Vec::new()) });
    part.at(at, Action::Join { node, via: via.clone() });
    let gone = later(at, Time::millis(100), Time::seconds(2), &mut dice);
    part.at(gone, Action::Crash { nodes: vec![via] });
    let heals_at = later(gone, Time(0), Time::seconds(2), &mut dice);
    part.at(heals_at, Action::Heal { between: None });
    part
}

/// One whose welcomes come when it has asked somebody else (JOIN-92).
pub(super) fn late_welcomes(ground: &Ground, mut dice: Dice) -> Part {
    let mut part = Part::default();
    let node = part.newcomer("w1");
    let at = begin(ground, &mut dice);
    for from in &ground.nodes {
        for kind in WELCOMES {
            // Who asked waits for ten seconds, and then asks whoever answers first.
            let fate = Fate::Delay(dice.time(Time::seconds(10), Time::seconds(19)));
            let (from, to) = (from.clone(), node.clone());
            part.at(at, Action::Next { fate, kind: Some(kind), from, to });
        }
    }
    part.at(at, Action::Start { nodes: vec![node], seeds: Some(ground.nodes.clone()) });
    part
}
