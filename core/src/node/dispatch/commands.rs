//! What each command sets going, and what the end of a host's exit tasks does.

use super::super::input::{Command, CommandKind, Target};
use super::super::joining::Next;
use super::super::leaving::{self, LAST_GOSSIP_TARGETS};
use super::super::output::{Effect, IgnoreReason, Output, Rejection};
use super::super::stop_reason::StopReason;
use super::super::{Node, exchange};
use crate::membership::MemberStatus::Down;
use crate::membership::{Address, AppVersion};

impl Node {
    /// API-1: each command is answered, with what it did or with why it did nothing.
    pub(super) fn obey(&mut self, command: Command) {
        let kind = command.kind();
        let is_member_command =
            matches!(kind, CommandKind::Leave | CommandKind::Down | CommandKind::PrepareForShutdown);
        if is_member_command && !self.base.is_initialized() {
            return self.reject(kind, Rejection::NotMember);
        }
        match command {
            Command::Join(address) => self.obey_join(kind, core::slice::from_ref(&address), |node| {
                node.joining.join(&mut node.base, address.clone())
            }),
            Command::JoinSeedNodes(list) if list.is_empty() => self.reject(kind, Rejection::NoSeedNodes),
            Command::JoinSeedNodes(list) => {
                let begin = |node: &mut Self| node.joining.join_seed_nodes(&mut node.base, list.clone());
                self.obey_join(kind, &list, begin);
            }
            Command::SetAppVersionLater | Command::SetAppVersion(_) if self.base.is_initialized() => {
                self.reject(kind, Rejection::AlreadyMember);
            }
            Command::SetAppVersionLater => {
                let announced = self.joining.announce_version().map(|()| Effect::WaitingForVersion);
                self.answer(kind, announced);
            }
            Command::SetAppVersion(version) => self.set_app_version(kind, version),
            Command::Leave(target) => self.leave(&target),
            Command::Down(target) => self.down(&target),
            Command::PrepareForShutdown => {
                let prepared = self.prepare_for_shutdown();
                self.answer(kind, prepared);
            }
            Command::ExitNow => self.exit_now(),
            Command::Watch(target) => self.watch(&target),
            Command::Stop => {
                self.accept(kind, Effect::Ending);
                self.base.stop(StopReason::Commanded);
            }
        }
    }

    pub(super) fn accept(&mut self, command: CommandKind, effect: Effect) {
        self.base.out.push(Output::Accepted { command, effect });
    }

    pub(super) fn reject(&mut self, command: CommandKind, why: Rejection) {
        self.base.out.push(Output::Rejected { command, why });
    }

    fn answer(&mut self, command: CommandKind, result: Result<Effect, Rejection>) {
        match result {
            Ok(effect) => self.accept(command, effect),
            Err(why) => self.reject(command, why),
        }
    }

    /// JOIN-102, JOIN-104, JOIN-108: the version is known (a host whose source failed tells the configured one), so whoever waited for it is joined, in the order in which they came; the last
    /// one remains, unless this node founds a cluster before.
    fn set_app_version(&mut self, command: CommandKind, version: AppVersion) {
        let waiting = match self.joining.set_version(version.clone()) {
            Ok(waiting) => waiting,
            Err(why) => return self.reject(command, why),
        };
        for address in waiting {
            if !self.base.is_initialized() {
                let next = self.joining.join(&mut self.base, address);
                self.follow(next);
            }
        }
        self.accept(command, Effect::VersionSet { version });
    }

    /// JOIN-24, API-3, API-10, API-11: joins one node, or one of a list, unless this node is a member already or a host can't be joined.
    fn obey_join(&mut self, command: CommandKind, hosts: &[Address], begin: impl FnOnce(&mut Self) -> Next) {
        if self.base.is_initialized() {
            return self.reject(command, Rejection::AlreadyMember);
        }
        if let Some(address) = hosts.iter().find(|address| !address.host_can_be_joined()) {
            return self.reject(command, Rejection::HostCannotBeJoined { address: address.clone() });
        }
        let next = begin(self);
        self.follow(next);
        let effect = if self.base.is_initialized() { Effect::Founded } else { Effect::JoiningBegun };
        self.accept(command, effect);
    }

    /// API-13, LDR-50, LIFE-1: a member is to leave. Users hear it at once, and so does one other node.
    fn leave(&mut self, target: &Target) {
        if leaving::leave(&mut self.base, target) {
            self.publish();
            exchange::round(&mut self.base);
        }
    }

    /// API-14, LDR-53 to LDR-56, LIFE-20 to LIFE-24, SBR-77: a member is gone for good. It hears of it at once, if it can hear.
    pub(super) fn down(&mut self, target: &Target) {
        let Some(node) = leaving::down(&mut self.base, target) else { return };
        self.publish();
        if node == self.base.me {
            self.base.send_gossip_to_some(LAST_GOSSIP_TARGETS);
        } else {
            self.base.send_gossip(&node);
        }
    }

    /// API-15, LDR-44, SHUT-40: all who are Up prepare for a shutdown. Users hear it at once, and so does one other node.
    pub(super) fn prepare_for_shutdown(&mut self) -> Result<Effect, Rejection> {
        let effect = self.preparing.prepare(&mut self.base)?;
        self.publish();
        exchange::round(&mut self.base);
        Ok(effect)
    }

    /// LIFE-50: the host has finished its work, so this node ends. LDR-43, SHUT-14: not if it was downed meanwhile.
    pub(super) fn exit_tasks_done(&mut self, id: u64) {
        let why = match self.leaving.take_request(id) {
            true if self.base.view().own_status() == Down => IgnoreReason::Downed,
            true => return self.end_exit(),
            false => IgnoreReason::StaleAnswer,
        };
        self.base.drop_it(None, None, why);
    }

    /// LDR-29, LDR-35, LIFE-52, SHUT-17, SHUT-18: this node ends as an exiting one does, however far its exit has come. LDR-43: one that is
    /// Down ends by itself.
    fn exit_now(&mut self) {
        let (kind, status) = (CommandKind::ExitNow, self.base.view().own_status());
        if status == Down {
            let node = self.base.me.clone();
            return self.reject(kind, Rejection::AlreadyThere { node, status });
        }
        self.accept(kind, Effect::Ending);
        self.end_exit();
    }

    /// LDR-30 to LDR-33, LIFE-50, LIFE-52: a member says that it has seen the last state, tells it, and confirms its exit, whatever
    /// its status; then it ends.
    fn end_exit(&mut self) {
        self.base.exit_in_progress = false;
        if self.base.view().own().is_some() {
            leaving::mark_exit_seen(&mut self.base);
            self.publish();
            self.base.send_gossip_to_some(LAST_GOSSIP_TARGETS);
            leaving::confirm_to_leaders(&mut self.base);
        }
        let was_member = self.base.is_initialized();
        self.base.stop(if was_member { StopReason::Left } else { StopReason::Commanded });
    }
}
