//! The command line.
//!
//! Exit status: 0 when all held, 1 when a property failed, 2 for bad usage, a bad file or a case that does not apply.

use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::case::{Case, SettingCatalog, nearest, parse_bytes};
use crate::run::{Options, Report, run};
use crate::settings::Settings;

/// The case that is played when nothing else is asked for.
const TOUR: (&str, &str) =
    ("harness/scenarios/clean-split.qcase", include_str!("../../scenarios/clean-split.qcase"));

/// Bad usage, a bad file, or a case that does not apply.
const EXIT_UNUSABLE: u8 = 2;
/// A property failed.
const EXIT_FAILED: u8 = 1;

/// Plays cluster cases and judges them.
#[derive(Debug, Parser)]
#[command(name = "quorate", version, about, long_about = None)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Play cases: tell the story, draw the strip, give the verdict.
    Run {
        /// The case files.
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// Set something for all nodes, over what the case sets; may be given several times.
        #[arg(long = "set", value_name = "KEY=VALUE")]
        set: Vec<String>,
        /// Use this seed instead of the case's; hexadecimal, as in a case.
        #[arg(long, value_name = "HEX", value_parser = parse_seed)]
        seed: Option<u64>,
        /// Print the verdicts only.
        #[arg(long, short)]
        quiet: bool,
    },
}

fn parse_seed(text: &str) -> Result<u64, String> {
    let digits = text.strip_prefix("0x").unwrap_or(text);
    u64::from_str_radix(digits, 16).map_err(|_| "a seed is up to 16 hexadecimal digits".into())
}

/// Runs the command line of `quorate` and gives its exit status.
#[must_use]
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let mut out = Page { colour: wants_colour(), out: io::stdout().lock() };
    let status = match arguments.command {
        None => tour(&mut out),
        Some(Command::Run { files, set, seed, quiet }) => run_files(&mut out, &files, &set, seed, quiet),
    };
    // A reader that has gone away, such as `head`, is no failure of the run.
    ExitCode::from(status.unwrap_or(EXIT_UNUSABLE))
}

/// Colour only on a terminal, and never with `NO_COLOR`.
fn wants_colour() -> bool {
    io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

struct Page<W> {
    colour: bool,
    out: W,
}

fn tour(page: &mut Page<impl Write>) -> io::Result<u8> {
    let (name, text) = TOUR;
    let case = match parse_bytes(name, text.as_bytes(), &Settings) {
        Ok(case) => case,
        Err(errors) => {
            eprintln!("{}", errors.render(page.colour));
            return Ok(EXIT_UNUSABLE);
        }
    };
    for line in prose(&case) {
        writeln!(page.out, "{line}")?;
    }
    writeln!(page.out)?;
    let status = play(page, name, &case, &Options::default(), false)?;
    writeln!(page.out)?;
    writeln!(page.out, "This was {name}. Change a line of it and play it again, or try another seed:")?;
    writeln!(page.out, "    cargo run --release -- run {name} --seed 2a")?;
    writeln!(page.out, "The other shipped cases:")?;
    writeln!(page.out, "    cargo run --release -- run harness/scenarios/*.qcase --quiet")?;
    Ok(status)
}

/// What a case tells its reader before it begins.
fn prose(case: &Case) -> &[String] {
    &case.prose.name.before
}

fn run_files(
    page: &mut Page<impl Write>,
    files: &[PathBuf],
    set: &[String],
    seed: Option<u64>,
    quiet: bool,
) -> io::Result<u8> {
    let set = match set.iter().map(|text| parse_setting(text)).collect::<Result<Vec<_>, _>>() {
        Ok(set) => set,
        Err(error) => {
            eprintln!("error: {error}");
            return Ok(EXIT_UNUSABLE);
        }
    };
    let options = Options { set, seed };
    let mut worst = 0;
    for file in files {
        let status = match read_case(file, page.colour) {
            Ok(case) => play(page, &file.display().to_string(), &case, &options, quiet)?,
            Err(error) => {
                eprintln!("{error}");
                EXIT_UNUSABLE
            }
        };
        worst = worst.max(status);
    }
    Ok(worst)
}

/// `KEY=VALUE`, checked as a case's own settings are.
fn parse_setting(text: &str) -> Result<(String, String), String> {
    let Some((key, value)) = text.split_once('=') else {
        return Err(format!("--set takes KEY=VALUE, not `{text}`"));
    };
    let (key, value) = (key.trim(), value.trim());
    let known = Settings.names();
    let value = Settings.check(key, value).map_err(|why| {
        match nearest(key, known.iter().copied()).filter(|near| *near != key) {
            Some(near) => format!("--set {key}: {why}; did you mean `{near}`?"),
            None => format!("--set {key}: {why}"),
        }
    })?;
    Ok((key.into(), value))
}

fn read_case(file: &Path, colour: bool) -> Result<Case, String> {
    let name = file.display().to_string();
    let bytes = std::fs::read(file).map_err(|error| format!("error: {name}: {error}"))?;
    parse_bytes(&name, &bytes, &Settings).map_err(|errors| errors.render(colour))
}

fn play(
    page: &mut Page<impl Write>,
    name: &str,
    case: &Case,
    options: &Options,
    quiet: bool,
) -> io::Result<u8> {
    let report = match run(case, options) {
        Ok(report) => report,
        Err(not_runnable) => {
            page.out.flush()?;
            let line = if not_runnable.line > 0 { format!(":{}", not_runnable.line) } else { String::new() };
            eprintln!("error: {name}{line}: not applicable: {}", not_runnable.why);
            return Ok(EXIT_UNUSABLE);
        }
    };
    if quiet {
        writeln!(page.out, "{name}:\n{}", report.verdict())?;
    } else {
        tell(page, name, &report)?;
    }
    if report.passed() {
        return Ok(0);
    }
    writeln!(page.out, "again: quorate run {name}{}", flags(options))?;
    Ok(EXIT_FAILED)
}

fn tell(page: &mut Page<impl Write>, name: &str, report: &Report) -> io::Result<()> {
    let title = if report.case.name.is_empty() { name } else { &report.case.name };
    writeln!(page.out, "== {title} (seed {:x})\n", report.case.seed)?;
    writeln!(page.out, "{}", report.story.told(&report.cast))?;
    writeln!(page.out, "{}", report.strip.shown(page.colour))?;
    writeln!(page.out, "{}", report.verdict())
}

/// The options of a run as they are written on the command line.
fn flags(options: &Options) -> String {
    let set = options.set.iter().map(|(key, value)| format!(" --set '{key}={value}'"));
    let seed = options.seed.iter().map(|seed| format!(" --seed {seed:x}"));
    set.chain(seed).collect()
}
