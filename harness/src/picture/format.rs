//! PIC-3: what a run can be turned into.

use serde::Serialize;

use super::{Film, html};

/// What to make of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Format {
    /// A page for a browser: one file that needs no network.
    #[default]
    Html,
}

impl Format {
    /// How the name of such a file ends.
    #[must_use]
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Html => "html",
        }
    }

    /// What every such file that a report wrote begins with.
    #[must_use]
    pub const fn mark(self) -> &'static str {
        match self {
            Self::Html => html::MARK,
        }
    }
}

impl Film {
    /// The run in a format.
    #[must_use]
    pub fn in_format(&self, format: Format) -> String {
        match format {
            Format::Html => self.html(),
        }
    }
}
