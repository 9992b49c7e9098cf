//! A trail as a file, so that the run of one build can be compared with that of another.
//!
//! A line `qtrail 1`, one with the build, one with the number of the case's lines, those lines, and then a line for each
//! step: its digest, its instant in nanoseconds, and what happened. The last line says how many steps there are.

use std::fmt;
use std::io::{self, BufRead, Write};

use quorate::Instant;

use super::trail::{Stepped, Trail};

/// The first word of a file.
const WORD: &str = "qtrail";
/// The version of the form that is written and read.
const VERSION: u32 = 1;

/// Why a file holds no trail.
#[derive(Debug)]
#[non_exhaustive]
pub enum TrailError {
    /// It can't be read.
    Io(io::Error),
    /// It is none.
    NotATrail,
    /// It is one of another version.
    OtherVersion {
        /// Which.
        version: String,
    },
    /// A line is not what it should be.
    BadLine {
        /// Which, from 1.
        line: usize,
    },
    /// It ends before its end.
    CutShort {
        /// How many steps are there.
        steps: usize,
    },
}

impl fmt::Display for TrailError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(error) => error.fmt(f),
            Self::NotATrail => {
                write!(f, "it holds no trail of a run: its first line is not `{WORD} {VERSION}`")
            }
            Self::OtherVersion { version } => {
                write!(f, "it is a trail of version {version}; this build reads version {VERSION}")
            }
            Self::BadLine { line } => write!(f, "line {line} is no line of a trail"),
            Self::CutShort { steps } => write!(f, "it is cut short: {steps} steps, and no end"),
        }
    }
}

impl std::error::Error for TrailError {}

/// Whether the first bytes of a file are those of a trail.
pub(crate) fn looks_like_one(start: &[u8]) -> bool {
    start.starts_with(WORD.as_bytes())
}

/// Writes a trail.
///
/// # Errors
/// It can't be written.
pub fn write(trail: &Trail, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "{WORD} {VERSION}\n{}\n{}", trail.build, trail.case.lines().count())?;
    trail.case.lines().try_for_each(|line| writeln!(out, "{line}"))?;
    for (mark, Stepped { at, words }) in &trail.steps {
        writeln!(out, "{mark:016x} {} {}", at.as_nanos(), words.replace(['\n', '\r'], " "))?;
    }
    writeln!(out, "end {}", trail.steps.len())
}

/// Reads a trail.
///
/// # Errors
/// What is wrong with it.
pub fn read(file: impl BufRead) -> Result<Trail, TrailError> {
    let mut lines = file.lines().enumerate().map(|(place, line)| (place + 1, line));
    let mut next = || match lines.next() {
        None => Ok(None),
        Some((_, Err(error))) if error.kind() == io::ErrorKind::InvalidData => Err(TrailError::NotATrail),
        Some((_, Err(error))) => Err(TrailError::Io(error)),
        Some((place, Ok(line))) => Ok(Some((place, line))),
    };
    let first = next()?.map(|(_, line)| line).unwrap_or_default();
    match first.split_once(' ') {
        Some((WORD, version)) if version.parse() == Ok(VERSION) => {}
        Some((WORD, version)) => return Err(TrailError::OtherVersion { version: version.into() }),
        _ => return Err(TrailError::NotATrail),
    }
    let short = |steps: usize| TrailError::CutShort { steps };
    let (_, build) = next()?.ok_or(short(0))?;
    let (place, count) = next()?.ok_or(short(0))?;
    let count: usize = count.parse().map_err(|_| TrailError::BadLine { line: place })?;
    let mut trail = Trail { build, ..Trail::default() };
    for _ in 0..count {
        let (_, line) = next()?.ok_or(short(0))?;
        trail.case.push_str(&line);
        trail.case.push('\n');
    }
    while let Some((place, line)) = next()? {
        if let Some(count) = line.strip_prefix("end ") {
            return if count.parse() == Ok(trail.steps.len()) {
                Ok(trail)
            } else {
                Err(TrailError::BadLine { line: place })
            };
        }
        let Some((mark, stepped)) = step(&line) else {
            // A last line that makes no sense is a half one.
            let is_last = next()?.is_none();
            return Err(if is_last { short(trail.steps.len()) } else { TrailError::BadLine { line: place } });
        };
        trail.push(mark, stepped);
    }
    Err(short(trail.steps.len()))
}

fn step(line: &str) -> Option<(u64, Stepped)> {
    let (mark, rest) = line.split_once(' ')?;
    let (at, words) = rest.split_once(' ')?;
    let at = Instant::from_nanos(at.parse().ok()?);
    Some((u64::from_str_radix(mark, 16).ok()?, Stepped { at, words: words.into() }))
}
