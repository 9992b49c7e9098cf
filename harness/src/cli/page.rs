//! What a command writes on.

use std::fmt::Display;
use std::io::{self, IsTerminal, Write};

use serde::Serialize;

use super::Manner;

/// Where the output of a command goes, and how it is to look.
pub(super) struct Page {
    /// Colour only on a terminal, and never with `NO_COLOR`.
    pub(super) colour: bool,
    /// JSON instead of text.
    pub(super) json: bool,
    /// Only what came of it.
    pub(super) quiet: bool,
    out: Box<dyn Write>,
}

impl Page {
    /// Standard output.
    pub(super) fn standard(manner: Manner) -> Self {
        let Manner { json, quiet } = manner;
        Self { colour: wants_colour(), json, quiet, out: Box::new(io::stdout().lock()) }
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

fn wants_colour() -> bool {
    io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}
