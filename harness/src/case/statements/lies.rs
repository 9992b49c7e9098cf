//! `lie`: what somebody could say who can write to the network (SIM-14).

use quorate_sim::{Action as Deed, HostId, Lie};

use super::super::action::{Action, Falsehood};
use super::super::form::Form;
use super::super::name::NodeName;
use super::super::read::input::{Input, Parsed, expected, number, takes_word, time, word};
use super::super::read::lists::node;
use super::entry::ActionForm;
use super::links::one_way;
use crate::run::{Deeds, duration};

/// The most members that one lie invents.
const INVENTED_MAX: u32 = 10_000;

pub(super) const LIE: ActionForm = ActionForm {
    form: Form {
        word: "lie",
        syntax: "lie NODE > NODE alive|joins|confirms-exit|removed|quarantined|down NODE|tombstone NODE|invents NUMBER|floods NUMBER [every TIME for TIME]",
        example: "lie c > a alive every 1s for 20s",
        meaning: "a node hears in the name of another what that one never said; cuts are no matter to a liar",
    },
    parse: |input| {
        let (from, to) = one_way(input)?;
        let claim = claim(input)?;
        let again = if takes_word(input, "every")? {
            let every = time(input)?;
            word(input, "for")?;
            Some((every, time(input)?))
        } else {
            None
        };
        Ok(Action::Lie { from, to, claim, again })
    },
    print: |action| match action {
        Action::Lie { from, to, claim, again } => {
            let again = again.map(|(every, lasts)| format!(" every {every} for {lasts}"));
            Some(format!("lie {from} > {to} {claim}{}", again.unwrap_or_default()))
        }
        _ => None,
    },
    play: |action, deeds| match action {
        Action::Lie { from, to, claim, again } => {
            let again = again.map(|(every, lasts)| (duration(every), duration(lasts)));
            Some(
                told(deeds, from, to, claim)
                    .map(|(sender, host, lie)| vec![Deed::Lie { host, sender, lie, again }]),
            )
        }
        _ => None,
    },
};

fn claim(input: &mut Input<'_>) -> Parsed<Falsehood> {
    const PLAIN: [(&str, Falsehood); 5] = [
        ("alive", Falsehood::Alive),
        ("joins", Falsehood::Joins),
        ("confirms-exit", Falsehood::ConfirmsExit),
        ("removed", Falsehood::Removed),
        ("quarantined", Falsehood::Quarantined),
    ];
    for (name, claim) in PLAIN {
        if takes_word(input, name)? {
            return Ok(claim);
        }
    }
    if takes_word(input, "down")? {
        Ok(Falsehood::Down(node(input, &[])?))
    } else if takes_word(input, "tombstone")? {
        Ok(Falsehood::Tombstone(node(input, &[])?))
    } else if takes_word(input, "invents")? {
        Ok(Falsehood::Invents(count(input)?))
    } else if takes_word(input, "floods")? {
        Ok(Falsehood::Floods(count(input)?))
    } else {
        expected(
            input,
            "`alive`, `joins`, `confirms-exit`, `removed`, `quarantined`, `down NODE`, `tombstone NODE`, `invents NUMBER` or `floods NUMBER`",
        )
    }
}

fn count(input: &mut Input<'_>) -> Parsed<u32> {
    const WANTED: &str = "how many nodes, from 1 to 10000";
    let before = *input;
    let count = number(input, WANTED)?;
    if (1..=INVENTED_MAX).contains(&count) { Ok(count) } else { expected(&before, WANTED) }
}

fn told(
    deeds: &Deeds<'_>,
    from: &NodeName,
    to: &NodeName,
    claim: &Falsehood,
) -> Result<(HostId, HostId, Lie), String> {
    let lie = match claim {
        Falsehood::Alive => Lie::Alive,
        Falsehood::Joins => Lie::Joins,
        Falsehood::ConfirmsExit => Lie::ConfirmsExit,
        Falsehood::Removed => Lie::Removed,
        Falsehood::Quarantined => Lie::Quarantined,
        Falsehood::Down(member) => Lie::Down(deeds.address(member)?),
        Falsehood::Tombstone(member) => Lie::Tombstone(deeds.address(member)?),
        Falsehood::Invents(count) => Lie::Invents(*count),
        Falsehood::Floods(count) => Lie::Flood(*count),
    };
    Ok((deeds.host(from)?, deeds.host(to)?, lie))
}
