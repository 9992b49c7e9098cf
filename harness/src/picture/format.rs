//! PIC-3: what a run can be turned into.

use serde::Serialize;

use super::{Film, html, lines, mermaid, perfetto};

/// What to make of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Format {
    /// A page for a browser: one file that needs no network.
    #[default]
    Html,
    /// A trace for ui.perfetto.dev and the trace viewers of browsers: a process a node.
    Perfetto,
    /// A sequence diagram in Mermaid: the messages that led to the failure, or to the first decision; thirty at most.
    Mermaid,
    /// JSON lines: everything that happened, one object a line.
    Lines,
}

impl Format {
    /// How the name of such a file ends.
    #[must_use]
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Html => "html",
            Self::Perfetto => "perfetto.json",
            Self::Mermaid => "mmd",
            Self::Lines => "jsonl",
        }
    }

    /// What every such file that a report wrote begins with.
    #[must_use]
    pub const fn mark(self) -> &'static str {
        match self {
            Self::Html => html::MARK,
            Self::Perfetto => perfetto::MARK,
            Self::Mermaid => mermaid::MARK,
            Self::Lines => lines::MARK,
        }
    }
}

impl Film {
    /// The run in a format.
    #[must_use]
    pub fn in_format(&self, format: Format) -> String {
        match format {
            Format::Html => self.html(),
            Format::Perfetto => self.perfetto(),
            Format::Mermaid => self.mermaid(),
            Format::Lines => self.lines(),
        }
    }
}
