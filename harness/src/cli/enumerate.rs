//! `quorate enumerate`: all splits of a few members, and how many sides go on.

use std::io;

use serde::Serialize;

use super::Status;
use super::page::Page;
use crate::enumerate::{Row, Tally, links, splits, splits::Hidden, staggered};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// How many members.
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u8).range(2..=6))]
    members: u8,
    /// Only members with a role count, and every set of them has it in turn: so many times as long as there are sets.
    #[arg(long)]
    role: bool,
    /// Only this family.
    #[arg(long, value_enum)]
    only: Option<Family>,
    /// What of a partition one side only may know.
    #[arg(long, value_enum, default_value_t = HiddenChoice::StepAndCommand)]
    hidden: HiddenChoice,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum, Serialize)]
#[serde(rename_all = "kebab-case")]
enum HiddenChoice {
    /// All sides know the same.
    Nothing,
    /// The leader's last step.
    Step,
    /// One command.
    Command,
    /// Both.
    StepAndCommand,
}

impl HiddenChoice {
    const fn words(self) -> &'static str {
        match self {
            Self::Nothing => "nothing hidden",
            Self::Step => "one hidden step",
            Self::Command => "one hidden command",
            Self::StepAndCommand => "one hidden step and command",
        }
    }
}

impl From<HiddenChoice> for Hidden {
    fn from(choice: HiddenChoice) -> Self {
        match choice {
            HiddenChoice::Nothing => Self::Nothing,
            HiddenChoice::Step => Self::Step,
            HiddenChoice::Command => Self::Command,
            HiddenChoice::StepAndCommand => Self::StepAndCommand,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Family {
    /// Partitions into two sides.
    TwoSides,
    /// Partitions into three sides.
    ThreeSides,
    /// Broken links.
    Links,
    /// Two successive faults.
    Staggered,
}

impl Family {
    const ALL: [Self; 4] = [Self::TwoSides, Self::ThreeSides, Self::Links, Self::Staggered];

    fn title(self, members: usize, by_role: bool, hidden: HiddenChoice) -> String {
        let role = if by_role { ", with a role" } else { "" };
        let hidden = hidden.words();
        match self {
            Self::TwoSides => format!("{members} members{role}, two sides, {hidden}"),
            Self::ThreeSides => format!("{members} members{role}, three sides, {hidden}"),
            Self::Links => format!("{members} members that are up, every set of broken directed links"),
            Self::Staggered => {
                let parts = parts_max(members);
                format!(
                    "{members} members that are up, two faults of up to {parts} parts each, one after the other"
                )
            }
        }
    }

    /// The links of six members are 2^30 sets; nobody waits for that.
    const fn is_for(self, members: usize, by_role: bool) -> bool {
        match self {
            Self::TwoSides => true,
            Self::ThreeSides => members >= 3,
            Self::Links | Self::Staggered => members <= 5 && !by_role,
        }
    }

    /// How many sides the partitions have, if it is about partitions.
    const fn sides(self) -> Option<usize> {
        match self {
            Self::TwoSides => Some(2),
            Self::ThreeSides => Some(3),
            Self::Links | Self::Staggered => None,
        }
    }

    /// The tables of some families: partitions first, which are counted together.
    fn tables(
        families: &[Self],
        members: usize,
        by_role: bool,
        hidden: Hidden,
    ) -> impl Iterator<Item = Vec<Row>> {
        let sides: Vec<usize> = families.iter().filter_map(|family| family.sides()).collect();
        let splits =
            if sides.is_empty() { Vec::new() } else { splits::rows(members, &sides, by_role, hidden) };
        let others =
            families.iter().filter(|family| family.sides().is_none()).map(move |family| match family {
                Self::Links => links::rows(members),
                _ => staggered::rows(members, parts_max(members)),
            });
        splits.into_iter().chain(others)
    }
}

/// Everything that can break at once among four, and up to three crashes and links among five.
const fn parts_max(members: usize) -> u32 {
    if members <= 4 { 10 } else { 3 }
}

#[derive(Debug, Serialize)]
struct RowObject<'a> {
    family: Family,
    members: usize,
    role: bool,
    hidden: HiddenChoice,
    strategy: &'a str,
    situations: u64,
    exact: TallyObject,
    repaired: TallyObject,
    lost: u64,
    gained: u64,
}

#[derive(Debug, Serialize)]
struct TallyObject {
    two_sides: u64,
    one_side: u64,
    nobody: u64,
}

impl TallyObject {
    const fn of(tally: &Tally) -> Self {
        Self { two_sides: tally.split, one_side: tally.one, nobody: tally.none() }
    }
}

/// Prints the table; fails if two sides go on with the repairs.
pub(super) fn enumerate(page: &mut Page, arguments: &Arguments) -> io::Result<Status> {
    let (members, by_role) = (usize::from(arguments.members), arguments.role);
    let mut status = Status::Held;
    let is_asked = |family: &Family| arguments.only.is_none_or(|only| only == *family);
    let families = Family::ALL.into_iter().filter(is_asked).filter(|family| family.is_for(members, by_role));
    let families: Vec<Family> = families.collect();
    for (&family, rows) in
        families.iter().zip(Family::tables(&families, members, by_role, arguments.hidden.into()))
    {
        if rows.iter().any(|row| row.repaired.split > 0) {
            status = Status::Failed;
        }
        if page.json {
            for row in &rows {
                page.object(&RowObject {
                    family,
                    members,
                    role: by_role,
                    hidden: arguments.hidden,
                    strategy: &row.strategy,
                    situations: row.exact.situations,
                    exact: TallyObject::of(&row.exact),
                    repaired: TallyObject::of(&row.repaired),
                    lost: row.lost,
                    gained: row.gained,
                })?;
            }
            continue;
        }
        page.line(format_args!("{}\n", family.title(members, by_role, arguments.hidden)))?;
        page.line(Header)?;
        for row in &rows {
            page.line(Line(row))?;
        }
        page.line("")?;
    }
    Ok(status)
}

struct Header;

impl std::fmt::Display for Header {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "{:<26} {:>10}   {:^32}   {:^32}", "", "", "without repairs", "with repairs")?;
        write!(f, "{:<26} {:>10}", "strategy", "situations")?;
        for _ in 0..2 {
            write!(f, "   {:>10} {:>10} {:>10}", "two sides", "one side", "nobody")?;
        }
        write!(f, "   {:>10} {:>10}", "lost", "gained")
    }
}

struct Line<'a>(&'a Row);

impl std::fmt::Display for Line<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Row { strategy, exact, repaired, lost, gained } = self.0;
        write!(f, "{strategy:<26} {:>10}", exact.situations)?;
        for tally in [exact, repaired] {
            write!(f, "   {:>10} {:>10} {:>10}", tally.split, tally.one, tally.none())?;
        }
        write!(f, "   {lost:>10} {gained:>10}")
    }
}
