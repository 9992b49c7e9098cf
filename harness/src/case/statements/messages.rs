//! `block`, `hold`, `drop` and their like: what becomes of messages by their kind or one by one.

use quorate::MessageKind;
use quorate_sim::{Action as Deed, Fate as DeedFate, NextMessage};

use super::super::action::{Action, Fate};
use super::super::form::Form;
use super::super::read::input::{Input, Parsed, choose, expected, rest, sign, takes_word, time, word};
use super::entry::ActionForm;
use super::links::{lasts, links, one_way, shown_lasts};
use crate::run::duration;

fn kind(input: &mut Input<'_>) -> Parsed<MessageKind> {
    choose(input, "kind of message", &MessageKind::ALL, |kind| kind.name()).copied()
}

/// `kind=KIND`, if it stands there; a node may be called `kind`.
fn named_kind(input: &mut Input<'_>) -> Parsed<Option<MessageKind>> {
    let is_kind = rest(input).strip_prefix("kind").is_some_and(|rest| rest.trim_start().starts_with('='));
    if !is_kind {
        return Ok(None);
    }
    word(input, "kind")?;
    sign(input, '=', "`=` and a kind of message")?;
    kind(input).map(Some)
}

fn shown_kind(kind: Option<MessageKind>) -> String {
    kind.map(|kind| format!("kind={kind} ")).unwrap_or_default()
}

pub(super) const BLOCK: ActionForm = ActionForm {
    form: Form {
        word: "block",
        syntax: "block kind=KIND *|NODE > NODE|NODE - NODE [for TIME]",
        example: "block kind=gossip a > b",
        meaning: "messages of a kind are dropped, until they are unblocked or for a time",
    },
    parse: |input| {
        let Some(kind) = named_kind(input)? else { return expected(input, "`kind=` and a kind of message") };
        Ok(Action::Block { kind, links: links(input)?, lasts: lasts(input)? })
    },
    print: |action| match action {
        Action::Block { kind, links, lasts } => {
            Some(format!("block kind={kind} {links}{}", shown_lasts(*lasts)))
        }
        _ => None,
    },
    play: |action, deeds| match action {
        Action::Block { kind, links, lasts } => {
            let (kind, lasts) = (*kind, lasts.map(duration));
            Some(deeds.one(deeds.links(links).map(|links| Deed::Block { kind, links, lasts })))
        }
        _ => None,
    },
};

pub(super) const UNBLOCK: ActionForm = ActionForm {
    form: Form {
        word: "unblock",
        syntax: "unblock [kind=KIND] *|NODE > NODE|NODE - NODE",
        example: "unblock kind=gossip *",
        meaning: "blocks that are about no other links are over",
    },
    parse: |input| Ok(Action::Unblock { kind: named_kind(input)?, links: links(input)? }),
    print: |action| match action {
        Action::Unblock { kind, links } => Some(format!("unblock {}{links}", shown_kind(*kind))),
        _ => None,
    },
    play: |action, deeds| match action {
        Action::Unblock { kind, links } => {
            let kind = *kind;
            Some(deeds.one(deeds.links(links).map(|links| Deed::Unblock { kind, links })))
        }
        _ => None,
    },
};

pub(super) const HOLD: ActionForm = ActionForm {
    form: Form {
        word: "hold",
        syntax: "hold *|NODE > NODE|NODE - NODE",
        example: "hold a > b",
        meaning: "what is sent there waits until it is released",
    },
    parse: |input| Ok(Action::Hold { links: links(input)? }),
    print: |action| match action {
        Action::Hold { links } => Some(format!("hold {links}")),
        _ => None,
    },
    play: |action, deeds| match action {
        Action::Hold { links } => Some(deeds.one(deeds.links(links).map(|links| Deed::Hold { links }))),
        _ => None,
    },
};

pub(super) const RELEASE: ActionForm = ActionForm {
    form: Form {
        word: "release",
        syntax: "release *|NODE > NODE|NODE - NODE [swizzled]",
        example: "release a > b swizzled",
        meaning: "what was held arrives all at once, in the order in which it was sent or in a random one",
    },
    parse: |input| Ok(Action::Release { links: links(input)?, swizzled: takes_word(input, "swizzled")? }),
    print: |action| match action {
        Action::Release { links, swizzled } => {
            Some(format!("release {links}{}", if *swizzled { " swizzled" } else { "" }))
        }
        _ => None,
    },
    play: |action, deeds| match action {
        Action::Release { links, swizzled } => {
            let swizzled = *swizzled;
            Some(deeds.one(deeds.links(links).map(|links| Deed::Release { links, swizzled })))
        }
        _ => None,
    },
};

/// The actions that settle what becomes of one message: printed and played by one function each.
fn print_next(action: &Action, wanted: fn(Fate) -> Option<String>) -> Option<String> {
    let Action::Next { fate, kind, from, to } = action else { return None };
    let after = wanted(*fate)?;
    Some(match (fate, kind) {
        (Fate::Late(_), kind) => format!("late {}{from} > {to}{after}", shown_kind(*kind)),
        (fate, kind) => {
            let word = match fate {
                Fate::Drop => "drop",
                Fate::Delay(_) => "delay",
                Fate::Duplicate | Fate::Late(_) => "duplicate",
            };
            let kind = kind.map_or_else(String::new, |kind| format!("{kind} "));
            format!("{word} {kind}{from} > {to}{after}")
        }
    })
}

fn play_next(action: &Action, deeds: &crate::run::Deeds<'_>) -> Option<Result<Vec<Deed>, String>> {
    let Action::Next { fate, kind, from, to } = action else { return None };
    let (fate, kind) = (
        match *fate {
            Fate::Drop => DeedFate::Dropped,
            Fate::Delay(delay) => DeedFate::Delayed(duration(delay)),
            Fate::Duplicate => DeedFate::Duplicated,
            Fate::Late(later) => DeedFate::Again(duration(later)),
        },
        *kind,
    );
    Some(deeds.two(from, to, |from, to| Deed::Next(NextMessage { from, to, kind, fate })))
}

pub(super) const DROP: ActionForm = ActionForm {
    form: Form {
        word: "drop",
        syntax: "drop KIND NODE > NODE",
        example: "drop gossip a > b",
        meaning: "the next message of that kind on that link is lost",
    },
    parse: |input| {
        let (kind, (from, to)) = (kind(input)?, one_way(input)?);
        Ok(Action::Next { fate: Fate::Drop, kind: Some(kind), from, to })
    },
    print: |action| print_next(action, |fate| (fate == Fate::Drop).then(String::new)),
    play: play_next,
};

pub(super) const DELAY: ActionForm = ActionForm {
    form: Form {
        word: "delay",
        syntax: "delay KIND NODE > NODE TIME",
        example: "delay gossip a > b 2.1s",
        meaning: "the next message of that kind on that link takes so long",
    },
    parse: |input| {
        let (kind, (from, to)) = (kind(input)?, one_way(input)?);
        Ok(Action::Next { fate: Fate::Delay(time(input)?), kind: Some(kind), from, to })
    },
    print: |action| {
        print_next(action, |fate| match fate {
            Fate::Delay(delay) => Some(format!(" {delay}")),
            _ => None,
        })
    },
    play: play_next,
};

pub(super) const DUPLICATE: ActionForm = ActionForm {
    form: Form {
        word: "duplicate",
        syntax: "duplicate KIND NODE > NODE",
        example: "duplicate gossip a > b",
        meaning: "the next message of that kind on that link arrives twice",
    },
    parse: |input| {
        let (kind, (from, to)) = (kind(input)?, one_way(input)?);
        Ok(Action::Next { fate: Fate::Duplicate, kind: Some(kind), from, to })
    },
    print: |action| print_next(action, |fate| (fate == Fate::Duplicate).then(String::new)),
    play: play_next,
};

pub(super) const LATE: ActionForm = ActionForm {
    form: Form {
        word: "late",
        syntax: "late [kind=KIND] NODE > NODE TIME",
        example: "late a > b 25s",
        meaning: "the next message on that link arrives once more so long after it was sent, whoever is there by then",
    },
    parse: |input| {
        let (kind, (from, to)) = (named_kind(input)?, one_way(input)?);
        Ok(Action::Next { fate: Fate::Late(time(input)?), kind, from, to })
    },
    print: |action| {
        print_next(action, |fate| match fate {
            Fate::Late(later) => Some(format!(" {later}")),
            _ => None,
        })
    },
    play: play_next,
};
