//! How a host shuts down in good order: what Pekko's coordinated shutdown does in its four phases of the cluster (part 02,
//! section 9). The phases before and after them are the work that a host has for itself: [`HostSpec::exit_tasks`].
//!
//! [`HostSpec::exit_tasks`]: crate::host::HostSpec::exit_tasks

use std::time::Duration;

use quorate::{Command, CommandKind, MemberStatus, Output, Rejection, Target};

use super::act::Applied;
use super::run::What;
use super::step::Outcome;
use super::{Own, World};
use crate::application::Application;
use crate::host::HostId;

/// SHUT-13: how long a host waits for the others to agree that its node leaves: the limit of Pekko's phase.
pub const EXIT_PATIENCE: Duration = Duration::from_secs(10);

impl<A: Application> World<A> {
    /// SHUT-12, SHUT-16: the node is told to leave, which it does at once if it is a member; the others agree, it asks for its exit
    /// tasks, and ends when they are done (SHUT-15). SHUT-18: a node that is no member has nobody to take leave of, and ends at this
    /// same instant.
    pub(super) fn stop(&mut self, host: HostId) -> Applied {
        self.must_run(host)?;
        let address = self.known(host)?;
        self.give(host, Command::Leave(Target::Address(address)));
        let is_no_member = self.outputs.iter().any(|output| {
            let Output::Rejected { command: CommandKind::Leave, why } = output else { return false };
            matches!(why, Rejection::NotMember | Rejection::UnknownMember { .. })
        });
        let patience = if is_no_member { Duration::ZERO } else { EXIT_PATIENCE };
        self.push_own(self.now + patience, host, Own::PatienceEnds);
        Ok(Outcome::Done)
    }

    /// SHUT-13, SHUT-17: a host has waited long enough: its node ends as an exiting one does, whatever its status. Nothing happens
    /// if it is exiting: then it ends when its tasks are done; nor if it is Down (SHUT-14): then it ends by itself. SHUT-19: of one that
    /// has ended nothing is asked at all.
    pub(super) fn patience_ends(&mut self, host: HostId) -> Option<What> {
        let node = self.hosts[host.index()].node.as_ref()?;
        let is_down = node.self_member().status() == MemberStatus::Down;
        if is_down || node.open_exit_request().is_some() {
            return None;
        }
        self.give(host, Command::ExitNow);
        Some(What::Commanded(CommandKind::ExitNow))
    }
}
