//! A leader tick, and the commands about members and about the whole cluster.

use quorate::{Command, InputKind, Target};
use serde_json::{Value, json};

use super::Outcome;
use super::daemon::{AT, WALL_MS, config, outcome, probe};
use super::values::{address, entries, integer};

pub(crate) fn leader_tick(input: &Value) -> Outcome {
    let minimum = integer(&input["min_nr_of_members"]).to_string();
    let roles = entries(&input["role_min_nr_of_members"]).iter();
    let roles: Vec<(String, String)> = roles
        .map(|(role, minimum)| (format!("role.{role}.min-nr-of-members"), integer(minimum).to_string()))
        .collect();
    let mut settings = vec![("min-nr-of-members", minimum.as_str())];
    settings.extend(roles.iter().map(|(name, minimum)| (name.as_str(), minimum.as_str())));
    let mut probe = probe(input, config(input, &settings));
    let needed = probe.needs_speedup();
    let outputs = probe.leader_tick(AT, WALL_MS);
    let mut outcome = outcome(input, &probe, &outputs, &Value::Null);
    if let Outcome::Part { is, .. } = &mut outcome {
        is["speedup_needed_before"] = json!(needed);
    }
    outcome
}

fn command(input: &Value, command: Command) -> Outcome {
    let mut probe = probe(input, config(input, &[]));
    let outputs = probe.handle(AT, WALL_MS, InputKind::Command(command));
    outcome(input, &probe, &outputs, &Value::Null)
}

pub(crate) fn leave(input: &Value) -> Outcome {
    command(input, Command::Leave(Target::Address(address(&input["address"]))))
}

pub(crate) fn down(input: &Value) -> Outcome {
    command(input, Command::Down(Target::Address(address(&input["address"]))))
}

pub(crate) fn prepare_for_shutdown(input: &Value) -> Outcome {
    command(input, Command::PrepareForShutdown)
}
