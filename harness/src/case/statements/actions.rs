//! CASE-7: all actions, in one table.

use super::super::action::Action;
use super::entry::{ActionForm, Played};
use super::{checks, conditions, lease, lies, links, membership, messages, network, processes};
use crate::run::Deeds;

/// All actions, in the order of the reference.
pub(crate) static ACTIONS: [ActionForm; 31] = [
    processes::START,
    processes::STOP,
    processes::CRASH,
    processes::RESTART,
    conditions::PAUSE,
    conditions::SLOW,
    conditions::CLOCK,
    membership::JOIN,
    membership::SET_APP_VERSION,
    membership::LEAVE,
    membership::DOWN,
    membership::PREPARE_FOR_SHUTDOWN,
    network::CUT,
    network::ISOLATE,
    network::BRIDGE,
    network::RING,
    network::FLAP,
    network::HEAL,
    links::LINK_ACTION,
    messages::BLOCK,
    messages::UNBLOCK,
    messages::HOLD,
    messages::RELEASE,
    messages::DROP,
    messages::DELAY,
    messages::DUPLICATE,
    messages::LATE,
    lies::LIE,
    lease::LEASE,
    checks::CHECK,
    checks::END,
];

/// CASE-7: what an action does to the world; nothing, if it only asks.
pub(crate) fn play(action: &Action, deeds: &Deeds<'_>) -> Option<Played> {
    ACTIONS.iter().find_map(|form| (form.play)(action, deeds))
}
