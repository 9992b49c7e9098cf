//! Nodes are left out, with all that is said of them.

use quorate_sim::Application;

use super::trial::Trial;
use crate::case::{Action, Between, Case, Claim, Falsehood, Links, NodeName, Question, Separated};

/// Leaves out what nodes can be left out: half of them, a quarter, down to single ones. Those that stay keep their names:
/// another name would be another run.
pub(super) fn without_nodes<A: Application + Default>(trial: &mut Trial<'_, A>) {
    let mut piece = trial.best().nodes.len().next_power_of_two() / 2;
    while piece >= 1 {
        let mut to = trial.best().nodes.len();
        while to > 0 && trial.goes_on() {
            let from = to.saturating_sub(piece);
            let gone: Vec<NodeName> = trial.best().nodes[from..to].to_vec();
            if gone.len() < trial.best().nodes.len() {
                trial.keep_if_same(|case| remove(case, &gone));
            }
            to = from;
        }
        piece /= 2;
    }
    in_single_statements(trial);
}

/// Takes single nodes out of statements about several.
fn in_single_statements<A: Application + Default>(trial: &mut Trial<'_, A>) {
    let mut place = 0;
    while place < trial.best().steps.len() {
        let (steps, mut which) = (trial.best().steps.len(), 0);
        while let Some(name) =
            several(&mut trial.best().steps[place].action.clone()).and_then(|names| names.get(which).cloned())
        {
            let smaller = trial.keep_if_same(|case| {
                if let Some(names) = several(&mut case.steps[place].action) {
                    names.retain(|other| *other != name);
                }
            });
            if trial.best().steps.len() != steps {
                break;
            }
            which += usize::from(!smaller);
        }
        place += 1;
    }
}

/// The nodes of a statement that is about each of several by itself.
fn several(action: &mut Action) -> Option<&mut Vec<NodeName>> {
    match action {
        Action::Start { nodes, .. }
        | Action::Stop { nodes }
        | Action::Crash { nodes }
        | Action::Restart { nodes, .. }
        | Action::Pause { nodes, .. }
        | Action::Slow { nodes, .. }
            if nodes.len() > 1 =>
        {
            Some(nodes)
        }
        _ => None,
    }
}

/// Leaves out nodes and every statement that is about nobody else.
fn remove(case: &mut Case, gone: &[NodeName]) {
    let stays = |name: &NodeName| !gone.contains(name);
    case.nodes.retain(stays);
    case.seeds.retain(stays);
    for roles in &mut case.roles {
        roles.nodes.retain(stays);
    }
    case.roles.retain(|roles| !roles.nodes.is_empty());
    case.settings.retain_mut(|set| {
        let was_for_all = set.nodes.is_empty();
        set.nodes.retain(stays);
        was_for_all || !set.nodes.is_empty()
    });
    case.links.retain(|link| links_stay(&link.change.links, &stays));
    case.steps.retain_mut(|step| action_stays(&mut step.action, &stays));
    for claims in [&mut case.finally, &mut case.always, &mut case.never] {
        claims.retain_mut(|claim: &mut Claim| questions_stay(&mut claim.questions, &stays));
    }
}

fn links_stay(links: &Links, stays: &impl Fn(&NodeName) -> bool) -> bool {
    match links {
        Links::Between(between) => between_stays(between, stays),
        _ => true,
    }
}

fn between_stays(between: &Between, stays: &impl Fn(&NodeName) -> bool) -> bool {
    match between {
        Between::OneWay { from, to } => stays(from) && stays(to),
        Between::BothWays { one, other } => stays(one) && stays(other),
    }
}

/// Takes nodes out of an action; whether anything is left of it.
fn action_stays(action: &mut Action, stays: &impl Fn(&NodeName) -> bool) -> bool {
    match action {
        Action::Start { nodes, seeds } => {
            nodes.retain(stays);
            if let Some(seeds) = seeds {
                seeds.retain(stays);
            }
            !nodes.is_empty()
        }
        Action::Stop { nodes }
        | Action::Crash { nodes }
        | Action::Restart { nodes, .. }
        | Action::Pause { nodes, .. }
        | Action::Slow { nodes, .. } => {
            nodes.retain(stays);
            !nodes.is_empty()
        }
        Action::Ring { nodes } => {
            nodes.retain(stays);
            true
        }
        Action::ClockJump { node, .. } | Action::ClockDrift { node, .. } => stays(node),
        Action::Leave { node, at } => stays(&node.name) && at.as_ref().is_none_or(stays),
        Action::Down { node, at } => stays(&node.name) && stays(at),
        Action::SetAppVersion { node, .. } => stays(node),
        Action::Join { node, via } => stays(node) && stays(via),
        Action::CutGroups { groups, rest }
        | Action::HealGroups { groups, rest }
        | Action::Flap { separated: Separated::Groups { groups, rest }, .. } => {
            groups_stay(groups, *rest, stays)
        }
        Action::Bridge { bridge, groups, rest } => {
            bridge.retain(stays);
            !bridge.is_empty() && groups_stay(groups, *rest, stays)
        }
        Action::CutLink { between }
        | Action::Heal { between: Some(between) }
        | Action::Flap { separated: Separated::Link(between), .. } => between_stays(between, stays),
        Action::Isolate { node } => stays(node),
        Action::PrepareForShutdown { at } => stays(at),
        Action::Link(change) => links_stay(&change.links, stays),
        Action::Block { links, .. }
        | Action::Unblock { links, .. }
        | Action::Hold { links }
        | Action::Release { links, .. } => links_stay(links, stays),
        Action::Next { from, to, .. } => stays(from) && stays(to),
        Action::Lie { from, to, claim, .. } => {
            let about = match claim {
                Falsehood::Down(member) | Falsehood::Tombstone(member) => Some(member),
                _ => None,
            };
            stays(from) && stays(to) && about.is_none_or(|member| stays(member))
        }
        Action::Check { questions, .. } => questions_stay(questions, stays),
        _ => true,
    }
}

/// Takes nodes out of groups; whether two are left.
fn groups_stay(groups: &mut Vec<Vec<NodeName>>, rest: bool, stays: &impl Fn(&NodeName) -> bool) -> bool {
    groups.iter_mut().for_each(|group| group.retain(stays));
    groups.retain(|group| !group.is_empty());
    groups.len() + usize::from(rest) > 1
}

/// Takes nodes out of questions; whether any question is left.
fn questions_stay(questions: &mut Vec<Question>, stays: &impl Fn(&NodeName) -> bool) -> bool {
    questions.retain_mut(|question| match question {
        Question::Running { nodes } | Question::Stopped { nodes, .. } => {
            nodes.retain(|node| stays(&node.name));
            !nodes.is_empty()
        }
        Question::Survivors { nodes } => {
            nodes.retain(|node| stays(&node.name));
            true
        }
        Question::Leader { node: Some(node) }
        | Question::RoleLeader { node: Some(node), .. }
        | Question::SentPerSecond { node, .. }
        | Question::Down { node } => stays(&node.name),
        Question::DataCenterEvent { observer, .. } => stays(&observer.name),
        Question::Event { observer, node, .. } => stays(&observer.name) && stays(&node.name),
        Question::Decision { node, down, .. } => {
            stays(&node.name) && down.iter().flatten().all(|node| stays(&node.name))
        }
        Question::View { observer, items } => {
            items.retain(|item| stays(&item.node.name));
            stays(&observer.name) && !items.is_empty()
        }
        _ => true,
    });
    !questions.is_empty()
}
