//! Who looks on at a run.

use quorate_sim::{Application, HostId, Step, World};

use super::cast::Cast;
use crate::case::Action;

/// Looks on at a run, step by step. Nothing is paid for `()`, which looks at nothing.
pub(crate) trait Witness<A: Application> {
    /// A statement of the case is about to be done; the steps that do it follow.
    fn doing(&mut self, action: &Action) {
        let _ = action;
    }

    /// A step, as the world tells it.
    fn saw(&mut self, step: &Step<'_>, cast: &Cast) {
        let _ = (step, cast);
    }

    /// The world just after that step.
    fn stands(&mut self, world: &World<A>, host: Option<HostId>, cast: &Cast) {
        let _ = (world, host, cast);
    }
}

impl<A: Application> Witness<A> for () {}
