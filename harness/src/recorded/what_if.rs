//! What if this link had been up? Recorded nodes as they stood at one time, from where a simulated world goes on.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use quorate::{Address, Envelope, Input, InputKind, Instant, Output, StopReason, UniqueAddress};
use quorate_sim::{HostState, Process};

use super::{Life, Mismatch, Relived, Until, relive_one, zero_of};
use crate::run::Standing;

/// How long before and after that time it is looked for what one node sent and another was given.
const WINDOW: Duration = Duration::from_secs(30);

/// What a recording says of a node at the time from which a world goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// It goes on from there.
    GoesOn,
    /// It had stopped by itself.
    HadStopped(StopReason),
    /// The recording ends before, at this time.
    EndsBefore(Duration),
    /// A member that the others knew. Nothing was recorded of it.
    NotRecorded,
}

impl Part {
    const fn state(self) -> HostState {
        match self {
            Self::GoesOn => HostState::Running,
            Self::HadStopped(why) => HostState::Stopped(why),
            Self::EndsBefore(_) | Self::NotRecorded => HostState::Crashed,
        }
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::GoesOn => f.write_str("goes on as it was recorded"),
            Self::HadStopped(why) => write!(f, "had stopped ({why})"),
            Self::EndsBefore(end) => {
                write!(f, "does not run: its recording ends before, at {:.3}s", end.as_secs_f64())
            }
            Self::NotRecorded => f.write_str("does not run: nothing was recorded of it"),
        }
    }
}

/// Recorded nodes at one time.
#[derive(Clone, Debug)]
pub(crate) struct WhatIf {
    /// All nodes in the order of their addresses, which is that of the case's names.
    pub(crate) parts: Vec<(UniqueAddress, Part)>,
    pub(crate) standing: Standing,
}

/// Why recordings can't be gone on from.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum NoStand {
    /// Nothing was recorded before that time.
    NotBegun,
    /// Nothing was recorded after it.
    AllEnded { at: Duration },
    /// A node became another one than the recorded before that time.
    Differs { node: UniqueAddress, mismatch: Mismatch },
    /// No node runs at that time.
    NobodyRuns,
}

impl fmt::Display for NoStand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotBegun => f.write_str("nothing was recorded before that time: the first input is at 0s"),
            Self::AllEnded { at } => {
                write!(
                    f,
                    "nothing was recorded after that time: the last input is at {:.3}s",
                    at.as_secs_f64()
                )
            }
            Self::Differs { node, mismatch } => {
                write!(f, "{node} can't be followed up to that time: {mismatch}")
            }
            Self::NobodyRuns => f.write_str("no recorded node runs at that time"),
        }
    }
}

/// What is known of a life around the time.
#[derive(Debug, Default)]
struct Traffic {
    /// What it sent, by hash, and when.
    sent: BTreeMap<u64, Vec<Duration>>,
    /// What it was given from whom, when.
    heard: Vec<(Duration, Envelope)>,
    /// What its host owed it.
    owed: Vec<Output>,
    stopped: Option<StopReason>,
    /// When its last input was.
    last: Duration,
}

impl Traffic {
    fn of(life: &Life, at: Duration, zero: i64) -> Self {
        let mut traffic = Self::default();
        relive_one(life, Until::Time(at + WINDOW), zero, &mut |time, input, outputs| {
            traffic.last = time;
            if time < at {
                traffic.answer(input);
            }
            if let InputKind::Received(envelope) = &input.kind
                && time + WINDOW >= at
            {
                traffic.heard.push((time, envelope.clone()));
            }
            for output in outputs {
                match output {
                    Output::Send(_) if time + WINDOW >= at => {
                        traffic.sent.entry(output.hash64()).or_default().push(time);
                    }
                    Output::StartExitTasks { .. } | Output::Lease(_) if time < at => {
                        traffic.owed.push(output.clone());
                    }
                    Output::Stopped { why } if time < at => traffic.stopped = Some(*why),
                    _ => {}
                }
            }
        });
        traffic
    }

    /// What was owed until this input.
    fn answer(&mut self, input: &Input) {
        self.owed.retain(|owed| match (owed, &input.kind) {
            (Output::StartExitTasks { id }, InputKind::ExitTasksDone { id: done }) => id != done,
            (Output::Lease(request), InputKind::LeaseAnswered { id, .. }) => request.id != *id,
            _ => true,
        });
    }

    /// Takes out the time at which what was heard then was sent: of equal messages the one that was sent nearest to that.
    fn take_sent(&mut self, hash: u64, heard: Duration) -> Option<Duration> {
        let times = self.sent.get_mut(&hash)?;
        let nearest = (0..times.len()).min_by_key(|place| times[*place].abs_diff(heard))?;
        Some(times.remove(nearest))
    }
}

/// RUN-7: recorded nodes as they stood before anything of this time, on the axis that begins with the first input of all.
///
/// Of what one recorded node had sent to another, that is on its way which the other was given at that time or later: it arrives when it did. All
/// else that was not given yet is lost. `relived`: what became of each life up to then.
pub(crate) fn stand(lives: &[Life], relived: &[Relived], at: Duration) -> Result<WhatIf, NoStand> {
    let zero = zero_of(lives);
    let mut begun = lives.iter().zip(relived).filter(|(life, _)| life.begins(zero).1 < at).peekable();
    if begun.peek().is_none() {
        return Err(NoStand::NotBegun);
    }
    let mut known: BTreeMap<Address, (&Life, &Relived, Traffic)> = BTreeMap::new();
    let mut last = Duration::ZERO;
    for (life, relived) in begun {
        let traffic = Traffic::of(life, at, zero);
        last = last.max(traffic.last);
        let replaced = known
            .get(&life.node.address)
            .is_some_and(|(other, ..)| other.begins(zero).1 > life.begins(zero).1);
        if !replaced {
            known.insert(life.node.address.clone(), (life, relived, traffic));
        }
    }
    if last < at {
        return Err(NoStand::AllEnded { at: last });
    }
    let mut processes: BTreeMap<Address, (UniqueAddress, Part, Process)> = BTreeMap::new();
    for (address, (life, relived, traffic)) in &known {
        if let Some((mismatch, _)) = &relived.mismatch {
            return Err(NoStand::Differs { node: life.node.clone(), mismatch: mismatch.clone() });
        }
        let part = match traffic.stopped {
            Some(why) => Part::HadStopped(why),
            None if traffic.last < at => Part::EndsBefore(traffic.last),
            None => Part::GoesOn,
        };
        let (first, late) = life.begins(zero);
        let process = Process {
            node: relived.state.clone(),
            state: part.state(),
            clock: first.now + at.saturating_sub(late),
            owed: traffic.owed.clone(),
            seeds: Vec::new(),
        };
        processes.insert(address.clone(), (life.node.clone(), part, process));
    }
    add_the_unrecorded(&mut processes)?;
    let addresses: Vec<Address> = processes.keys().cloned().collect();
    let on_their_way = on_their_way(&mut known, &addresses, at);
    let parts = processes.values().map(|(node, part, _)| (node.clone(), *part)).collect();
    let standing = Standing {
        at: Instant::ZERO + at,
        wall_ms_at_zero: zero,
        processes: processes.into_values().map(|(node, _, process)| (node, process)).collect(),
        on_their_way,
    };
    Ok(WhatIf { parts, standing })
}

/// Members that those who go on know, and of which nothing was recorded.
fn add_the_unrecorded(
    processes: &mut BTreeMap<Address, (UniqueAddress, Part, Process)>,
) -> Result<(), NoStand> {
    let running = processes.values().filter(|(_, part, _)| *part == Part::GoesOn);
    let nodes: Vec<_> = running.filter_map(|(.., process)| process.node.clone()).collect();
    if nodes.is_empty() {
        return Err(NoStand::NobodyRuns);
    }
    for member in nodes.iter().flat_map(|node| node.gossip().members().iter()) {
        let part = Part::NotRecorded;
        let (node, owed, seeds) = (None, Vec::new(), Vec::new());
        let process = Process { node, state: part.state(), clock: Instant::ZERO, owed, seeds };
        processes
            .entry(member.address().clone())
            .or_insert_with(|| (member.unique_address().clone(), part, process));
    }
    Ok(())
}

fn on_their_way(
    known: &mut BTreeMap<Address, (&Life, &Relived, Traffic)>,
    addresses: &[Address],
    at: Duration,
) -> Vec<(usize, Envelope, Instant)> {
    let heard = known.values_mut().flat_map(|(.., traffic)| std::mem::take(&mut traffic.heard));
    let mut heard: Vec<(Duration, Envelope)> = heard.collect();
    heard.sort_by_key(|(heard, _)| *heard);
    let mut found = Vec::new();
    for (heard, envelope) in heard {
        let Some((life, _, traffic)) = known.get_mut(&envelope.from.address) else { continue };
        if life.node != envelope.from {
            continue;
        }
        let output = Output::Send(envelope);
        let sent = traffic.take_sent(output.hash64(), heard);
        let Output::Send(envelope) = output else { continue };
        let place = addresses.iter().position(|address| *address == envelope.from.address);
        if let (Some(sent), Some(place)) = (sent, place)
            && sent < at
            && heard >= at
        {
            found.push((place, envelope, Instant::ZERO + heard));
        }
    }
    found.sort_by_key(|(.., arrives_at)| *arrives_at);
    found
}
