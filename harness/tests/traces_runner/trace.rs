//! A trace as it is written: header, actions, what nodes told, the views at the end.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use serde_json::Value;

use crate::traces_runner::script::Action;

/// What one run of a real cluster told.
pub(crate) struct Trace {
    /// The name of the script and the number of the run.
    pub(crate) name: String,
    pub(crate) run: u64,
    pub(crate) settings: String,
    pub(crate) nodes: Vec<String>,
    pub(crate) actions: Vec<(Duration, Action)>,
    /// What each incarnation told, in order.
    pub(crate) told: BTreeMap<String, Vec<Told>>,
    /// When the views were taken, and what each node that was still there saw.
    pub(crate) end: Duration,
    pub(crate) alive: Vec<String>,
}

/// One event that counts: its kind, and what it is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Told {
    pub(crate) kind: &'static str,
    pub(crate) about: String,
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}({})", self.kind, self.about)
    }
}

/// The kinds of events that are compared; the others are of a node's inner life.
const KINDS: [&str; 13] = [
    "MemberJoined",
    "MemberWeaklyUp",
    "MemberUp",
    "MemberLeft",
    "MemberExited",
    "MemberDowned",
    "MemberPreparingForShutdown",
    "MemberReadyForShutdown",
    "MemberRemoved",
    "UnreachableMember",
    "ReachableMember",
    "LeaderChanged",
    "ClusterShuttingDown",
];

fn milliseconds(value: &Value) -> Result<Duration, String> {
    let ms = value.as_f64().ok_or_else(|| format!("{value} is no time"))?;
    Ok(Duration::from_nanos((ms * 1e6) as u64))
}

fn text(value: &Value, key: &str) -> Result<String, String> {
    value[key].as_str().map(str::to_owned).ok_or_else(|| format!("no `{key}` in {value}"))
}

fn texts(value: &Value) -> Vec<String> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

impl Trace {
    /// Reads a trace.
    ///
    /// # Errors
    /// The number of a line that can't be read, and why: an action that is not known is such a line.
    pub(crate) fn read(lines: &str) -> Result<Self, String> {
        let lines = lines.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
        let mut rows = lines.map(|(at, line)| {
            let row: Value =
                serde_json::from_str(line).map_err(|error| format!("line {}: {error}", at + 1))?;
            Ok::<_, String>((at + 1, row))
        });
        let (_, header) = rows.next().ok_or("the file is empty")??;
        let mut trace = Self {
            name: text(&header, "trace")?,
            run: header["rep"].as_u64().unwrap_or(1),
            settings: text(&header, "settings")?,
            nodes: texts(&header["nodes"]),
            actions: Vec::new(),
            told: BTreeMap::new(),
            end: Duration::ZERO,
            alive: Vec::new(),
        };
        let mut incarnations: BTreeMap<String, u32> = BTreeMap::new();
        let mut distinct = trace.nodes.clone();
        distinct.sort();
        distinct.dedup();
        if trace.nodes.is_empty() || distinct.len() < trace.nodes.len() {
            return Err(format!("line 1: `nodes` must name each node once, and is {}", header["nodes"]));
        }
        let mut is_ended = false;
        for row in rows {
            let (line, row) = row?;
            is_ended |= row.get("end").is_some();
            trace.take(&row, &mut incarnations).map_err(|why| format!("line {line}: {why}"))?;
        }
        if trace.actions.is_empty() {
            return Err("nothing is done in it: it has no `action`".into());
        }
        if !is_ended {
            return Err("no line tells the views at the end: `{\"end\": ms, \"alive\": [...]}`".into());
        }
        Ok(trace)
    }

    /// That a label, or an incarnation of one, is that of a node of the header.
    fn known(&self, node: &str) -> Result<(), String> {
        let label = node.split('#').next().unwrap_or(node);
        let is_known = self.nodes.iter().any(|known| known == label);
        is_known.then_some(()).ok_or_else(|| format!("the header has no node {label}"))
    }

    fn take(&mut self, row: &Value, incarnations: &mut BTreeMap<String, u32>) -> Result<(), String> {
        if row.get("end").is_some() {
            self.end = milliseconds(&row["end"])?;
            self.alive = texts(&row["alive"]);
            self.alive.sort();
        } else if row.get("action").is_some() {
            let actions = Action::read(&text(row, "action")?)?;
            let at = milliseconds(&row["t"])?;
            for action in actions {
                action.labels().into_iter().try_for_each(|label| self.known(label))?;
                if let Action::Restart(node) = &action {
                    *incarnations.entry(node.clone()).or_insert(1) += 1;
                }
                self.actions.push((at, action));
            }
        } else if let Some(kind) = KINDS.into_iter().find(|kind| row["ev"] == *kind) {
            let node = text(row, "node")?;
            self.known(&node)?;
            let incarnation = incarnations.get(&node).copied().unwrap_or(1);
            let about = match kind {
                "LeaderChanged" => row["leader"].as_str().unwrap_or("None").to_owned(),
                "ClusterShuttingDown" => String::new(),
                "MemberRemoved" => format!("{}, {}", text(row, "m")?, text(row, "previous")?),
                "MemberUp" => format!("{}, {}", text(row, "m")?, row["upNumber"]),
                _ => text(row, "m")?,
            };
            // Where a label has several incarnations a trace may name them itself.
            let node = if node.contains('#') { node } else { format!("{node}#{incarnation}") };
            self.told.entry(node).or_default().push(Told { kind, about });
        }
        Ok(())
    }
}
