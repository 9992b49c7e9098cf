//! `quorate report`: a run as a page to look at, or as a file for another viewer.

use std::io;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::Status;
use super::input::{RunFlags, Subject, find_case, not_applicable};
use super::output::{Own, write_own};
use super::page::Page;
use crate::failure::BUILD;
use crate::picture::{Film, Format, film};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// A case file, or the id of a drawn case such as `partitions-17`.
    #[arg(value_name = "ID|FILE")]
    what: String,
    #[command(flatten)]
    run: RunFlags,
    /// Write to this file; `-` prints it. Without it the file is called after the case, and lies in this folder.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// What to make of the run.
    #[arg(long = "as", value_name = "FORMAT", value_enum, default_value_t)]
    format: Format,
    /// Overwrite a file that no report wrote.
    #[arg(long)]
    force: bool,
}

#[derive(Serialize)]
struct ReportObject<'a> {
    what: &'a str,
    passed: bool,
    digest: &'a str,
    format: Format,
    out: String,
    bytes: usize,
}

/// PIC: plays a case and writes what it looks like. A run that failed is reported as well as any: that is what it is for.
pub(super) fn report(page: &mut Page, arguments: &Arguments) -> io::Result<Status> {
    let (subject, film) = match filmed(page, arguments) {
        Ok(filmed) => filmed,
        Err(error) => {
            page.complain(error)?;
            return Ok(Status::Unusable);
        }
    };
    let content = film.1.in_format(arguments.format);
    let out = match &arguments.out {
        Some(out) if out.as_os_str() == "-" => {
            page.line(content.trim_end())?;
            return Ok(film.0);
        }
        Some(out) => out.clone(),
        None => PathBuf::from(format!("{}.{}", stem(&subject), arguments.format.extension())),
    };
    let own = if arguments.force { Own::Any } else { Own::BeginsWith(arguments.format.mark()) };
    if let Err(error) = write_own(&out, &content, own) {
        page.complain(format_args!("error: {}: {error}", out.display()))?;
        return Ok(Status::Unusable);
    }
    let out = out.display().to_string();
    if page.json {
        let (what, bytes) = (&*arguments.what, content.len());
        let (passed, digest, format) = (film.1.passed(), film.1.digest(), arguments.format);
        page.object(&ReportObject { what, passed, digest, format, out, bytes })?;
    } else {
        let verdict = if film.1.passed() { "passed" } else { "FAILED" };
        page.line(format_args!("{out}: {} bytes, the run {verdict}", content.len()))?;
        if arguments.format == Format::Html {
            page.aside("Open it in a browser; it needs no network.")?;
        }
    }
    Ok(film.0)
}

/// The run, and whether it is the one that the case states.
fn filmed(page: &mut Page, arguments: &Arguments) -> Result<(Subject, (Status, Film)), String> {
    let mut subject = find_case(&arguments.what, page.colour)?;
    let mut options = arguments.run.options(page.rider)?;
    options.pass_over = subject.pass_over;
    // The digest of a case is of the case as it is written.
    let stated = subject.case.digest.take().filter(|_| arguments.run.are_none());
    let again = format!("{}{}", page.command("replay", &arguments.what), arguments.run.written());
    let mut film = film(&subject.case, &options, &subject.name, again)
        .map_err(|not| not_applicable(&subject.name, &not))?;
    let mut status = Status::Held;
    if let Some(stated) = stated.filter(|stated| format!("{:016x}", stated.digest) != film.digest()) {
        let by = if stated.build.is_empty() { "a build that is not told" } else { &stated.build };
        let note = format!(
            "The case states digest {:016x}, and this run has {}: it is not the run that was stated, but what this build \
             makes of the same case. Left by: {by}. This is: {BUILD}.",
            stated.digest,
            film.digest()
        );
        page.complain(format_args!("warning: {}: {note}", subject.name))
            .map_err(|error| error.to_string())?;
        film.note(note);
        status = Status::NotDeterministic;
    }
    Ok((subject, (status, film)))
}

fn stem(subject: &Subject) -> String {
    let stem = Path::new(&subject.name).file_stem();
    stem.map_or_else(|| "case".into(), |stem| stem.to_string_lossy().into_owned())
}
