//! CASE-8, CASE-9: what the questions of a case mean, and what is true instead when one fails.

use quorate::{Member, MemberStatus, Node, StopReason as NodeStop};
use quorate_sim::{Application, HostState, World};

use super::cast::{Cast, Life};
use super::chronicle::Chronicle;
use crate::case::{NodeRef, Question, StopReason, ViewItem, ViewState};
use crate::judge::Judge;

/// Whether a question is to be answered with yes, and if not, what is true instead.
pub type Answer = Result<(), String>;

/// What the questions are asked of.
pub struct Scene<'a, A: Application> {
    /// The world, as it is at this instant.
    pub world: &'a World<A>,
    /// Who takes part.
    pub cast: &'a Cast,
    /// What has happened so far, as far as the case asks about it.
    pub chronicle: &'a Chronicle,
    /// Who judges.
    pub judge: &'a Judge,
}

impl<'a, A: Application> Scene<'a, A> {
    /// Answers a question.
    ///
    /// # Errors
    /// What is true instead.
    pub fn ask(&self, question: &Question) -> Answer {
        match question {
            Question::Converged => self.all_running(|name, node| {
                if node.view().has_convergence(&[]) { Ok(()) } else { Err(self.not_converged(name, node)) }
            }),
            Question::Up { count } => self.all_running(|name, node| {
                let up = up_members(node).count();
                if up == *count as usize {
                    Ok(())
                } else {
                    Err(format!("{name} has {up} members that are up"))
                }
            }),
            Question::Leader { node } => self.leader(node.as_ref()),
            Question::Running { nodes } => nodes.iter().try_for_each(|node| self.is_running(node)),
            Question::Stopped { nodes, because } => {
                nodes.iter().try_for_each(|node| self.has_stopped(node, *because))
            }
            Question::Survivors { nodes } => self.survivors(nodes),
            Question::View { observer, items } => self.view(observer, items),
            Question::Down { node } => self.is_seen_down(node),
            Question::RoleLeader { role, node } => self.role_leader(role, node.as_ref()),
            Question::Event { observer, event, node, before } => {
                self.has_told(observer, *event, node, *before)
            }
            Question::DataCenterEvent { observer, event, data_center, before } => {
                self.has_told_of_data_center(observer, *event, data_center, *before)
            }
            Question::Decision { node, decision, down } => self.has_decided(node, decision, down.as_deref()),
            Question::SentPerSecond { node, below, count } => self.sends(node, *below, *count),
            Question::Holds { invariant } => self.was_judged(invariant),
        }
    }

    fn running(&self) -> impl Iterator<Item = (&'a str, &'a Node)> + '_ {
        let lives = self.cast.lives().iter().filter(|life| life.end.is_none());
        lives.filter_map(|life| Some((self.cast.name(life.host), self.world.host(life.host).node()?)))
    }

    fn all_running(&self, check: impl Fn(&str, &Node) -> Answer) -> Answer {
        let mut nobody = true;
        for (name, node) in self.running() {
            nobody = false;
            check(name, node)?;
        }
        if nobody { Err("no node is running".into()) } else { Ok(()) }
    }

    fn not_converged(&self, name: &str, node: &Node) -> String {
        let (view, call) = (node.view(), |node| self.cast.call(node));
        let unseen: Vec<_> = view.not_seen_by(&[]).map(|member| call(member.unique_address())).collect();
        let blocking: Vec<_> = view.blocked_by(&[]).map(call).collect();
        let mut why = Vec::new();
        if !unseen.is_empty() {
            why.push(format!("{} has not seen its state", unseen.join(" ")));
        }
        if !blocking.is_empty() {
            why.push(format!("{} is unreachable", blocking.join(" ")));
        }
        format!("{name} is not converged: {}", why.join(", "))
    }

    fn leader(&self, expected: Option<&NodeRef>) -> Answer {
        let expected = expected.map(|node| self.find(node)).transpose()?;
        self.all_running(|name, node| {
            let leader = node.view().leader().map(Member::unique_address);
            if leader == expected.map(|life| &life.node) {
                return Ok(());
            }
            let leader = leader.map_or("nobody".into(), |node| self.cast.call(node));
            Err(format!("to {name}, {leader} leads"))
        })
    }

    fn role_leader(&self, role: &str, expected: Option<&NodeRef>) -> Answer {
        let expected = expected.map(|node| self.find(node)).transpose()?;
        self.all_running(|name, node| {
            let leader = node.view().role_leader(role).map(Member::unique_address);
            if leader == expected.map(|life| &life.node) {
                return Ok(());
            }
            let leader = leader.map_or("nobody".into(), |node| self.cast.call(node));
            Err(format!("to {name}, {leader} leads {role}"))
        })
    }

    pub(super) fn find(&self, node: &NodeRef) -> Result<&'a Life, String> {
        self.cast.life(node).ok_or_else(|| format!("{node} was never started"))
    }

    fn is_running(&self, node: &NodeRef) -> Answer {
        let life = self.find(node)?;
        match life.end {
            None => Ok(()),
            Some((at, how)) => Err(format!("{node} {how} at {}", seconds(at))),
        }
    }

    fn has_stopped(&self, node: &NodeRef, because: Option<StopReason>) -> Answer {
        let life = self.find(node)?;
        let Some((_, how)) = life.end else { return Err(format!("{node} is running")) };
        if because.is_none() || because == reason(how) { Ok(()) } else { Err(format!("{node} {how}")) }
    }

    fn survivors(&self, expected: &[NodeRef]) -> Answer {
        let expected = expected.iter().map(|node| self.find(node)).collect::<Result<Vec<_>, _>>()?;
        let running: Vec<&Life> = self.cast.lives().iter().filter(|life| life.end.is_none()).collect();
        let mut same: Vec<_> = expected.iter().map(|life| &life.node).collect();
        same.sort();
        let mut alive: Vec<_> = running.iter().map(|life| &life.node).collect();
        alive.sort();
        if same != alive {
            let names: Vec<_> = running.iter().map(|life| self.cast.call_life(life)).collect();
            return Err(if names.is_empty() {
                "nobody runs".into()
            } else {
                format!("{} run", names.join(" "))
            });
        }
        for (name, node) in self.running() {
            let up: Vec<_> = up_members(node).map(Member::unique_address).collect();
            if up != same {
                let names: Vec<_> = up.iter().map(|node| self.cast.call(node)).collect();
                return Err(format!("to {name}, {} are up", names.join(" ")));
            }
        }
        Ok(())
    }

    fn view(&self, observer: &NodeRef, items: &[ViewItem]) -> Answer {
        let life = self.find(observer)?;
        let node = self.world.host(life.host).node();
        let Some(node) = node.filter(|node| *node.unique_address() == life.node) else {
            return Err(format!("{observer} is gone, and so is its view"));
        };
        for item in items {
            let subject = self.find(&item.node)?;
            let member = node.gossip().member(&subject.node);
            let unreachable = node.view().unreachable_inside().any(|other| *other == subject.node);
            let holds = match item.state {
                ViewState::Unreachable => member.is_some() && unreachable,
                ViewState::Reachable => member.is_some() && !unreachable,
                ViewState::Absent | ViewState::Removed => member.is_none(),
                state => member.is_some_and(|member| member.status().name() == state.to_string()),
            };
            if !holds {
                let status = member.map_or("absent".into(), |member| member.status().to_string());
                let reach = if unreachable { " and unreachable" } else { "" };
                return Err(format!("to {observer}, {} is {status}{reach}", item.node));
            }
        }
        Ok(())
    }

    fn is_seen_down(&self, node: &NodeRef) -> Answer {
        let Some(life) = self.cast.life(node) else { return Err(format!("{node} was never started")) };
        let sees = |(_, other): &(&str, &Node)| {
            other.gossip().member(&life.node).is_some_and(|member| member.status() == MemberStatus::Down)
        };
        if self.running().any(|node| sees(&node)) { Ok(()) } else { Err(format!("nobody sees {node} down")) }
    }
}

fn up_members(node: &Node) -> impl Iterator<Item = &Member> {
    node.gossip().members().iter().filter(|member| member.status() == MemberStatus::Up)
}

/// The reason that a case has a word for.
fn reason(how: HostState) -> Option<StopReason> {
    match how {
        HostState::Crashed => Some(StopReason::Crashed),
        HostState::Stopped(NodeStop::Downed) => Some(StopReason::Downed),
        HostState::Stopped(NodeStop::Left | NodeStop::Commanded) => Some(StopReason::Left),
        HostState::Stopped(NodeStop::JoinUnsuccessful) => Some(StopReason::JoinFailed),
        HostState::Stopped(NodeStop::IncompatibleConfiguration) => Some(StopReason::Refused),
        HostState::Stopped(NodeStop::Removed) => Some(StopReason::Removed),
        _ => None,
    }
}

/// A moment, for people.
#[must_use]
pub(crate) fn seconds(at: quorate::Instant) -> String {
    let millis = at.as_millis();
    format!("{}.{:03}s", millis / 1000, millis % 1000)
}
