//! PIC-3: the run as JSON lines, for programs.

use serde_json::{Value, json};

use super::Film;
use crate::run::Mark;

/// What every such file begins with.
pub(super) const MARK: &str = r#"{"kind":"run","#;

impl Film {
    /// PIC-3: the run as JSON lines: what the run was, then everything that happened, in order; `at` is in seconds.
    #[must_use]
    pub fn lines(&self) -> String {
        let mut lines: Vec<(u64, Value)> = Vec::new();
        let name = |host: u32| self.hosts[host as usize].as_str();
        for (host, track) in self.tracks.iter().enumerate() {
            for (from, _, mark) in self.stretches(track, |shot| Some(shot.2)) {
                let (node, status) = (name(host as u32), Mark::meaning_of(mark));
                lines.push((from, json!({"kind": "status", "node": node, "status": status})));
            }
        }
        for cut in &self.cuts {
            lines.push((cut.from, json!({"kind": "cut", "until": seconds(cut.to), "what": cut.words})));
        }
        for beat in self.story.iter().filter(|beat| beat.kind != '!') {
            let kind = if beat.kind == '>' { "statement" } else { "news" };
            let heard: Vec<&str> = beat.heard_by.iter().map(|host| name(*host)).collect();
            lines.push((
                beat.at,
                json!({"kind": kind, "what": beat.text, "heard_by": heard, "until": seconds(beat.to)}),
            ));
        }
        for choice in &self.decisions {
            let object = json!({"kind": "decision", "node": name(choice.host), "strategy": choice.strategy, "decision": choice.decision,
                "down": choice.down, "reachable": choice.reachable, "unreachable": choice.unreachable, "why": choice.why});
            lines.push((choice.at, object));
        }
        if let Some(failure) = &self.verdict.failure {
            let object = json!({"kind": "failure", "signature": failure.signature, "must_hold": failure.rule, "fact": failure.fact,
                "but": failure.but});
            lines.push((failure.at, object));
        }
        lines.sort_by_key(|(at, _)| *at);
        let head = json!({"case": self.title, "source": self.source, "seed": self.seed, "digest": self.digest,
            "passed": self.verdict.passed, "nodes": self.hosts, "end": seconds(self.end), "again": self.again});
        let mut out = format!("{MARK}{}\n", &head.to_string()[1..]);
        for (at, mut line) in lines {
            line["at"] = seconds(at).into();
            out += &line.to_string();
            out.push('\n');
        }
        out
    }
}

fn seconds(micros: u64) -> f64 {
    micros as f64 / 1e6
}
