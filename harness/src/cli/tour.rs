//! Without a command: a shipped case is played, and what to try next is told.

use std::io;

use super::Status;
use super::input::RunFlags;
use super::page::Page;
use super::run::play;
use crate::case::parse_bytes;
use crate::run::Options;
use crate::settings::Settings;

/// The case that is played.
const TOUR: (&str, &str) =
    ("harness/scenarios/clean-split.qcase", include_str!("../../scenarios/clean-split.qcase"));

/// RUN: plays the tour.
pub(super) fn tour(page: &mut Page) -> io::Result<Status> {
    let (name, text) = TOUR;
    let case = match parse_bytes(name, text.as_bytes(), &Settings) {
        Ok(case) => case,
        Err(errors) => {
            page.complain(errors.render(page.colour))?;
            return Ok(Status::Unusable);
        }
    };
    // What a case tells its reader before it begins.
    for line in &case.prose.name.before {
        page.aside(line)?;
    }
    page.aside("")?;
    let status = play(page, name, &case, &Options::default(), &RunFlags::default())?;
    page.aside("")?;
    page.aside(format_args!("This was {name}. Change a line of it and play it again, or try another seed:"))?;
    page.aside(format_args!("    cargo run --release -- run {name} --seed 2a"))?;
    page.aside("The other shipped cases:")?;
    page.aside("    cargo run --release -- run harness/scenarios/*.qcase --quiet")?;
    Ok(status)
}
