//! A run that goes on from nodes which have lived elsewhere.

use quorate::{Envelope, Instant, UniqueAddress};
use quorate_sim::{HostId, Process};

use super::{Arc, Case, Cast, Event, HostState, Named, NotRunnable, Options, Player, Strip};
use crate::case::{JudgeOff, Line, Prose};
use crate::judge::{Cause, INVARIANTS};
use crate::run::{NodeState, Report};

/// RUN-7: what can't be judged of a run whose beginning nobody saw. C6 asks for how long a leader has not converged, S7 for how long
/// nothing has changed, and L12 for how many were removed; the version of M8 may have come late; what L9 and L10 count may follow from
/// what was lost before.
const NEED_THE_PAST: [&str; 6] = ["M8", "C6", "S7", "L9", "L10", "L12"];

/// Nodes as they stood elsewhere at one time.
#[derive(Clone, Debug)]
pub(crate) struct Standing {
    /// When, on the axis of time of the case.
    pub(crate) at: Instant,
    /// What the clock on the wall showed at instant zero of that axis, in milliseconds since 1970.
    pub(crate) wall_ms_at_zero: i64,
    /// For each node of the case who it is, and how its process stands; one of them has a node.
    pub(crate) processes: Vec<(UniqueAddress, Process)>,
    /// What was on its way: who sent it, by place, and when it arrives.
    pub(crate) on_their_way: Vec<(usize, Envelope, Instant)>,
}

/// A run that went on from nodes which have lived elsewhere.
pub(crate) struct GoneOn {
    pub(crate) report: Report,
    /// How each host stands at the end, in the order of the case.
    pub(crate) states: Vec<Option<NodeState>>,
}

/// RUN-7: plays a case from nodes as they stand. What is older than that is not judged, nor what can't be without it.
///
/// # Errors
/// A case that can't be run, or asks for something that can't be done where it asks for it.
pub(crate) fn go_on(
    mut case: Case,
    mut standing: Standing,
    options: &Options,
) -> Result<GoneOn, NotRunnable> {
    case.judge_off.extend(left_out(&case));
    let nodes = standing.processes.iter().map(|(_, process)| process.node.as_ref());
    let Some(first) = nodes.clone().flatten().next() else {
        return Err(NotRunnable { line: 0, why: "there is no node to go on from".into() });
    };
    // A node of which nothing is known is, if it is started, like the first.
    let configs = nodes.map(|node| Arc::new(node.unwrap_or(first).config().clone())).collect();
    let addresses = standing.processes.iter().map(|(node, _)| node.address.clone()).collect();
    let cast = Cast::at(&case, addresses);
    let seeds = case.seeds.iter().map(|seed| cast.address(seed)).collect::<Result<Vec<_>, _>>();
    let seeds = seeds.map_err(|why| NotRunnable { line: 0, why })?;
    for (_, process) in &mut standing.processes {
        process.seeds.clone_from(&seeds);
    }
    let mut player = Player::<(), ()>::staged(case, cast, configs, options, ())?;
    player.resume(standing)?;
    let played = player.play()?;
    let (world, cast) = (&played.world, &played.report.cast);
    let states = world.host_ids().map(|host| NodeState::of(world, host, cast)).collect();
    Ok(GoneOn { states, report: played.report })
}

/// The invariants that are not judged, as the case would say it.
fn left_out(case: &Case) -> Vec<JudgeOff> {
    let is_off = |id: &str| case.judge_off.iter().any(|off| off.invariant == id);
    let needing = INVARIANTS.iter().map(|invariant| invariant.id).filter(|id| NEED_THE_PAST.contains(id));
    let off = |id: &str| JudgeOff { invariant: id.into(), line: Line::default(), prose: Prose::default() };
    needing.filter(|id| !is_off(id)).map(off).collect()
}

impl Player<()> {
    fn resume(&mut self, standing: Standing) -> Result<(), NotRunnable> {
        let Standing { at, wall_ms_at_zero, processes, on_their_way } = standing;
        let not_runnable = |why: String| NotRunnable { line: 0, why };
        self.world.set_wall_ms_at_start(wall_ms_at_zero);
        self.world.run_until(at).map_err(|trouble| not_runnable(trouble.to_string()))?;
        let drawn = if self.bare { &[] } else { self.cast.names() };
        self.strip = Strip::between(drawn.iter().map(ToString::to_string), at, self.end);
        for (place, (node, process)) in processes.into_iter().enumerate() {
            let (host, state) = (HostId::from_index(place), process.state);
            self.lives[place] = (1, state == HostState::Running);
            self.cast.begin(host, 1, node, at);
            if state != HostState::Running {
                self.cast.end(host, at, state);
            }
            self.world.resume(host, process).map_err(|why| not_runnable(why.to_string()))?;
            if state == HostState::Running {
                self.introduce(place);
            }
        }
        for (from, envelope, arrives_at) in on_their_way {
            self.world.put_on_its_way(HostId::from_index(from), envelope, arrives_at);
        }
        Ok(())
    }

    /// RUN-7: shows a node to the judge as one that was let in just now, with all that it knows. What may be wrong with that was so before.
    fn introduce(&mut self, host: usize) {
        let stage = Named { stage: &self.world, name: |node: &UniqueAddress| self.cast.call(node) };
        let (at, index) = (self.world.now(), self.world.steps());
        let event = Event { at, index, host: Some(host), cause: Cause::Welcome, from: None };
        if !self.unjudged {
            drop(self.judge.after_event(&stage, event));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::case::{Action, Step, Time};
    use crate::draw::draw;
    use crate::run::Stop;

    /// The nodes of a drawn case as they stand then, as if recorded there.
    fn standing(id: &str, at: Instant) -> Option<(Case, Standing)> {
        let case = draw(id.parse().unwrap());
        let options = Options { bare: true, pass_over: true, unjudged: true, ..Options::default() };
        let mut player = Player::<()>::watched(case, &options, ()).unwrap();
        player.play_to(Stop::Before(at)).unwrap();
        let world = &player.world;
        let processes = world.hosts().iter().map(|host| {
            let node = host.unique_address().cloned();
            let node = node.unwrap_or_else(|| UniqueAddress::new(host.address().clone(), 1));
            let state = if host.state() == HostState::NotStarted { HostState::Crashed } else { host.state() };
            let clock = host.clock().at(at);
            let (owed, seeds) = (Vec::new(), Vec::new());
            (node, Process { node: host.node().cloned(), state, clock, owed, seeds })
        });
        let processes: Vec<_> = processes.collect();
        let runs = processes.iter().any(|(_, process)| process.state == HostState::Running);
        let case = Case::new(player.case.nodes.clone());
        let wall_ms_at_zero = quorate_sim::WALL_MS_AT_START;
        runs.then_some((case, Standing { at, wall_ms_at_zero, processes, on_their_way: Vec::new() }))
    }

    /// RUN-7: a judge that comes in the middle of a run says nothing against nodes for what was before.
    #[test]
    fn what_was_before_is_held_against_nobody() {
        let mut alarms = Vec::new();
        let mut runs = 0;
        for profile in ["lan", "partitions", "churn", "races", "hostile", "wan"] {
            for seed in 1..=2 {
                for at in [15, 40, 70, 110] {
                    let at = Instant::ZERO + Duration::from_secs(at);
                    let id = format!("{profile}-{seed}");
                    let Some((mut case, standing)) = standing(&id, at) else { continue };
                    let end = Time::seconds(u32::try_from(at.as_millis() / 1000).unwrap() + 180);
                    case.steps.push(Step::new(end, Action::End));
                    let options = Options { bare: true, ..Options::default() };
                    let gone_on = go_on(case, standing, &options).unwrap();
                    runs += 1;
                    let outcomes = gone_on.report.outcomes;
                    if let Some(violation) = outcomes.violation {
                        alarms.push(format!("{} {id} at {at}: {violation}", violation.invariant.id));
                    }
                    if let Some(fault) = outcomes.fault {
                        alarms.push(format!("{id} at {at}: {fault}"));
                    }
                }
            }
        }
        assert!(runs > 30, "{runs}");
        assert!(alarms.is_empty(), "{} of {runs}\n{}", alarms.len(), alarms.join("\n"));
    }
}
