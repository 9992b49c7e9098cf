//! Instructions, counted by callgrind, under which a benchmark runs itself once for each row. They are the same on every run.

use std::env;
use std::process::Command;

/// The row that a run under callgrind is for.
const ROW: &str = "QUORATE_INSTRUCTIONS_ROW";

/// The row that this run is for, if it is one under callgrind.
pub(crate) fn row() -> Option<String> {
    env::var(ROW).ok()
}

/// What callgrind counts: it looks for this name.
#[inline(never)]
pub(crate) fn counted(act: &mut dyn FnMut()) {
    act();
}

/// How many instructions [`counted`] takes in a run for a row.
pub(crate) fn count(row: &str) -> Result<u64, String> {
    let this = env::current_exe().map_err(|error| error.to_string())?;
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null", "--toggle-collect=*callgrind*counted*"])
        .arg(this)
        .env(ROW, row)
        .output()
        .map_err(|error| format!("valgrind: {error}"))?;
    let text = String::from_utf8_lossy(&output.stderr);
    let collected = text.lines().find_map(|line| line.split_once("Collected :"));
    let collected = collected.and_then(|(_, number)| number.trim().parse::<u64>().ok());
    collected.ok_or_else(|| format!("valgrind said nothing of it:\n{text}"))
}
