//! `lease`: what the lease service does (SIM-6).

use quorate_sim::{Action as Deed, LeaseChange};

use super::super::action::{Action, LeaseState};
use super::super::form::Form;
use super::super::read::input::{Input, Parsed, expected, number, takes_word, time};
use super::entry::ActionForm;
use crate::run::duration;

pub(super) const LEASE: ActionForm = ActionForm {
    form: Form {
        word: "lease",
        syntax: "lease deny|slow TIME|down|lose-reply NUMBER|works",
        example: "lease slow 4s",
        meaning: "the lease service refuses, is slow, cannot be reached, loses its next answers, or works again",
    },
    parse: |input| Ok(Action::Lease(parse_state(input)?)),
    print: |action| match action {
        Action::Lease(state) => Some(format!("lease {state}")),
        _ => None,
    },
    play: |action, _| match action {
        Action::Lease(state) => Some(Ok(vec![Deed::Lease(match *state {
            LeaseState::Denies => LeaseChange::Deny,
            LeaseState::Slow(by) => LeaseChange::Slow(duration(by)),
            LeaseState::Down => LeaseChange::Down,
            LeaseState::LosesReplies(count) => LeaseChange::LoseReplies(count),
            LeaseState::Works => LeaseChange::Up,
        })])),
        _ => None,
    },
};

fn parse_state(input: &mut Input<'_>) -> Parsed<LeaseState> {
    if takes_word(input, "deny")? {
        Ok(LeaseState::Denies)
    } else if takes_word(input, "slow")? {
        Ok(LeaseState::Slow(time(input)?))
    } else if takes_word(input, "down")? {
        Ok(LeaseState::Down)
    } else if takes_word(input, "lose-reply")? {
        Ok(LeaseState::LosesReplies(number(input, "how many answers, such as `1`")?))
    } else if takes_word(input, "works")? {
        Ok(LeaseState::Works)
    } else {
        expected(input, "`deny`, `slow`, `down`, `lose-reply` or `works`")
    }
}
