//! PIC-4: each node's own status over time, one line a node, one glyph a slice of time.

use std::fmt::{self, Write as _};

use quorate::{Instant, MemberStatus, Node, Phase};
use quorate_sim::HostState;

use super::answer::seconds;

/// How many slices a run is drawn in.
pub(super) const SLICES: usize = 72;

/// What a node is, to itself, in one slice of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// Not started.
    Absent,
    /// Running, in no cluster yet.
    Alone,
    /// A member of this status.
    Member(MemberStatus),
    /// Its process has crashed.
    Crashed,
    /// It has stopped by itself.
    Stopped,
}

impl Mark {
    /// What a host shows.
    #[must_use]
    pub fn of(state: HostState, node: Option<&Node>) -> Self {
        match (state, node) {
            (HostState::NotStarted, _) => Self::Absent,
            (HostState::Crashed, _) => Self::Crashed,
            (HostState::Running, Some(node)) if *node.phase() == Phase::Initialized => {
                Self::Member(node.view().own_status())
            }
            (HostState::Running, _) => Self::Alone,
            _ => Self::Stopped,
        }
    }

    /// One character.
    #[must_use]
    pub const fn glyph(self) -> char {
        match self {
            Self::Absent => ' ',
            Self::Alone => '.',
            Self::Member(MemberStatus::Joining) => 'j',
            Self::Member(MemberStatus::WeaklyUp) => 'w',
            Self::Member(MemberStatus::Up) => 'U',
            Self::Member(MemberStatus::Leaving) => 'l',
            Self::Member(MemberStatus::Exiting) => 'e',
            Self::Member(MemberStatus::Down) => 'D',
            Self::Member(MemberStatus::Removed) => 'r',
            Self::Member(MemberStatus::PreparingForShutdown) => 'p',
            Self::Member(MemberStatus::ReadyForShutdown) => 'R',
            Self::Crashed => 'X',
            Self::Stopped => '-',
        }
    }

    /// The number of the colour that a terminal shows it in.
    const fn colour(self) -> Option<u8> {
        match self {
            Self::Member(MemberStatus::Up) => Some(32),
            Self::Member(MemberStatus::Joining | MemberStatus::WeaklyUp) => Some(36),
            Self::Member(MemberStatus::Down) | Self::Crashed => Some(31),
            Self::Member(_) => Some(33),
            Self::Absent | Self::Alone | Self::Stopped => None,
        }
    }

    /// What a glyph stands for.
    pub(crate) fn meaning_of(glyph: char) -> &'static str {
        let statuses = [
            MemberStatus::Joining,
            MemberStatus::WeaklyUp,
            MemberStatus::Up,
            MemberStatus::Leaving,
            MemberStatus::Exiting,
            MemberStatus::Down,
            MemberStatus::Removed,
            MemberStatus::PreparingForShutdown,
            MemberStatus::ReadyForShutdown,
        ];
        let others = [Self::Absent, Self::Alone, Self::Crashed, Self::Stopped];
        let mut all = statuses.into_iter().map(Self::Member).chain(others);
        all.find(|mark| mark.glyph() == glyph).map_or("?", Self::meaning)
    }

    const fn meaning(self) -> &'static str {
        match self {
            Self::Absent => "not started",
            Self::Alone => "in no cluster",
            Self::Member(status) => status.name(),
            Self::Crashed => "crashed",
            Self::Stopped => "stopped",
        }
    }
}

/// The marks of all nodes over a run.
#[derive(Clone, Debug)]
pub struct Strip {
    from: Instant,
    end: Instant,
    rows: Vec<(String, Vec<Mark>)>,
    cut: Vec<bool>,
}

impl Strip {
    /// An empty strip for nodes of these names and a run up to `end`.
    #[must_use]
    pub fn new(names: impl Iterator<Item = String>, end: Instant) -> Self {
        Self::between(names, Instant::ZERO, end)
    }

    /// The same for a run that goes on from an instant.
    pub(super) fn between(names: impl Iterator<Item = String>, from: Instant, end: Instant) -> Self {
        Self { from, end, rows: names.map(|name| (name, Vec::new())).collect(), cut: Vec::new() }
    }

    /// When the next slice is to be drawn; `None` when all are.
    #[must_use]
    pub fn next_at(&self) -> Option<Instant> {
        let drawn = self.cut.len();
        let lasts = u128::from(self.end.as_nanos().saturating_sub(self.from.as_nanos()));
        let share = u64::try_from(lasts * (drawn as u128 + 1) / SLICES as u128).unwrap_or(u64::MAX);
        (drawn < SLICES).then(|| Instant::from_nanos(self.from.as_nanos().saturating_add(share)))
    }

    /// Draws one slice: a mark for each node, and whether the network is cut anywhere.
    pub fn draw(&mut self, marks: impl Iterator<Item = Mark>, is_cut: bool) {
        self.rows.iter_mut().zip(marks).for_each(|((_, row), mark)| row.push(mark));
        self.cut.push(is_cut);
    }

    /// The strip as text, with colours or without.
    #[must_use]
    pub fn shown(&self, colour: bool) -> impl fmt::Display + '_ {
        Shown { strip: self, colour }
    }
}

struct Shown<'a> {
    strip: &'a Strip,
    colour: bool,
}

/// Above so many nodes rows collapse into one for each course of life (PIC-2).
const ROWS_MAX: usize = 20;

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows = collapsed(&self.strip.rows);
        let width = rows.iter().map(|(name, _)| name.len()).max().unwrap_or(0).max(3);
        for (name, row) in &rows {
            write!(f, "{name:>width$} ")?;
            row.iter().try_for_each(|mark| self.mark(f, *mark))?;
            writeln!(f)?;
        }
        if self.strip.cut.contains(&true) {
            let line: String = self.strip.cut.iter().map(|cut| if *cut { '#' } else { ' ' }).collect();
            writeln!(f, "{:>width$} {}", "cut", line.trim_end())?;
        }
        let end = seconds(self.strip.end);
        let begin = if self.strip.from == Instant::ZERO { "0s".into() } else { seconds(self.strip.from) };
        let gap = self.strip.cut.len().saturating_sub(begin.len());
        writeln!(f, "{:>width$} {begin}{end:>gap$}", "")?;
        let mut legend = String::new();
        let mut known: Vec<Mark> = Vec::new();
        for mark in rows.iter().flat_map(|(_, row)| row) {
            if !known.contains(mark) && *mark != Mark::Absent {
                known.push(*mark);
                write!(
                    legend,
                    "{}{} {}",
                    if legend.is_empty() { "" } else { ", " },
                    mark.glyph(),
                    mark.meaning()
                )?;
            }
        }
        writeln!(f, "{:>width$} {legend}", "")
    }
}

impl Shown<'_> {
    fn mark(&self, f: &mut fmt::Formatter<'_>, mark: Mark) -> fmt::Result {
        match mark.colour() {
            Some(colour) if self.colour => write!(f, "\x1b[{colour}m{}\x1b[0m", mark.glyph()),
            _ => f.write_char(mark.glyph()),
        }
    }
}

/// PIC-2: with many nodes, one row for each course that their lives took, and how many took it.
fn collapsed(rows: &[(String, Vec<Mark>)]) -> Vec<(String, Vec<Mark>)> {
    if rows.len() <= ROWS_MAX {
        return rows.to_vec();
    }
    let mut courses: Vec<(usize, &[Mark])> = Vec::new();
    for (_, row) in rows {
        match courses.iter_mut().find(|(_, course)| course == row) {
            Some((count, _)) => *count += 1,
            None => courses.push((1, row)),
        }
    }
    courses.sort_by_key(|(count, _)| std::cmp::Reverse(*count));
    courses.truncate(ROWS_MAX);
    courses.into_iter().map(|(count, row)| (format!("{count}x"), row.to_vec())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// PIC-4
    #[test]
    fn a_strip_has_one_line_a_node_and_one_glyph_a_slice() {
        let mut strip =
            Strip::new(["a".to_string(), "b".to_string()].into_iter(), Instant::from_nanos(72_000_000_000));
        assert_eq!(strip.next_at(), Some(Instant::from_nanos(1_000_000_000)));
        for slice in 0..SLICES {
            let b = if slice < 40 { Mark::Member(MemberStatus::Up) } else { Mark::Crashed };
            strip.draw([Mark::Member(MemberStatus::Up), b].into_iter(), (20..30).contains(&slice));
        }
        assert_eq!(strip.next_at(), None);
        let shown = strip.shown(false).to_string();
        let lines: Vec<&str> = shown.lines().collect();
        assert_eq!(lines[0], format!("  a {}", "U".repeat(72)));
        assert_eq!(lines[1], format!("  b {}{}", "U".repeat(40), "X".repeat(32)));
        assert_eq!(lines[2], format!("cut {}{}", " ".repeat(20), "#".repeat(10)));
        assert!(lines[3].starts_with("    0s") && lines[3].ends_with("72.000s"), "{}", lines[3]);
        assert_eq!(lines[4], "    U up, X crashed");
        assert!(strip.shown(true).to_string().contains("\x1b[31mX"));
    }

    /// PIC-2
    #[test]
    fn many_nodes_are_shown_by_the_course_of_their_lives() {
        let mut strip = Strip::new((0..30).map(|n| format!("n{n}")), Instant::from_nanos(1));
        let mark = |n| if n < 29 { Mark::Member(MemberStatus::Up) } else { Mark::Crashed };
        (0..SLICES).for_each(|_| strip.draw((0..30).map(mark), false));
        let shown = strip.shown(false).to_string();
        assert!(shown.starts_with("29x U") && shown.contains("\n 1x X"), "{shown}");
    }
}
