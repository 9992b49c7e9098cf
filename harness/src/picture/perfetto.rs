//! PIC-3: the run as a trace that Perfetto and the trace viewers of browsers open: one process a node.

use serde_json::{Value, json};

use super::Film;
use super::film::Shot;
use crate::run::Mark;

/// What every trace begins with.
pub(super) const MARK: &str = r#"{"quorate":"a run","#;

/// The process of the cluster as a whole; a node's is its number and [`FIRST_NODE`].
const CLUSTER: u64 = 1;
const FIRST_NODE: u64 = 2;

/// The threads of a process, by number: what is drawn in a line of its own.
const STATUS: u64 = 1;
const LEADS: u64 = 2;
const MESSAGES: u64 = 3;
const STATEMENTS: u64 = 1;
const CUTS: u64 = 2;

impl Film {
    /// PIC-3: the run as a trace of events in JSON. Times are microseconds of the run.
    #[must_use]
    pub fn perfetto(&self) -> String {
        let mut events = Vec::new();
        self.name_processes(&mut events);
        self.trace_cluster(&mut events);
        for host in 0..self.hosts.len() {
            self.trace_node(host, &mut events);
        }
        self.trace_messages(&mut events);
        let lines: Vec<String> = events.iter().map(ToString::to_string).collect();
        let title = Value::from(&*self.title);
        format!(
            "{MARK}\"case\":{title},\"displayTimeUnit\":\"ms\",\"traceEvents\":[\n{}\n]}}\n",
            lines.join(",\n")
        )
    }

    fn name_processes(&self, events: &mut Vec<Value>) {
        let mut process = |pid: u64, name: &str, threads: &[(u64, &str)]| {
            events.push(json!({"ph": "M", "pid": pid, "name": "process_name", "args": {"name": name}}));
            events.push(
                json!({"ph": "M", "pid": pid, "name": "process_sort_index", "args": {"sort_index": pid}}),
            );
            for (tid, name) in threads {
                let args = json!({"name": name});
                events.push(json!({"ph": "M", "pid": pid, "tid": tid, "name": "thread_name", "args": args}));
            }
        };
        process(CLUSTER, "cluster", &[(STATEMENTS, "statements"), (CUTS, "cuts")]);
        for (host, name) in (FIRST_NODE..).zip(&self.hosts) {
            process(host, name, &[(STATUS, "status"), (LEADS, "leads"), (MESSAGES, "steps that led there")]);
        }
    }

    fn trace_cluster(&self, events: &mut Vec<Value>) {
        for beat in self.story.iter().filter(|beat| beat.kind == '>') {
            events.push(instant(CLUSTER, STATEMENTS, beat.at, &beat.text, &json!({})));
        }
        for cut in &self.cuts {
            let name = format!("cut {}", cut.words);
            events.push(slice(CLUSTER, CUTS, (cut.from, cut.to), &name, &json!({})));
        }
        if let Some(failure) = &self.verdict.failure {
            let args = json!({"must hold": failure.rule, "one fact": failure.fact, "but": failure.but});
            events.push(instant(CLUSTER, STATEMENTS, failure.at, &failure.signature, &args));
        }
        for (at, [heartbeats, gossip, others, lost]) in (0..).zip(&self.traffic) {
            let args = json!({"heartbeats": heartbeats, "gossip": gossip, "others": others, "lost": lost});
            let ts = at * self.slice;
            events.push(json!({"ph": "C", "pid": CLUSTER, "ts": ts, "name": "messages", "args": args}));
        }
    }

    fn trace_node(&self, host: usize, events: &mut Vec<Value>) {
        let (pid, track) = (FIRST_NODE + host as u64, &self.tracks[host]);
        for (from, to, mark) in self.stretches(track, |shot| Some(shot.2).filter(|mark| *mark != ' ')) {
            events.push(slice(pid, STATUS, (from, to), Mark::meaning_of(mark), &json!({})));
        }
        let leads = |shot: &Shot| (shot.1 >= 0 && shot.1 == shot.4).then_some(());
        for (from, to, ()) in self.stretches(track, leads) {
            events.push(slice(pid, LEADS, (from, to), "leads, to itself", &json!({})));
        }
        for (life, name) in self.lives.iter().map(|life| &life.name).enumerate() {
            let is_unreachable = |shot: &Shot| {
                let view = self.views.get(usize::try_from(shot.3).ok()?)?;
                view.has_unreachable(life as u32).then_some(())
            };
            for (from, to, ()) in self.stretches(track, is_unreachable) {
                let name = format!("{name} unreachable");
                for (phase, ts) in [("b", from), ("e", to)] {
                    let id = format!("{host}-{life}-{from}");
                    let cat = "unreachable";
                    events
                        .push(json!({"ph": phase, "pid": pid, "ts": ts, "name": name, "cat": cat, "id": id}));
                }
            }
        }
        for choice in self.decisions.iter().filter(|choice| choice.host as usize == host) {
            let name = format!("decides {}", choice.decision);
            events.push(instant(pid, STATUS, choice.at, &name, &json!({"why": choice.why})));
        }
    }

    /// What led to the moment that matters most, with an arrow for each message.
    fn trace_messages(&self, events: &mut Vec<Value>) {
        for (id, step) in self.cone.steps.iter().enumerate() {
            let Some(host) = step.host else { continue };
            let (pid, what) = (FIRST_NODE + u64::from(host), &step.what);
            let args = json!({"news": step.news});
            events.push(slice(pid, MESSAGES, (step.at, step.at + 1), what, &args));
            if let Some((sender, sent_at)) = step.from {
                let sender = FIRST_NODE + u64::from(sender);
                let name = format!("sends to {}", self.hosts[host as usize]);
                events.push(slice(sender, MESSAGES, (sent_at, sent_at + 1), &name, &json!({})));
                let flow = |phase: &str, pid: u64, ts: u64| {
                    let (name, cat, bind) = ("message", "message", "e");
                    json!({"ph": phase, "pid": pid, "tid": MESSAGES, "ts": ts, "name": name, "cat": cat, "id": id, "bp": bind})
                };
                events.push(flow("s", sender, sent_at));
                events.push(flow("f", pid, step.at));
            }
        }
    }

    /// Stretches of time over which a node has the same of something.
    pub(super) fn stretches<T: PartialEq>(
        &self,
        track: &[Shot],
        of: impl Fn(&Shot) -> Option<T>,
    ) -> Vec<(u64, u64, T)> {
        let mut out: Vec<(u64, u64, T)> = Vec::new();
        let ends = track.iter().skip(1).map(|shot| shot.0).chain([self.end]);
        for (shot, to) in track.iter().zip(ends) {
            let Some(value) = of(shot) else { continue };
            match out.last_mut() {
                Some(last) if last.1 == shot.0 && last.2 == value => last.1 = to,
                _ => out.push((shot.0, to, value)),
            }
        }
        out
    }
}

fn slice(pid: u64, tid: u64, (from, to): (u64, u64), name: &str, args: &Value) -> Value {
    json!({"ph": "X", "pid": pid, "tid": tid, "ts": from, "dur": to - from, "name": name, "args": args})
}

fn instant(pid: u64, tid: u64, at: u64, name: &str, args: &Value) -> Value {
    json!({"ph": "i", "pid": pid, "tid": tid, "ts": at, "name": name, "s": "t", "args": args})
}
