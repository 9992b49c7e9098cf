//! Time as the person at the terminal knows it. Nothing in a run ever sees it.

use std::time::Duration;

use crate::case::Time;

/// Says how much time has passed.
pub(super) struct Stopwatch {
    #[allow(clippy::disallowed_types, reason = "how long a person waits is no part of any run")]
    started: std::time::Instant,
}

impl Stopwatch {
    #[allow(clippy::disallowed_types, reason = "how long a person waits is no part of any run")]
    pub(super) fn start() -> Self {
        Self { started: std::time::Instant::now() }
    }

    pub(super) fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }
}

/// A length of time, as cases write it.
pub(super) fn parse_span(text: &str) -> Result<Duration, String> {
    text.parse::<Time>().map(|time| Duration::from_nanos(time.nanos())).map_err(|error| error.to_string())
}
