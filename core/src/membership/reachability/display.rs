//! How a table of observations prints itself.

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use super::{Reachability, ReachabilityStatus, Record, Row, UniqueAddress};
use crate::membership::grid::Grid;

impl fmt::Display for ReachabilityStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Reachable => "reachable",
            Self::Unreachable => "unreachable",
            Self::Terminated => "terminated",
        })
    }
}

impl fmt::Display for Reachability {
    /// A matrix: a line for each observer, a column for each subject; a dot where nothing is said.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.rows.is_empty() {
            return writeln!(f, "everybody sees everybody");
        }
        let records = self.0.rows.iter().flat_map(|row| &row.records);
        let mut subjects: Vec<&UniqueAddress> = records.map(|record| &record.subject).collect();
        subjects.sort_unstable();
        subjects.dedup();
        let mut grid = Grid::default();
        let mut head: Vec<String> = ["observer".to_string(), "version".to_string()].into();
        head.extend(subjects.iter().map(ToString::to_string));
        grid.line(head);
        for row in &self.0.rows {
            let mut line: Vec<String> = [row.observer.to_string(), row.version.to_string()].into();
            line.extend(subjects.iter().map(|subject| match row.position(subject) {
                Ok(at) => row.records[at].status.to_string(),
                Err(_) => ".".to_string(),
            }));
            grid.line(line);
        }
        fmt::Display::fmt(&grid, f)
    }
}

impl fmt::Debug for Reachability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Debug for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} v{} ({} records)", self.observer, self.version, self.records.len())
    }
}

impl fmt::Debug for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} v{}", self.subject, self.status, self.version)
    }
}
