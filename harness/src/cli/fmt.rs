//! `quorate fmt`: cases in their canonical form (CASE-2).

use std::io;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::Status;
use super::input::read_case;
use super::page::Page;

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The case files.
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Change nothing; exit with 1 if a file is not in canonical form.
    #[arg(long)]
    check: bool,
}

#[derive(Serialize)]
struct Formatted<'a> {
    file: &'a str,
    canonical: bool,
    written: bool,
}

/// Writes all files that are not in canonical form anew; a file with an error stays as it is.
pub(super) fn fmt(page: &mut Page, arguments: &Arguments) -> io::Result<Status> {
    let mut worst = Status::Held;
    for file in &arguments.files {
        let status = match format_file(file, arguments.check, page.colour) {
            Ok(canonical) => {
                tell(page, file, canonical, arguments.check)?;
                if canonical || !arguments.check { Status::Held } else { Status::Failed }
            }
            Err(error) => {
                page.complain(error)?;
                Status::Unusable
            }
        };
        worst = worst.max(status);
    }
    Ok(worst)
}

/// Whether a file was in canonical form before.
fn format_file(file: &Path, only_check: bool, colour: bool) -> Result<bool, String> {
    let told = |error: io::Error| format!("error: {}: {error}", file.display());
    let canonical = read_case(file, colour)?.to_string();
    let is_canonical = std::fs::read(file).map_err(told)? == canonical.as_bytes();
    if !is_canonical && !only_check {
        super::output::write_whole(file, &canonical).map_err(told)?;
    }
    Ok(is_canonical)
}

fn tell(page: &mut Page, file: &Path, canonical: bool, only_check: bool) -> io::Result<()> {
    let file = file.display().to_string();
    let written = !canonical && !only_check;
    if page.json {
        return page.object(&Formatted { file: &file, canonical, written });
    }
    match (canonical, only_check) {
        (true, _) => Ok(()),
        (false, true) => page.line(format_args!("{file}: not in canonical form")),
        (false, false) => page.aside(format_args!("{file}: written")),
    }
}
