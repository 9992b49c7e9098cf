//! `quorate diff`: the first event at which two runs part.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::Status;
use super::input::{RunFlags, find_case, not_applicable};
use super::output::write_whole;
use super::page::Page;
use crate::case::{Case, parse};
use crate::diff::{Parting, Stepped, Trail, looks_like_one, parting, read, write};
use crate::run::{Options, run, seconds};
use crate::settings::Settings;

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// A case file, the id of a drawn case, or a trail that `--save` wrote, also in another build.
    #[arg(value_name = "A")]
    one: String,
    /// Another [default: the case of A, with what --set and --seed change].
    #[arg(value_name = "B")]
    other: Option<String>,
    #[command(flatten)]
    run: RunFlags,
    /// Write the trail of A to this new file, to be compared in another build; nothing is compared here.
    #[arg(long, value_name = "FILE", conflicts_with = "other")]
    save: Option<PathBuf>,
    /// Show so many of the steps before, which are the same in both.
    #[arg(long, value_name = "COUNT", default_value_t = 10)]
    last: usize,
}

/// One of the two.
struct Side {
    name: String,
    trail: Trail,
    /// Whether it is a file of a trail.
    is_recorded: bool,
}

#[derive(Serialize)]
struct DiffObject<'a> {
    a: &'a str,
    b: &'a str,
    same: bool,
    steps: [usize; 2],
    builds: [&'a str; 2],
    /// The first step that differs; null when none does.
    parting: Option<PartingObject<'a>>,
    /// The first step that differs in words; null when none does.
    parting_in_words: Option<PartingObject<'a>>,
}

#[derive(Serialize)]
struct PartingObject<'a> {
    event: usize,
    a: Option<StepObject<'a>>,
    b: Option<StepObject<'a>>,
}

#[derive(Serialize)]
struct StepObject<'a> {
    at: f64,
    what: &'a str,
}

/// Compares two runs. Exits with 1 if they differ.
pub(super) fn diff(page: &mut Page, arguments: &Arguments) -> io::Result<Status> {
    let told = match &arguments.save {
        Some(file) => saved(page, arguments, file).map(Told::Saved),
        None => sides(page, arguments).map(Told::Sides),
    };
    match told {
        Ok(Told::Saved(steps)) => {
            let file = arguments.save.as_deref().unwrap_or(Path::new("")).display().to_string();
            page.line(format_args!("{file}: the trail of {steps} steps"))?;
            page.aside(format_args!("in another build:  {}", page.command("diff", &file)))?;
            Ok(Status::Held)
        }
        Ok(Told::Sides(sides)) => tell(page, arguments, &sides[0], &sides[1]),
        Err(error) => {
            page.complain(error)?;
            Ok(Status::Unusable)
        }
    }
}

enum Told {
    Saved(usize),
    Sides(Box<[Side; 2]>),
}

fn saved(page: &Page, arguments: &Arguments, file: &Path) -> Result<usize, String> {
    let failed = |error: io::Error| format!("error: {}: {error}", file.display());
    if file.is_file() {
        return Err(format!(
            "error: {}: it is there already; name a new file, nothing was written",
            file.display()
        ));
    }
    let side = side(page, &arguments.one, &arguments.run)?;
    let mut bytes = Vec::new();
    write(&side.trail, &mut bytes).map_err(failed)?;
    write_whole(file, &String::from_utf8_lossy(&bytes)).map_err(failed)?;
    Ok(side.trail.len())
}

fn sides(page: &Page, arguments: &Arguments) -> Result<Box<[Side; 2]>, String> {
    let (none, flags) = (RunFlags::default(), &arguments.run);
    let one = side(page, &arguments.one, &none)?;
    let other = match &arguments.other {
        Some(other) => side(page, other, flags)?,
        None if one.is_recorded => {
            let name = format!("the case of {}{}", one.name, flags.written());
            let case =
                parse(&name, one.trail.case(), &Settings).map_err(|errors| errors.render(page.colour))?;
            ran(page, name, &flags.options(page.rider)?.written_into(&case))?
        }
        None if flags.are_none() => {
            return Err(
                "error: there is nothing to compare it with: name a second case or trail, or what is to be \
                        otherwise (--set, --seed)"
                    .into(),
            );
        }
        None => {
            let side = side(page, &arguments.one, flags)?;
            Side { name: format!("{}{}", side.name, flags.written()), ..side }
        }
    };
    Ok(Box::new([one, other]))
}

fn side(page: &Page, what: &str, flags: &RunFlags) -> Result<Side, String> {
    let path = Path::new(what);
    let mut start = [0; 8];
    let length = File::open(path).and_then(|mut file| file.read(&mut start)).unwrap_or(0);
    if looks_like_one(&start[..length]) {
        if !flags.are_none() {
            return Err(format!("error: {what}: it is the trail of a run that is over: no --set, no --seed"));
        }
        let file = File::open(path).map_err(|error| format!("error: {what}: {error}"))?;
        let trail = read(BufReader::new(file)).map_err(|error| format!("error: {what}: {error}"))?;
        return Ok(Side { name: what.into(), trail, is_recorded: true });
    }
    let subject = find_case(what, page.colour)?;
    let mut case = flags.options(page.rider)?.written_into(&subject.case);
    if subject.pass_over {
        let bare = Options { bare: true, pass_over: true, rider: page.rider, ..Options::default() };
        case = run(&case, &bare).map_err(|not| not_applicable(&subject.name, &not))?.case;
    }
    ran(page, subject.name, &case)
}

fn ran(page: &Page, name: String, case: &Case) -> Result<Side, String> {
    let trail = (page.rider.trail)(case).map_err(|not| not_applicable(&name, &not))?;
    Ok(Side { name, trail, is_recorded: false })
}

fn tell(page: &mut Page, arguments: &Arguments, one: &Side, other: &Side) -> io::Result<Status> {
    let found = parting(&one.trail, &other.trail);
    let status = if found.is_none() { Status::Held } else { Status::Failed };
    if page.json {
        page.object(&DiffObject {
            a: &one.name,
            b: &other.name,
            same: found.is_none(),
            steps: [one.trail.len(), other.trail.len()],
            builds: [one.trail.build(), other.trail.build()],
            parting: found.map(|found| parting_object(found.step, one, other)),
            parting_in_words: found
                .and_then(|found| found.in_words)
                .map(|step| parting_object(step, one, other)),
        })?;
        return Ok(status);
    }
    let Some(Parting { step, in_words }) = found else {
        page.line(format_args!("the same run: {} events", one.trail.len()))?;
        return Ok(status);
    };
    page.aside(format_args!("A: {}\nB: {}", one.name, other.name))?;
    if one.trail.build() != other.trail.build() {
        page.aside(format_args!("A is of: {}\nB is of: {}", one.trail.build(), other.trail.build()))?;
    }
    page.aside("")?;
    match in_words {
        Some(told) if told == step => {}
        told => {
            page.line(format_args!("something that can't be told in words differs from event {step} on"))?;
            if told.is_none() {
                page.line("a person would tell both runs in the same words to their ends")?;
                return Ok(status);
            }
        }
    }
    let step = in_words.unwrap_or(step);
    for before in step.saturating_sub(arguments.last)..step {
        page.aside(format_args!("    {}", shown(before, one.trail.at(before))))?;
    }
    page.line(format_args!("A:  {}", shown(step, one.trail.at(step))))?;
    page.line(format_args!("B:  {}", shown(step, other.trail.at(step))))?;
    page.line(format_args!("the runs part at event {step}"))?;
    Ok(status)
}

fn parting_object<'a>(step: usize, one: &'a Side, other: &'a Side) -> PartingObject<'a> {
    let object =
        |stepped: &'a Stepped| StepObject { at: super::json::seconds(stepped.at), what: &stepped.words };
    PartingObject { event: step, a: one.trail.at(step).map(object), b: other.trail.at(step).map(object) }
}

fn shown(step: usize, stepped: Option<&Stepped>) -> String {
    match stepped {
        Some(Stepped { at, words }) => format!("{step:>8} {:>10}  {words}", seconds(*at)),
        None => format!("{step:>8}             the run is over"),
    }
}
