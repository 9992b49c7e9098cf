//! `quorate replay --record`: what nodes of a real cluster recorded, looked at where somebody wants to.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use quorate::{BUILD, Level, Question};
use serde::Serialize;

use super::Status;
use super::page::{Page, seconds};
use super::what_if::{self, Future, Then, ThenObject};
use crate::recorded::{Life, Relived, Told, Until, gather, relive};
use crate::run::Stop;

/// What is asked of recordings.
pub(super) struct Recorded<'a> {
    pub(super) files: &'a [PathBuf],
    pub(super) why: &'a [Question],
    pub(super) until: Option<Stop>,
    pub(super) node: Option<&'a str>,
    pub(super) last: usize,
    pub(super) then: Option<Then<'a>>,
}

#[derive(Serialize)]
struct RecordObject<'a> {
    build: &'static str,
    passed: bool,
    nodes: Vec<NodeObject<'a>>,
    lines: Vec<LineObject<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    then: Option<ThenObject<'a>>,
}

#[derive(Serialize)]
struct NodeObject<'a> {
    node: String,
    files: &'a [String],
    host: &'a str,
    build: &'a str,
    is_of_another_build: bool,
    inputs: u64,
    ended: f64,
    unfinished_bytes: usize,
    mismatch: Option<String>,
    status: Option<String>,
    why: Vec<AnswerObject>,
}

#[derive(Serialize)]
struct AnswerObject {
    question: String,
    reasons: Vec<String>,
}

#[derive(Serialize)]
struct LineObject<'a> {
    at: f64,
    node: String,
    level: Level,
    text: &'a str,
}

/// Plays recordings again, and shows what nodes did and why.
pub(super) fn replay(page: &mut Page, asked: &Recorded<'_>) -> io::Result<Status> {
    let lives = match read(asked) {
        Ok(lives) => lives,
        Err(error) => {
            page.complain(format_args!("error: {error}"))?;
            return Ok(Status::Unusable);
        }
    };
    let until = match asked.until {
        None | Some(Stop::AtEnd) => Until::End,
        Some(Stop::Before(at)) => Until::Time(Duration::from_nanos(at.as_nanos())),
        Some(Stop::BeforeStep(input)) => Until::Input(input),
    };
    let relived = relive(&lives, until);
    let future = asked.then.as_ref().map(|then| what_if::play(page, then, (&lives, &relived), until));
    let future = match future.transpose() {
        Ok(future) => future,
        Err(error) => {
            page.complain(error)?;
            return Ok(Status::Unusable);
        }
    };
    let mut lines: Vec<&Told> = relived.iter().flat_map(|one| &one.lines).collect();
    lines.sort_by_key(|line| line.at);
    let lines = lines.split_off(lines.len().saturating_sub(asked.last));
    let passed = relived.iter().all(|one| one.mismatch.is_none());
    let status = match &future {
        _ if !passed => Status::NotDeterministic,
        Some(future) if !future.passed() => Status::Failed,
        _ => Status::Held,
    };
    let pairs = || lives.iter().zip(&relived);
    if page.json {
        page.object(&RecordObject {
            build: BUILD,
            passed,
            nodes: pairs().map(|(life, relived)| node_object(life, relived, asked.why)).collect(),
            lines: lines.iter().map(|line| line_object(line)).collect(),
            then: future.as_ref().map(Future::object),
        })?;
        return Ok(status);
    }
    page.aside(format_args!("the last {} lines of {} nodes:", lines.len(), lives.len()))?;
    for line in lines {
        page.aside(format_args!("  {:>10}  {}  {}", seconds(line.at), line.node.address, line.text))?;
    }
    // What comes of them then is told below.
    let shows_states = future.is_none() || !asked.why.is_empty();
    for (life, relived) in pairs().filter(|_| shows_states) {
        state(page, life, relived, asked.why)?;
    }
    page.aside("")?;
    for (life, relived) in pairs() {
        verdict(page, life, relived)?;
    }
    if let Some(future) = &future {
        future.tell(page)?;
    }
    Ok(status)
}

fn read(asked: &Recorded<'_>) -> Result<Vec<Life>, String> {
    let mut files = Vec::new();
    for file in asked.files {
        let name = file.display().to_string();
        let bytes = std::fs::read(file).map_err(|error| format!("{name}: {error}"))?;
        files.push((name, bytes));
    }
    let mut lives = gather(files).map_err(|bad| format!("{}: {}", bad.file, bad.why))?;
    if let Some(node) = asked.node {
        let there: Vec<String> = lives.iter().map(|life| life.node.to_string()).collect();
        lives.retain(|life| life.node.to_string() == node || life.node.address.to_string() == node);
        if lives.is_empty() {
            return Err(format!("nothing was recorded of {node}; there is {}", there.join(", ")));
        }
    }
    Ok(lives)
}

/// What is asked when nobody says what: why there is no convergence, why it is in no cluster, and the last decision.
fn questions(asked: &[Question]) -> Vec<Question> {
    if asked.is_empty() {
        [Question::NotConverged, Question::StillJoining, Question::LastDecision].into()
    } else {
        asked.to_vec()
    }
}

fn reasons(relived: &Relived, question: &Question) -> Vec<String> {
    let why = relived.state.iter().flat_map(|node| node.why(question));
    why.map(|reason| reason.to_string()).collect()
}

/// The state in which a node was where the play stopped, and the answers to what is asked of it.
fn state(page: &mut Page, life: &Life, relived: &Relived, asked: &[Question]) -> io::Result<()> {
    let Some(node) = &relived.state else { return Ok(()) };
    page.aside(format_args!("\n{} at {}:\n{}", life.node, seconds(relived.ended), node.gossip()))?;
    for question in questions(asked) {
        let reasons = reasons(relived, &question);
        if reasons.is_empty() && !asked.is_empty() {
            page.aside(format_args!("{question}: it is not so"))?;
        }
        for reason in reasons {
            page.aside(format_args!("{question}: {reason}"))?;
        }
    }
    Ok(())
}

fn verdict(page: &mut Page, life: &Life, relived: &Relived) -> io::Result<()> {
    let (node, inputs, ended) = (&life.node, relived.inputs, seconds(relived.ended));
    match &relived.mismatch {
        None => page.line(format_args!("{node}: {inputs} inputs up to {ended}, every output as recorded"))?,
        Some((mismatch, outputs)) => {
            page.line(format_args!("{node}: {inputs} inputs up to {ended}: {mismatch}"))?;
            for output in outputs {
                page.line(format_args!("  here: {output:?}"))?;
            }
        }
    }
    if life.is_of_another_build() {
        page.line(format_args!(
            "  recorded by another build: {} in {}; this is {BUILD}",
            life.build, life.host
        ))?;
    }
    if relived.unfinished_bytes > 0 {
        page.line(format_args!(
            "  the last {} bytes of {} belong to a block that was never finished: the process was killed there, or its disk was full",
            relived.unfinished_bytes,
            life.files.last().map_or("", String::as_str)
        ))?;
    }
    Ok(())
}

fn node_object<'a>(life: &'a Life, relived: &Relived, asked: &[Question]) -> NodeObject<'a> {
    let answer = |question: Question| AnswerObject {
        question: question.to_string(),
        reasons: reasons(relived, &question),
    };
    NodeObject {
        node: life.node.to_string(),
        files: &life.files,
        host: &life.host,
        build: &life.build,
        is_of_another_build: life.is_of_another_build(),
        inputs: relived.inputs,
        ended: relived.ended.as_secs_f64(),
        unfinished_bytes: relived.unfinished_bytes,
        mismatch: relived.mismatch.as_ref().map(|(mismatch, _)| mismatch.to_string()),
        status: relived.state.as_ref().map(|node| node.view().own_status().to_string()),
        why: questions(asked).into_iter().map(answer).collect(),
    }
}

fn line_object<'a>(line: &&'a Told) -> LineObject<'a> {
    LineObject {
        at: line.at.as_secs_f64(),
        node: line.node.address.to_string(),
        level: line.level,
        text: &line.text,
    }
}
