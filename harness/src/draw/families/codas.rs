//! When all is over and quiet has come, one more thing happens, and is given all the time that it needs: what must come in
//! time is judged of it.

use super::super::dice::Dice;
use super::super::ground::{Ground, plus};
use super::Part;
use crate::case::{Action, NodeName, Time};

/// One thing, or two with quiet between them.
pub(super) fn draw(ground: &Ground, mut dice: Dice) -> Part {
    let mut part = Part::default();
    let mut order = dice.shuffled(ground.nodes.len()).into_iter().map(|place| ground.nodes[place].clone());
    for _ in 0..dice.weighted(&[(3, 1), (1, 2)]) {
        let Some(node) = order.next() else { break };
        let others: Vec<NodeName> = ground.nodes.iter().filter(|other| **other != node).cloned().collect();
        let other = if others.is_empty() { None } else { Some(dice.pick(&others)) };
        let coda = one(ground, node, other, &mut dice);
        part.codas.push(coda);
    }
    part
}

/// What happens in one coda, each at so long after its beginning.
fn one(ground: &Ground, node: NodeName, other: Option<NodeName>, dice: &mut Dice) -> Vec<(Time, Action)> {
    let nodes = vec![node.clone()];
    let now = |action| vec![(Time(0), action)];
    match (dice.weighted(&[(5, 0), (6, 1), (4, 2), (2, 3), (3, 4), (5, 5), (1, 6)]), other) {
        (0, _) => now(Action::Crash { nodes }),
        (1, _) => now(Action::Restart { nodes, after: Time(0) }),
        (2, at) => now(Action::Leave { node: node.into(), at: at.filter(|_| dice.happens(40)) }),
        (3, _) => now(Action::Stop { nodes }),
        // Away for so short that nobody is downed, mostly.
        (4, Some(_)) => {
            let back = dice.time(ground.detection, plus(ground.detection, Time::seconds(2)));
            vec![(Time(0), Action::Isolate { node }), (back, Action::Heal { between: None })]
        }
        (5, Some(at)) => forgotten(ground, node, at, dice),
        (_, _) => {
            let all = ground.nodes.iter().enumerate();
            let prepare = (Time(0), Action::PrepareForShutdown { at: node });
            let leave = |(place, node): (usize, &NodeName)| {
                let at = Time::seconds(10 + 5 * place as u32);
                (at, Action::Leave { node: node.clone().into(), at: None })
            };
            std::iter::once(prepare).chain(all.map(leave)).collect()
        }
    }
}

/// Away until it is forgotten, and back mostly before it decides for itself that it has lost.
pub(super) fn forgotten(
    ground: &Ground,
    node: NodeName,
    at: NodeName,
    dice: &mut Dice,
) -> Vec<(Time, Action)> {
    let noticed = plus(ground.detection, Time::seconds(1));
    let removed = plus(noticed, Time::seconds(3));
    let back = dice.time(removed, plus(ground.decision(), Time::seconds(1)).max(removed));
    vec![
        (Time(0), Action::Isolate { node: node.clone() }),
        (noticed, Action::Down { node: node.into(), at }),
        (back, Action::Heal { between: None }),
    ]
}
