//! `quorate replay`: the same run again, stopped where somebody wants to look.

use std::io;
use std::path::{Path, PathBuf};

use quorate::{Instant, Question};
use quorate_sim::HostId;
use serde::Serialize;

use super::Status;
use super::input::{RunFlags, Subject, find_case, not_applicable};
use super::json::{FailureObject, seconds as in_seconds};
use super::output::write_whole;
use super::page::Page;
use super::record::Recorded;
use super::what_if::Then;
use crate::case::{RecordedDigest, Time};
use crate::failure::{BUILD, FailureBlock, stamped};
use crate::run::{
    Cast, Look, Moment, NodeState, Options, Outcomes, Recorder, StateTables, Stop, run, seconds,
};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// A case file, or the id of a drawn case such as `partitions-17`.
    #[arg(value_name = "ID|FILE", required_unless_present = "record")]
    what: Option<String>,
    /// Play what nodes of a real cluster recorded, instead of a case, and compare every output.
    #[arg(long, value_name = "FILE", num_args = 1.., conflicts_with_all = ["what", "set", "trace", "stamp", "save_view"])]
    record: Vec<PathBuf>,
    /// With --record: ask the nodes this where the play stops, such as `not-converged` or `not-up 10.0.0.7:7355`.
    #[arg(long, value_name = "QUESTION", requires = "record")]
    why: Vec<Question>,
    /// With --record and --until: go on from there in a simulated world in which this case happens.
    #[arg(long, value_name = "FILE", requires_all = ["record", "until"], conflicts_with = "node")]
    then: Option<PathBuf>,
    #[command(flatten)]
    run: RunFlags,
    /// Stop before this instant, such as `41.2s`, or before the event of this number.
    #[arg(long, value_name = "TIME|EVENT", value_parser = parse_stop)]
    until: Option<Stop>,
    /// Show only this node, and what led to its state; with --record its address.
    #[arg(long, value_name = "NAME")]
    node: Option<String>,
    /// Save the view that this node has there, as JSON; `quorate decide` reads it.
    #[arg(long, value_name = "FILE", requires = "node")]
    save_view: Option<PathBuf>,
    /// Show so many of the steps that led there.
    #[arg(long, value_name = "COUNT", default_value_t = 40)]
    last: usize,
    /// Show every step, also those that changed nothing and those that had no say.
    #[arg(long)]
    trace: bool,
    /// Write the digest of this run, and this build, into the file.
    #[arg(long)]
    stamp: bool,
}

fn parse_stop(text: &str) -> Result<Stop, String> {
    if let Ok(event) = text.parse::<u64>() {
        return Ok(Stop::BeforeStep(event));
    }
    let time: Time = text.parse().map_err(|error| format!("{error}; a plain number is that of an event"))?;
    Ok(Stop::Before(Instant::from_nanos(time.nanos())))
}

/// Why a run was not the one that the case states.
enum Difference {
    /// Two runs of this very build differ.
    NotDeterministic { other: u64 },
    /// Two runs of this build agree with each other.
    OtherBuild,
    /// The same, though the digest is from a build with the same source.
    SameBuild,
}

/// Plays a case again, and shows what there was just before it failed.
pub(super) fn replay(page: &mut Page, arguments: &Arguments) -> io::Result<Status> {
    if !arguments.record.is_empty() {
        let Arguments { record: files, why, until, last, then, run: flags, .. } = arguments;
        if then.is_none() && !flags.are_none() {
            page.complain(
                "error: a recording has no seed that could be another; one is for what happens --then",
            )?;
            return Ok(Status::Unusable);
        }
        let then = then.as_deref().map(|file| Then { file, flags });
        let node = arguments.node.as_deref();
        let asked = Recorded { files, why, until: *until, node, last: *last, then };
        return super::record::replay(page, &asked);
    }
    match prepared(page, arguments) {
        Ok((subject, outcomes)) => show(page, arguments, &subject, &outcomes),
        Err(error) => {
            page.complain(error)?;
            Ok(Status::Unusable)
        }
    }
}

/// What is to be replayed, and what a run of it comes to.
fn prepared(page: &Page, arguments: &Arguments) -> Result<(Subject, Outcomes), String> {
    let mut subject = find_case(arguments.what.as_deref().unwrap_or_default(), page.colour)?;
    let options = arguments.run.options(page.rider)?;
    if !arguments.run.are_none() {
        // It is the digest of the case as it is written.
        subject.case.digest = None;
    }
    subject.case = options.written_into(&subject.case);
    if let Some(node) = &arguments.node
        && !subject.case.nodes.iter().any(|name| name.as_str() == node)
    {
        let known = subject.case.nodes.iter().map(|name| name.as_str());
        let hint = crate::case::nearest(node, known).map(|near| format!("; did you mean `{near}`?"));
        return Err(format!(
            "error: {}: there is no node `{node}`{}",
            subject.name,
            hint.unwrap_or_default()
        ));
    }
    if arguments.stamp && !arguments.run.are_none() {
        return Err(format!(
            "error: {}: --stamp takes the case as it is written: no --set, no --seed",
            subject.name
        ));
    }
    if arguments.stamp && subject.file.is_none() {
        return Err(format!(
            "error: {} is the id of a drawn case: there is no file to write to",
            subject.name
        ));
    }
    let report =
        run(&subject.case, &how(page, &subject)).map_err(|not| not_applicable(&subject.name, &not))?;
    if subject.pass_over {
        // What did not apply is not in the case that is shown and kept.
        subject.case = report.case;
    }
    Ok((subject, report.outcomes))
}

/// How a subject is run.
fn how(page: &Page, subject: &Subject) -> Options {
    Options { bare: true, pass_over: subject.pass_over, rider: page.rider, ..Options::default() }
}

/// RUN-1: whether the run was the one that the case states.
fn difference(page: &Page, subject: &Subject, outcomes: &Outcomes) -> Option<Difference> {
    let stated = subject.case.digest.as_ref().filter(|stated| stated.digest != outcomes.digest)?;
    let again = run(&subject.case, &how(page, subject)).map_or(0, |again| again.outcomes.digest);
    Some(if again != outcomes.digest {
        Difference::NotDeterministic { other: again }
    } else if BUILD.gives_the_same_runs_as(&stated.build) {
        Difference::SameBuild
    } else {
        Difference::OtherBuild
    })
}

fn complain_of(page: &mut Page, subject: &Subject, outcomes: &Outcomes, what: &Difference) -> io::Result<()> {
    let Some(RecordedDigest { digest, build, .. }) = &subject.case.digest else { return Ok(()) };
    let name = &subject.name;
    let came = match &outcomes.signature {
        Some(signature) => format!("this run failed with {signature}"),
        None => "in this run nothing failed".into(),
    };
    page.complain(format_args!(
        "error: {name}: the case states digest {digest:016x}, and this run has {:016x} ({came})",
        outcomes.digest
    ))?;
    let told = if build.is_empty() { "a build that is not told" } else { build };
    match what {
        Difference::NotDeterministic { other } => page.complain(format_args!(
            "  a second run here has {other:016x}: runs of this build are not deterministic. That is a defect of the \
             simulator or of a node; please report it with this file."
        )),
        Difference::OtherBuild => page.complain(format_args!(
            "  a second run here has the same digest as the first: this build is deterministic, and differs from the one \
             that left the case, or the case was edited.\n  left by: {told}\n  this is: {BUILD}\n  \
             To see the run that was stated, build that version. To take this one: {} --stamp",
            page.command("replay", name)
        )),
        Difference::SameBuild => page.complain(format_args!(
            "  a second run here has the same digest as the first, and the case was left by a build of the same source: \
             either the case was edited since, or runs differ between machines, which is a defect; please report it.\n  \
             left by: {told}\n  this is: {BUILD}\n  To take this one: {} --stamp",
            page.command("replay", name)
        )),
    }
}

#[derive(Serialize)]
struct ReplayObject<'a> {
    what: &'a str,
    passed: bool,
    digest: String,
    stated_digest: Option<String>,
    failure: Option<FailureObject<'a>>,
    stopped_at: f64,
    /// The event that comes next.
    event: u64,
    state: &'a [&'a NodeState],
    led_there: Vec<MomentObject>,
    case: String,
}

#[derive(Serialize)]
struct MomentObject {
    event: u64,
    at: f64,
    node: Option<String>,
    what: String,
    changed: bool,
}

fn show(
    page: &mut Page,
    arguments: &Arguments,
    subject: &Subject,
    outcomes: &Outcomes,
) -> io::Result<Status> {
    if arguments.stamp {
        return stamp(page, subject, outcomes);
    }
    if let Some(what) = difference(page, subject, outcomes) {
        complain_of(page, subject, outcomes, &what)?;
        return Ok(Status::NotDeterministic);
    }
    let stop = arguments.until.unwrap_or_else(|| before_failure(outcomes));
    let look = match (page.rider.look)(subject.case.clone(), &how(page, subject), stop) {
        Ok(look) => look,
        Err(not) => {
            page.complain(not_applicable(&subject.name, &not))?;
            return Ok(Status::Unusable);
        }
    };
    let hosts = in_focus(arguments, outcomes, &look);
    let cast = &look.report.cast;
    if let Some(file) = &arguments.save_view
        && let Err(error) = save_view(file, &look, &hosts)
    {
        page.complain(error)?;
        return Ok(Status::Unusable);
    }
    let states: Vec<&NodeState> =
        hosts.iter().filter_map(|host| look.states[host.index()].as_ref()).collect();
    let led_there =
        led_there(arguments, &look.recorder, &focus_of_history(arguments, outcomes, cast, &hosts));
    let passed = outcomes.signature.is_none();
    let at = look.report.outcomes.ended_at;
    if page.json {
        let moments = led_there.iter().map(|moment| MomentObject {
            event: moment.event,
            at: in_seconds(moment.at),
            node: moment.host.map(|host| cast.name(host).into()),
            what: moment.in_words(cast),
            changed: moment.changed,
        });
        page.object(&ReplayObject {
            what: &subject.name,
            passed,
            digest: format!("{:016x}", outcomes.digest),
            stated_digest: subject.case.digest.as_ref().map(|stated| format!("{:016x}", stated.digest)),
            failure: FailureObject::of(outcomes),
            stopped_at: in_seconds(at),
            event: look.steps,
            state: &states,
            led_there: moments.collect(),
            case: subject.case.to_string(),
        })?;
        return Ok(if passed { Status::Held } else { Status::Failed });
    }
    page.aside(format_args!("{}: stopped before event {}\n", subject.name, look.steps))?;
    page.aside(StateTables { at, states: &states })?;
    tell_history(page, arguments, &led_there, cast)?;
    verdict(page, arguments, subject, outcomes)
}

/// Where a run that failed is looked at: just before it did.
fn before_failure(outcomes: &Outcomes) -> Stop {
    if let Some(violation) = &outcomes.violation {
        return Stop::BeforeStep(violation.event);
    }
    if outcomes.fault.is_some() {
        return Stop::Before(outcomes.ended_at);
    }
    match outcomes.unmet.first() {
        // Questions see what the statements before them have done at that instant.
        Some(unmet) => Stop::Before(Instant::from_nanos(unmet.at.as_nanos().saturating_add(1))),
        None => Stop::AtEnd,
    }
}

/// Writes the view of the one node that is shown.
fn save_view(file: &Path, look: &Look, shown: &[HostId]) -> Result<(), String> {
    let name = file.display();
    let node = shown.first().and_then(|host| look.nodes[host.index()].as_ref());
    let node = node.ok_or_else(|| format!("error: {name}: the node was not started, so it has no view"))?;
    let text =
        serde_json::to_string_pretty(&node.view()).map_err(|error| format!("error: {name}: {error}"))?;
    write_whole(file, &(text + "\n")).map_err(|error| format!("error: {name}: {error}"))
}

/// Above so many nodes only those are shown that a failure is about.
const SHOWN_MAX: usize = 20;

fn named(cast: &Cast, names: &[String]) -> Vec<HostId> {
    let bare = |name: &String| name.split('#').next().unwrap_or_default().to_string();
    let host = |name: &String| cast.names().iter().position(|other| other.as_str() == bare(name));
    let mut hosts: Vec<HostId> = names.iter().filter_map(host).map(HostId::from_index).collect();
    hosts.dedup();
    hosts
}

/// The hosts whose states are shown.
fn in_focus(arguments: &Arguments, outcomes: &Outcomes, look: &Look) -> Vec<HostId> {
    let cast = &look.report.cast;
    if let Some(node) = &arguments.node {
        return named(cast, std::slice::from_ref(node));
    }
    let all: Vec<HostId> = (0..look.states.len()).map(HostId::from_index).collect();
    match &outcomes.violation {
        Some(violation) if all.len() > SHOWN_MAX => named(cast, &violation.who),
        _ => all.into_iter().take(SHOWN_MAX).collect(),
    }
}

/// The hosts whose history is told: those that the failure is about, or those that are shown.
fn focus_of_history(
    arguments: &Arguments,
    outcomes: &Outcomes,
    cast: &Cast,
    shown: &[HostId],
) -> Vec<HostId> {
    match &outcomes.violation {
        Some(violation) if arguments.node.is_none() => {
            // The first is the one whose view it is.
            named(cast, &violation.who[..violation.who.len().min(1)])
        }
        _ => shown.to_vec(),
    }
}

fn led_there<'a>(arguments: &Arguments, recorder: &'a Recorder, hosts: &[HostId]) -> Vec<&'a Moment> {
    let mut moments: Vec<&Moment> = if arguments.trace {
        recorder.all().collect()
    } else {
        recorder.that_led_to(hosts).into_iter().filter(|moment| moment.matters()).collect()
    };
    let from = moments.len().saturating_sub(arguments.last);
    moments.split_off(from)
}

fn tell_history(page: &mut Page, arguments: &Arguments, moments: &[&Moment], cast: &Cast) -> io::Result<()> {
    let what = if arguments.trace { "steps" } else { "steps that led there" };
    page.aside(format_args!("the last {} {what}:", moments.len()))?;
    for moment in moments {
        let (event, at) = (moment.event, seconds(moment.at));
        page.aside(format_args!("  {event:>8} {at:>10}  {}", moment.in_words(cast)))?;
    }
    page.aside("")
}

fn verdict(
    page: &mut Page,
    arguments: &Arguments,
    subject: &Subject,
    outcomes: &Outcomes,
) -> io::Result<Status> {
    let stated = match &subject.case.digest {
        Some(_) => ", as the case states",
        None => "",
    };
    if outcomes.signature.is_none() {
        page.line(format_args!("nothing failed, digest {:016x}{stated}", outcomes.digest))?;
        return Ok(Status::Held);
    }
    let next = page.lines(&subject.name, &arguments.run);
    let block = FailureBlock { outcomes, case: &subject.case, statements_before: None, next };
    page.line(&block)?;
    page.aside(format_args!("  digest  {:016x}{stated}", outcomes.digest))?;
    Ok(Status::Failed)
}

/// Writes the digest of the run into the file.
fn stamp(page: &mut Page, subject: &Subject, outcomes: &Outcomes) -> io::Result<Status> {
    let Some(file) = &subject.file else { return Ok(Status::Unusable) };
    let text = stamped(&subject.case, outcomes.digest).to_string();
    if let Err(error) = write_whole(file, &text) {
        page.complain(format_args!("error: {}: {error}", file.display()))?;
        return Ok(Status::Unusable);
    }
    page.line(format_args!("{}: digest {:016x} written", file.display(), outcomes.digest))?;
    Ok(Status::Held)
}
