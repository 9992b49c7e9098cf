//! What a command writes on.

use std::fmt::Display;
use std::io::{self, IsTerminal, Write};
use std::path::Path;
use std::time::Duration;

use serde::Serialize;

use super::Manner;
use super::input::{RunFlags, shell_word};
use crate::failure::NextLines;
use crate::run::Rider;

/// Where the output of a command goes, and how it is to look.
pub(super) struct Page {
    /// Colour only on a terminal, and never with `NO_COLOR`.
    pub(super) colour: bool,
    /// JSON instead of text.
    pub(super) json: bool,
    /// Only what came of it.
    pub(super) quiet: bool,
    /// The application that is on every host.
    pub(super) rider: Rider,
    /// How this program was called.
    program: String,
    out: Box<dyn Write>,
}

impl Page {
    /// A line that does something with a file, for somebody to paste: the program as it was called this time.
    pub(super) fn command(&self, command: &str, file: &str) -> String {
        format!("{} {command} {}", self.program, shell_word(file))
    }

    /// RUN-1: the lines about a failing case that was shrunk only in short.
    pub(super) fn lines(&self, what: &str, flags: &RunFlags) -> NextLines {
        let written = flags.written();
        let stem =
            Path::new(what).file_stem().map_or("case".into(), |stem| stem.to_string_lossy().into_owned());
        let out = shell_word(&format!("{}.qcase", shrunk_stem(&stem)));
        NextLines::new(Some(&out), |command, more| format!("{}{written}{more}", self.command(command, what)))
    }

    /// Standard output.
    pub(super) fn standard(manner: Manner, rider: Rider) -> Self {
        let Manner { json, quiet } = manner;
        let program =
            std::env::args().next().map_or_else(|| "quorate".into(), |program| shell_word(&program));
        Self { colour: wants_colour(), json, quiet, rider, program, out: Box::new(io::stdout().lock()) }
    }

    /// One line of text, or several.
    pub(super) fn line(&mut self, line: impl Display) -> io::Result<()> {
        writeln!(self.out, "{line}")
    }

    /// A line that tells what happens, which `--quiet` and `--json` leave out.
    pub(super) fn aside(&mut self, line: impl Display) -> io::Result<()> {
        if self.quiet || self.json { Ok(()) } else { self.line(line) }
    }

    /// One object on a line of its own.
    pub(super) fn object(&mut self, object: &impl Serialize) -> io::Result<()> {
        serde_json::to_writer(&mut self.out, object)?;
        self.line("")
    }

    /// What is wrong with a file or a flag: on standard error, behind what was printed before.
    pub(super) fn complain(&mut self, what: impl Display) -> io::Result<()> {
        self.out.flush()?;
        writeln!(io::stderr(), "{what}")
    }
}

/// What a case is called when it is shrunk: `x-shrunk`, and when that is shrunk again, `x-shrunk-2`.
fn shrunk_stem(stem: &str) -> String {
    const SHRUNK: &str = "-shrunk";
    let numbered = stem.rsplit_once('-').and_then(|(before, number)| {
        let number: u32 = number.parse().ok()?;
        before.ends_with(SHRUNK).then(|| format!("{before}-{}", number.saturating_add(1)))
    });
    match numbered {
        Some(next) => next,
        None if stem.ends_with(SHRUNK) => format!("{stem}-2"),
        None => format!("{stem}{SHRUNK}"),
    }
}

fn wants_colour() -> bool {
    io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

/// A time, for people.
pub(super) fn seconds(time: Duration) -> String {
    format!("{:.3}s", time.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RUN-1: what is kept has a name of its own, however often it is shrunk.
    #[test]
    fn a_case_that_is_shrunk_again_gets_a_number() {
        for (stem, next) in [
            ("x", "x-shrunk"),
            ("lan-17", "lan-17-shrunk"),
            ("x-shrunk", "x-shrunk-2"),
            ("x-shrunk-2", "x-shrunk-3"),
            ("S8--churn-108--shrunk", "S8--churn-108--shrunk-2"),
        ] {
            assert_eq!(shrunk_stem(stem), next);
        }
    }
}
