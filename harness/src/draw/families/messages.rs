//! What else networks do to messages: some arrive twice, some late or again, some not at all for what they are.

use quorate::MessageKind;

use super::super::any_link;
use super::super::dice::Dice;
use super::super::ground::{Ground, plus};
use super::Part;
use crate::case::{Action, Bytes, Fate, LinkChange, LinkEffect, Links, Percent, Time};

/// Some messages arrive twice or out of order, and losses come in bursts.
pub(super) fn noise(ground: &Ground, mut dice: Dice) -> Part {
    let share = percent(dice.pick(&[1, 5, 20]));
    let effect = match dice.below(3) {
        0 => LinkEffect::Duplicate(share),
        1 => LinkEffect::Reorder { share, by: Time::millis(dice.pick(&[5, 100, 1000])) },
        _ => LinkEffect::BurstyLoss { share, burst: Time::millis(dice.pick(&[100, 500, 2000])) },
    };
    for_a_while(ground, Links::All, effect, &mut dice)
}

/// Bits flip on the way.
pub(super) fn corruption(ground: &Ground, mut dice: Dice) -> Part {
    let effect = LinkEffect::Corrupt(percent(dice.pick(&[1, 10, 50])));
    let links = any_link(&ground.nodes, 50, &mut dice);
    for_a_while(ground, links, effect, &mut dice)
}

/// Links that pass few bytes, keep few waiting, or pass no long messages.
pub(super) fn narrow_links(ground: &Ground, mut dice: Dice) -> Part {
    let effect = match dice.below(3) {
        0 => LinkEffect::Bandwidth(Bytes(dice.pick(&[1_000, 10_000, 125_000]))),
        1 => LinkEffect::Mtu(Bytes(dice.pick(&[300, 600, 1_400]))),
        _ => LinkEffect::Bandwidth(Bytes(2_000)),
    };
    let is_queue_short = matches!(effect, LinkEffect::Bandwidth(_)) && dice.happens(50);
    let links = any_link(&ground.nodes, 50, &mut dice);
    let mut part = for_a_while(ground, links.clone(), effect, &mut dice);
    if is_queue_short && let Some(step) = part.steps.first() {
        let queue = LinkEffect::Queue(Bytes(dice.pick(&[1_500, 64_000])));
        let lasts = Some(ground.lasting(step.at, &mut dice));
        part.at(step.at, Action::Link(LinkChange { links, effect: queue, lasts }));
    }
    part
}

fn for_a_while(ground: &Ground, links: Links, effect: LinkEffect, dice: &mut Dice) -> Part {
    let mut part = Part::default();
    let at = ground.instant(dice);
    let lasts = Some(ground.lasting(at, dice));
    part.at(at, Action::Link(LinkChange { links, effect, lasts }));
    part
}

/// A firewall or a version that does not know it: messages of a kind don't get through.
pub(super) fn blocks(ground: &Ground, mut dice: Dice) -> Part {
    let mut part = Part::default();
    let kind = dice.pick(&MessageKind::ALL);
    let links = any_link(&ground.nodes, 70, &mut dice);
    let at = ground.early(&mut dice);
    let lasts = dice.happens(70).then(|| ground.lasting(at, &mut dice));
    part.at(at, Action::Block { kind, links, lasts });
    part
}

/// A link holds back what is sent, and then passes it on all at once.
pub(super) fn clogs(ground: &Ground, mut dice: Dice) -> Part {
    let mut part = Part::default();
    let mut at = ground.early(&mut dice);
    for _ in 0..dice.weighted(&[(3, 1), (1, 2)]) {
        let links = any_link(&ground.nodes, 80, &mut dice);
        part.at(at, Action::Hold { links: links.clone() });
        at = plus(at, ground.telling_delay(&mut dice));
        part.at(at, Action::Release { links, swizzled: dice.happens(50) });
    }
    part
}

/// Single messages come late, or once more after long, whoever is there by then.
pub(super) fn stragglers(ground: &Ground, mut dice: Dice) -> Part {
    const KINDS: [MessageKind; 6] = [
        MessageKind::Gossip,
        MessageKind::Join,
        MessageKind::Welcome,
        MessageKind::InitJoinAck,
        MessageKind::HeartbeatReply,
        MessageKind::ExitingConfirmed,
    ];
    let mut part = Part::default();
    if ground.nodes.len() < 2 {
        return part;
    }
    for _ in 0..dice.between(1, 4) {
        let order = dice.shuffled(ground.nodes.len());
        let (from, to) = (ground.nodes[order[0]].clone(), ground.nodes[order[1]].clone());
        let kind = dice.pick(&KINDS);
        let after = dice.time(Time::seconds(1), plus(ground.decision(), ground.decision()));
        let (kind, fate) = match dice.weighted(&[(3, 0), (2, 1), (1, 2), (1, 3)]) {
            0 => (Some(kind), Fate::Late(after)),
            1 => (Some(kind), Fate::Delay(after)),
            2 => (Some(kind), Fate::Drop),
            _ => (None, Fate::Late(after)),
        };
        part.at(ground.instant(&mut dice), Action::Next { fate, kind, from, to });
    }
    part
}

/// A whole number of hundredths.
pub(super) fn percent(of_hundred: u32) -> Percent {
    Percent::from_parts_per_million(of_hundred * 10_000).unwrap_or_default()
}
