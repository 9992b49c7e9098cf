//! A case, played with real processes: five of the host `tokio_cluster` on this machine, with sockets, signals and real time.
//! What they print is judged by the questions of a case, and what they recorded is played again.
#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]
#![allow(clippy::disallowed_types, clippy::disallowed_methods, reason = "processes live in real time")]

mod ends;
mod process;
mod told;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread::sleep;
use std::time::{Duration, Instant};

use quorate_harness::case::{Action, Case, NodeName, Question, StopReason, ViewState, parse};
use quorate_harness::settings::Settings;

use process::{Cluster, Process};

/// How often is looked at what the processes print.
const LOOK: Duration = Duration::from_millis(50);

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The host, built if it is not yet.
fn tokio_cluster() -> PathBuf {
    let arguments =
        ["build", "-p", "quorate", "--example", "tokio_cluster", "--features", "prometheus,tracing"];
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or("cargo".into()));
    let built = cargo.args(arguments).arg("--message-format=json").current_dir(root()).output().unwrap();
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    let lines = String::from_utf8(built.stdout).unwrap();
    let objects = lines.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
    let mut found = objects.filter_map(|object| Some(PathBuf::from(object["executable"].as_str()?)));
    found.find(|path| path.ends_with("tokio_cluster")).expect("cargo tells where the example is")
}

#[test]
fn five_processes_form_leave_sleep_restart_and_die() {
    let (case, mut cluster) = played("five", include_str!("five.qcase"));
    for claim in &case.finally {
        check(&mut cluster, &claim.questions, Duration::ZERO);
    }
    let recordings = cluster.recordings();
    assert_eq!(recordings.len(), 6, "one for each life: {recordings:?}");
    cluster.end();
    replay(&recordings);
}

/// A case and the processes that it was played with.
fn played(name: &str, text: &str) -> (Case, Cluster) {
    let case = parse(name, text, &Settings).unwrap_or_else(|errors| panic!("{}", errors.render(false)));
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    drop(std::fs::remove_dir_all(&folder));
    std::fs::create_dir_all(&folder).unwrap();
    let mut cluster = Cluster::new(tokio_cluster(), &case, folder);
    for step in &case.steps {
        play(&mut cluster, &case, &step.action);
    }
    (case, cluster)
}

/// Everything that was recorded gives the same outputs again, also of those that were killed.
fn replay(recordings: &[PathBuf]) {
    let quorate = Command::new(env!("CARGO_BIN_EXE_quorate"))
        .args(["replay", "--last", "1000000", "--record"])
        .args(recordings)
        .output();
    let quorate = quorate.unwrap();
    let printed = String::from_utf8(quorate.stdout).unwrap();
    assert_eq!(quorate.status.code(), Some(0), "{printed}{}", String::from_utf8_lossy(&quorate.stderr));
    assert_eq!(printed.matches("every output as recorded").count(), 6, "{printed}");
    assert!(printed.contains("down-unreachable") && printed.contains("is exiting"), "{printed}");
}

fn play(cluster: &mut Cluster, case: &Case, action: &Action) {
    let all = |cluster: &mut Cluster, nodes: &[NodeName], deed: fn(&mut Process)| {
        nodes.iter().for_each(|node| deed(cluster.process(node)));
    };
    match action {
        Action::StartAll { .. } => case.nodes.iter().for_each(|node| cluster.start(node)),
        Action::Start { nodes, seeds: None } => nodes.iter().for_each(|node| cluster.start(node)),
        Action::Stop { nodes } => all(cluster, nodes, |process| process.signal("TERM")),
        Action::Crash { nodes } => all(cluster, nodes, Process::kill),
        Action::Restart { nodes, after } => {
            all(cluster, nodes, Process::kill);
            sleep(Duration::from_nanos(after.nanos()));
            nodes.iter().for_each(|node| cluster.start(node));
        }
        Action::Pause { nodes, lasts } => {
            all(cluster, nodes, |process| process.signal("STOP"));
            let until = Instant::now() + Duration::from_nanos(lasts.nanos());
            nodes.iter().for_each(|node| cluster.process(node).wakes_at = Some(until));
        }
        Action::Check { questions, within } => {
            check(
                cluster,
                questions,
                within.map_or(Duration::ZERO, |time| Duration::from_nanos(time.nanos())),
            );
        }
        Action::End => {}
        other => panic!("no process can do this: {other:?}"),
    }
}

/// Waits until all questions are answered with yes at once.
fn check(cluster: &mut Cluster, questions: &[Question], within: Duration) {
    let began = Instant::now();
    loop {
        cluster.look();
        match questions.iter().try_for_each(|question| ask(cluster, question)) {
            Ok(()) => return,
            Err(why) if began.elapsed() > within => panic!("{why}\n{}", cluster.tail()),
            Err(_) => sleep(LOOK),
        }
    }
}

type Answer = Result<(), String>;

fn holds(it: bool, otherwise: impl FnOnce() -> String) -> Answer {
    if it { Ok(()) } else { Err(otherwise()) }
}

/// CASE-9: what the questions of a case mean, of what processes print.
fn ask(cluster: &Cluster, question: &Question) -> Answer {
    let running = || cluster.running();
    match question {
        Question::Converged => running()
            .try_for_each(|it| holds(it.told.is_converged, || format!("{} is not converged", it.name))),
        Question::Up { count } => running().try_for_each(|it| {
            let up = it.told.up().len();
            holds(up == *count as usize, || format!("{} has {up} members that are up", it.name))
        }),
        Question::Leader { node } => running().try_for_each(|it| {
            let expected = node.as_ref().map(|node| cluster.find(node).address.clone());
            holds(it.told.leader == expected, || format!("to {}, {:?} leads", it.name, it.told.leader))
        }),
        Question::Running { nodes } => nodes
            .iter()
            .try_for_each(|node| holds(cluster.find(node).is_running(), || format!("{node} has ended"))),
        Question::Stopped { nodes, because } => nodes.iter().try_for_each(|node| {
            let how = cluster.find(node).end();
            let is_so = how.is_some() && (because.is_none() || how == *because);
            holds(is_so, || {
                format!("{node}: {}", how.map_or("runs".into(), |how: StopReason| how.to_string()))
            })
        }),
        Question::Survivors { nodes } => {
            let mut expected: Vec<_> =
                nodes.iter().filter_map(|node| cluster.find(node).told.me.clone()).collect();
            expected.sort();
            let names: Vec<_> = running().map(|it| it.name.as_str()).collect();
            holds(names.len() == nodes.len(), || format!("{names:?} run"))?;
            running().try_for_each(|it| {
                holds(it.told.up() == expected, || format!("to {}, {:?} are up", it.name, it.told.up()))
            })
        }
        Question::View { observer, items } => items.iter().try_for_each(|item| {
            let (told, subject) = (&cluster.find(observer).told, cluster.find(&item.node));
            let Some(subject) = &subject.told.me else {
                return Err(format!("{} says nothing yet", item.node));
            };
            let status = told.members.get(subject);
            let is_unreachable = told.unreachable.contains(subject);
            let is_so = match item.state {
                ViewState::Unreachable => is_unreachable,
                ViewState::Reachable => status.is_some() && !is_unreachable,
                ViewState::Absent | ViewState::Removed => status.is_none(),
                state => status.is_some_and(|status| status.name() == state.to_string()),
            };
            holds(is_so, || {
                format!("to {observer}, {} is {status:?}, unreachable {is_unreachable}", item.node)
            })
        }),
        Question::Event { observer, event, node, before: None } => {
            let subject = cluster.find(node).told.me.clone().unwrap();
            let has = cluster.find(observer).told.has_told(*event, &subject);
            holds(has, || format!("{observer} has not told {event} of {node}"))
        }
        Question::Decision { node, decision, down } => {
            let down = down.as_ref().map(|down| {
                let mut nodes: Vec<_> =
                    down.iter().filter_map(|node| cluster.find(node).told.me.clone()).collect();
                nodes.sort();
                nodes
            });
            let decisions = &cluster.find(node).told.decisions;
            let has = decisions
                .iter()
                .any(|(name, downed)| name == decision && down.as_ref().is_none_or(|down| down == downed));
            holds(has, || format!("{node} has not decided {decision}; it has {decisions:?}"))
        }
        other => panic!("processes can't be asked this: {other:?}"),
    }
}

/// Where a process writes what.
fn file(folder: &Path, name: &str, kind: &str) -> PathBuf {
    folder.join(format!("{name}.{kind}"))
}
