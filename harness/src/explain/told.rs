//! An explanation, for a person.

use std::fmt;

use super::{Explained, Point};
use crate::run::seconds;

impl fmt::Display for Explained {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} at {}", self.signature, seconds(self.failed_at))?;
        match self.points[0].goes_on.of {
            1 => writeln!(
                f,
                "\nwhether a future with other chance fails in the same way (one of each: the run is large):"
            )?,
            of => writeln!(f, "\nhow many of {of} futures fail in the same way, each with other chance:")?,
        }
        let head = "if nothing more is done | as the case goes on";
        writeln!(f, "  {head} | behind the statement")?;
        let culprit = self.culprit();
        for point in &self.points {
            match point.passed_over {
                0 => {}
                1 => writeln!(f, "  {:>23} | {:>19} | (1 statement that was not asked)", "", "")?,
                more => writeln!(f, "  {:>23} | {:>19} | ({more} statements that were not asked)", "", "")?,
            }
            let mark = if culprit == Some(point) { "  <--" } else { "" };
            writeln!(
                f,
                "  {:>23} | {:>19} | {}{mark}",
                format!("{} %", point.left_alone.percent()),
                format!("{} %", point.goes_on.percent()),
                Words(point)
            )?;
        }
        writeln!(f)?;
        match culprit {
            Some(point) if point.passed_over > 0 => {
                writeln!(f, "brought about by: {}, or a statement just before it", Words(point))?;
            }
            Some(point) => writeln!(f, "brought about by: {}", Words(point))?,
            None => {
                writeln!(
                    f,
                    "brought about by no single statement: none makes it much more likely by itself"
                )?;
            }
        }
        match &self.doom {
            Some(doom) => write!(
                f,
                "decided by chance at event {}, {}: {}\n  before it {} % of all futures fail, after it {} %",
                doom.event,
                seconds(doom.at),
                doom.what,
                doom.before.percent(),
                doom.after.percent()
            ),
            None if !self.is_whole => {
                f.write_str("chance decides; the run is too large to say at which event")
            }
            None => f.write_str("chance has little say: from each statement on most futures fail"),
        }
    }
}

struct Words<'a>(&'a Point);

impl fmt::Display for Words<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Point { line, at, what, .. } = self.0;
        if what.is_empty() {
            return f.write_str("the beginning");
        }
        if *line > 0 {
            write!(f, "line {line}: ")?;
        }
        write!(f, "at {at} {what}")
    }
}
