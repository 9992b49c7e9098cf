//! `quorate chart`: what many runs show, as SVG.

use std::io;
use std::num::NonZeroUsize;
use std::ops::RangeInclusive;
use std::path::PathBuf;

use super::Status;
use super::input::{not_applicable, parse_jobs, read_case};
use super::measure::parse_seeds;
use super::output::{Own, write_own};
use super::page::Page;
use crate::draw::Draws;
use crate::picture::{CHART_MARK, Chart, convergence, coverage, detection, kills};
use crate::side_by_side::jobs_or_all;
use crate::sweep::Mutant;

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    what: What,
    /// Write to this file instead of printing the chart.
    #[arg(long, value_name = "FILE", global = true)]
    out: Option<PathBuf>,
    /// Overwrite a file that no chart is in.
    #[arg(long, global = true)]
    force: bool,
    /// How many threads to use; all that there are without it. The chart is the same.
    #[arg(long, value_name = "COUNT", global = true, value_parser = parse_jobs)]
    jobs: Option<NonZeroUsize>,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// How long clusters of several sizes take until all see all Up.
    Convergence {
        /// The case file; its nodes are replaced by `n1` and on.
        file: PathBuf,
        /// How many nodes.
        #[arg(long, value_name = "N,N", value_delimiter = ',', default_value = "2,3,5,10,20,50",
              value_parser = clap::value_parser!(u32).range(1..=1000))]
        sizes: Vec<u32>,
        /// The seeds, both ends included.
        #[arg(long, value_name = "A..B", default_value = "1..20", value_parser = parse_seeds)]
        seeds: RangeInclusive<u64>,
    },
    /// Within what time how many runs have noticed a crash.
    Detection {
        /// The case file, in which somebody crashes.
        file: PathBuf,
        /// The seeds, both ends included.
        #[arg(long, value_name = "A..B", default_value = "1..50", value_parser = parse_seeds)]
        seeds: RangeInclusive<u64>,
    },
    /// How much of what a campaign should meet it has met after so many cases.
    Coverage(Campaign),
    /// How many wrong cores a campaign catches within so many cases.
    Kills(Campaign),
}

#[derive(Debug, clap::Args)]
struct Campaign {
    /// What cases are drawn from, as in `sweep`.
    #[arg(long, default_value_t, value_parser = str::parse::<Draws>)]
    profile: Draws,
    /// How many cases are drawn.
    #[arg(long, value_name = "COUNT", default_value_t = 400, value_parser = clap::value_parser!(u64).range(2..=1_000_000))]
    cases: u64,
}

/// PIC-5: draws a chart; the same command gives the same bytes.
pub(super) fn chart(page: &mut Page, arguments: &Arguments) -> io::Result<Status> {
    let svg = match charted(page, arguments) {
        Ok(chart) => chart.svg(),
        Err(error) => {
            page.complain(error)?;
            return Ok(Status::Unusable);
        }
    };
    let Some(out) = &arguments.out else {
        page.line(svg.trim_end())?;
        return Ok(Status::Held);
    };
    let own = if arguments.force { Own::Any } else { Own::BeginsWith(CHART_MARK) };
    if let Err(error) = write_own(out, &svg, own) {
        page.complain(format_args!("error: {}: {error}", out.display()))?;
        return Ok(Status::Unusable);
    }
    page.aside(format_args!("{}: {} bytes", out.display(), svg.len()))?;
    Ok(Status::Held)
}

fn charted(page: &Page, arguments: &Arguments) -> Result<Chart, String> {
    let jobs = jobs_or_all(arguments.jobs).get();
    match &arguments.what {
        What::Convergence { file, sizes, seeds } => {
            let case = read_case(file, page.colour)?;
            convergence(&case, sizes, seeds, jobs)
                .map_err(|not| not_applicable(&file.display().to_string(), &not))
        }
        What::Detection { file, seeds } => {
            let case = read_case(file, page.colour)?;
            let chart = detection(&case, seeds, jobs)
                .map_err(|not| not_applicable(&file.display().to_string(), &not))?;
            if chart.lines.is_empty() {
                return Err(format!(
                    "error: {}: nobody crashes in it, so there is nothing to notice",
                    file.display()
                ));
            }
            Ok(chart)
        }
        What::Coverage(Campaign { profile, cases }) => {
            coverage(*profile, *cases, jobs).map_err(|not| not_applicable("a drawn case", &not))
        }
        What::Kills(Campaign { profile, cases }) => {
            let mutants: Vec<Mutant> = Mutant::all().collect();
            Ok(kills(&mutants, *profile, *cases, jobs))
        }
    }
}
