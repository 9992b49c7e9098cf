//! A run as data that pictures are made of.

use quorate::Instant;
use quorate_sim::HostId;
use serde::Serialize;

use super::camera::{Camera, Decided, Frame, SLICES, Traffic};
use super::cone::{Cone, Focus};
use super::micros::{Micros, micros};
use super::severed::Severed;
use super::views::{Gap, LifeId, View};
use crate::case::Case;
use crate::failure::BUILD;
use crate::run::{Cast, NotRunnable, Options, Outcomes, Played, Player, Report, Rides, StoryLine};

/// A run, as data that pictures are made of.
///
/// Hosts are numbered as the case names them, lives in the order in which they began.
#[derive(Clone, Debug, Serialize)]
pub struct Film {
    pub(super) title: String,
    /// What a person calls the case: its file, or the id that it was drawn from.
    pub(super) source: String,
    pub(super) seed: String,
    pub(super) digest: String,
    pub(super) verdict: Verdict,
    pub(super) end: Micros,
    pub(super) hosts: Vec<String>,
    pub(super) lives: Vec<Life>,
    pub(super) views: Vec<View>,
    pub(super) gaps: Vec<Gap>,
    /// By number of the host: from when on it stood how.
    pub(super) tracks: Vec<Vec<Shot>>,
    pub(super) cuts: Vec<Band>,
    pub(super) ailing: Vec<Ailment>,
    pub(super) decisions: Vec<Choice>,
    pub(super) story: Vec<Beat>,
    /// How long one entry of `traffic` lasts.
    pub(super) slice: Micros,
    /// Heartbeats, gossip, others, lost.
    pub(super) traffic: Vec<[u32; 4]>,
    pub(super) cone: Cone,
    /// The case as it was played, line by line, with the instant of each line that has one.
    pub(super) case: Vec<(String, Option<Micros>)>,
    pub(super) notes: Vec<String>,
    pub(super) again: String,
    pub(super) build: String,
    pub(super) events: u64,
    pub(super) messages: u64,
}

/// How a node stood from a moment on: `[at, life, glyph, view, leader, gap]`; -1 for none.
pub(super) type Shot = (Micros, i64, char, i64, i64, i64);

/// What became of the run.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Verdict {
    pub(super) passed: bool,
    /// In one line.
    pub(super) summary: String,
    pub(super) failure: Option<Failure>,
}

/// The first thing that failed.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Failure {
    pub(super) signature: String,
    pub(super) at: Micros,
    /// What must hold.
    pub(super) rule: String,
    /// The hosts that it is about.
    pub(super) who: Vec<u32>,
    pub(super) fact: String,
    pub(super) but: String,
}

#[derive(Clone, Debug, Serialize)]
pub(super) struct Life {
    pub(super) host: u32,
    pub(super) name: String,
    pub(super) from: Micros,
    pub(super) to: Option<Micros>,
    pub(super) end: Option<String>,
}

#[derive(Clone, Debug, Serialize)]
pub(super) struct Band {
    pub(super) from: Micros,
    pub(super) to: Micros,
    pub(super) words: String,
    #[serde(flatten)]
    pub(super) severed: Severed,
}

#[derive(Clone, Debug, Serialize)]
pub(super) struct Ailment {
    pub(super) host: u32,
    pub(super) from: Micros,
    pub(super) to: Micros,
    pub(super) what: &'static str,
}

/// What a resolver has decided.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Choice {
    pub(super) at: Micros,
    pub(super) host: u32,
    pub(super) strategy: &'static str,
    pub(super) decision: &'static str,
    /// Its own words.
    pub(super) why: String,
    pub(super) down: Vec<String>,
    pub(super) reachable: Vec<String>,
    pub(super) unreachable: Vec<String>,
    pub(super) downs_self: bool,
}

#[derive(Clone, Debug, Serialize)]
pub(super) struct Beat {
    pub(super) at: Micros,
    pub(super) to: Micros,
    /// `>` for what the case does, `!` for what a node says of itself, a blank for news.
    pub(super) kind: char,
    pub(super) text: String,
    pub(super) heard_by: Vec<u32>,
}

/// Plays a case and keeps what pictures of it need. `source` is what a person calls the case, `again` the line that plays
/// it once more.
///
/// # Errors
/// A case that can't be run, or asks for something that can't be done where it asks for it.
pub fn film(case: &Case, options: &Options, source: &str, again: String) -> Result<Film, NotRunnable> {
    let mut case = case.clone();
    case.seed = options.seed.unwrap_or(case.seed);
    let (report, camera) = (options.rider.film)(case, options)?;
    Ok(developed(camera, &report, source, again))
}

/// SIM-7: a run that an application rides along in, and what was seen of it.
pub(crate) fn film_of<A: Rides>(case: Case, options: &Options) -> Result<(Report, Camera), NotRunnable> {
    let end = case.steps.iter().map(|step| step.at.nanos()).max().unwrap_or(0);
    let camera = Camera::new(case.nodes.len(), Instant::from_nanos(end));
    let Played::<A, _> { report, world, mut witness } = Player::watched(case, options, camera)?.play()?;
    witness.finish(&world, &report.cast);
    Ok((report, witness))
}

fn developed(camera: Camera, report: &Report, source: &str, again: String) -> Film {
    let Report { case, cast, outcomes, .. } = report;
    let hosts: Vec<String> = cast.names().iter().map(ToString::to_string).collect();
    let end = micros(outcomes.ended_at).max(1);
    let focus = Focus::of(outcomes, cast, camera.decisions.first());
    let cone = Cone::of(&camera.recorder, &focus, cast);
    let slices = camera.slices_until(outcomes.ended_at);
    let slice = micros(camera.end()) / SLICES;
    Film {
        title: if case.name.is_empty() { source.into() } else { case.name.clone() },
        source: source.into(),
        seed: format!("{:x}", case.seed),
        digest: format!("{:016x}", outcomes.digest),
        verdict: verdict(report, cast),
        end,
        cuts: bands(&camera, &hosts, end),
        lives: cast.lives().iter().map(|life| told_life(life, cast)).collect(),
        ailing: camera
            .ailing
            .iter()
            .map(|ailing| Ailment {
                host: ailing.host.index() as u32,
                from: micros(ailing.from),
                to: micros(ailing.until).min(end),
                what: if ailing.is_pause { "paused" } else { "slow" },
            })
            .collect(),
        decisions: camera.decisions.iter().map(|decided| choice(decided, cast)).collect(),
        story: report.story.lines().map(beat).collect(),
        slice: slice.max(1),
        traffic: camera.traffic[..slices].iter().map(counted).collect(),
        tracks: camera.tracks.iter().map(|track| track.iter().map(shot).collect()).collect(),
        views: camera.views.into_all(),
        gaps: camera.gaps.into_all(),
        cone,
        case: lines_of(case),
        notes: Vec::new(),
        again,
        build: BUILD.to_string(),
        events: outcomes.events,
        messages: outcomes.counts.messages,
        hosts,
    }
}

impl Film {
    /// Something that somebody who looks at the picture must know.
    pub fn note(&mut self, note: String) {
        self.notes.push(note);
    }

    /// The digest of the run.
    #[must_use]
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// Whether everything held.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.verdict.passed
    }
}

fn verdict(report: &Report, cast: &Cast) -> Verdict {
    let summary = report.summary().to_string();
    let summary = summary.lines().last().unwrap_or_default().to_string();
    Verdict { passed: report.passed(), summary, failure: failure(&report.outcomes, cast) }
}

fn failure(outcomes: &Outcomes, cast: &Cast) -> Option<Failure> {
    let signature = outcomes.signature.as_ref()?.to_string();
    if let Some(violation) = &outcomes.violation {
        let hosts = super::cone::hosts_named(cast, &violation.who);
        return Some(Failure {
            signature,
            at: micros(violation.at),
            rule: violation.invariant.sentence.into(),
            who: hosts.iter().map(|host| host.index() as u32).collect(),
            fact: violation.facts.0.clone(),
            but: violation.facts.1.clone(),
        });
    }
    let (at, rule, fact, but) = match (&outcomes.fault, outcomes.unmet.first()) {
        (Some(fault), _) => {
            (outcomes.ended_at, "no run panics, and none stands still".into(), fault.clone(), String::new())
        }
        (None, Some(unmet)) => {
            (unmet.at, "what the case asks".into(), unmet.question.clone(), unmet.instead.clone())
        }
        (None, None) => return None,
    };
    Some(Failure { signature, at: micros(at), rule, who: Vec::new(), fact, but })
}

fn told_life(life: &crate::run::Life, cast: &Cast) -> Life {
    Life {
        host: life.host.index() as u32,
        name: cast.call_life(life),
        from: micros(life.from),
        to: life.end.map(|(at, _)| micros(at)),
        end: life.end.map(|(_, how)| how.to_string()),
    }
}

fn bands(camera: &Camera, hosts: &[String], end: Micros) -> Vec<Band> {
    let ends = camera.severed.iter().skip(1).map(|(at, _)| micros(*at)).chain([end]);
    let severed = camera.severed.iter().zip(ends);
    severed
        .filter_map(|((from, severed), to)| {
            let severed = severed.clone()?;
            Some(Band { from: micros(*from), to, words: severed.in_words(hosts), severed })
        })
        .collect()
}

fn choice(decided: &Decided, cast: &Cast) -> Choice {
    let record = &decided.record;
    let call =
        |nodes: &[quorate::UniqueAddress]| nodes.iter().map(|node| cast.call(node)).collect::<Vec<_>>();
    let unreachable = record.unreachable();
    let reachable = record.view.members().iter().map(quorate::Member::unique_address);
    let reachable = reachable.filter(|node| !unreachable.contains(node)).map(|node| cast.call(node));
    Choice {
        at: micros(decided.at),
        host: decided.host.index() as u32,
        strategy: record.strategy.name(),
        decision: record.decision.name(),
        why: cast.by_name(record.to_string()),
        down: call(&record.down),
        reachable: reachable.collect(),
        unreachable: call(unreachable),
        downs_self: record.downs_self(),
    }
}

fn beat(line: StoryLine<'_>) -> Beat {
    Beat {
        at: micros(line.first),
        to: micros(line.last),
        kind: line.mark,
        text: line.text.into(),
        heard_by: line.heard_by.iter().map(|host: &HostId| host.index() as u32).collect(),
    }
}

fn counted(traffic: &Traffic) -> [u32; 4] {
    [traffic.heartbeats, traffic.gossip, traffic.others, traffic.lost]
}

fn shot(frame: &Frame) -> Shot {
    let place = |place: Option<u32>| place.map_or(-1, i64::from);
    let life = |life: Option<LifeId>| life.map_or(-1, i64::from);
    (
        micros(frame.at),
        life(frame.life),
        frame.mark.glyph(),
        place(frame.view),
        life(frame.leader),
        place(frame.gap),
    )
}

/// The lines of a case, each with its instant. Lines without one that follow a statement, such as comments, have none.
fn lines_of(case: &Case) -> Vec<(String, Option<Micros>)> {
    let text = case.to_string();
    let mut instants = case.steps.iter();
    let line = |line: &str| {
        let at =
            line.starts_with("at ").then(|| instants.next()).flatten().map(|step| step.at.nanos() / 1_000);
        (line.to_string(), at)
    };
    text.trim_end().lines().map(line).collect()
}
