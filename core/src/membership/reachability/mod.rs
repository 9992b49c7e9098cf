//! Who sees whom: the gossiped table of directed observations.
//!
//! Each observer owns one row: its records about others, and a version that counts its changes. Only the observer
//! changes its row ([`change`](Reachability::change)); all others adopt whole rows by version
//! ([`merge`](Reachability::merge)). No record means reachable (RCH-1).

mod change;
mod display;
mod merge;
mod pairs;
mod query;
mod subjects;

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;

use serde::{Deserialize, Serialize};

use super::address::UniqueAddress;
use crate::mix::{Mixer, mix};
pub(crate) use pairs::RowPairs;
use subjects::Subjects;

/// What an observer says of a subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[repr(u8)]
pub enum ReachabilityStatus {
    /// It answers.
    Reachable = 0,
    /// It does not answer.
    Unreachable = 1,
    /// It will never answer again: final for this observer and subject (RCH-18).
    Terminated = 2,
}

/// One observation in the row of its observer.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// Who is observed.
    pub subject: UniqueAddress,
    /// What is said of it.
    pub status: ReachabilityStatus,
    /// The observer's version at which it was said.
    pub version: u64,
}

/// All that one observer says, as of one moment.
#[derive(Serialize, Deserialize)]
#[serde(try_from = "(UniqueAddress, u64, Vec<Record>)", into = "(UniqueAddress, u64, Vec<Record>)")]
pub struct Row {
    observer: UniqueAddress,
    version: u64,
    /// Ascending by subject, each once.
    records: Vec<Record>,
    hash: u64,
}

/// The table of observations. Immutable and shared; cheap to clone.
#[derive(Clone, Serialize, Deserialize)]
#[serde(try_from = "Vec<Arc<Row>>", into = "Vec<Arc<Row>>")]
pub struct Reachability(Arc<Table>);

struct Table {
    /// RCH-5: ascending by observer. A row without records keeps its version (RCH-21).
    rows: Vec<Arc<Row>>,
    subjects: Subjects,
    hash: u64,
}

/// Why rows are no table of observations.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReachabilityError {
    /// Two rows of one observer, or rows out of order.
    RowsNotAscending {
        /// The observer that came too late.
        observer: UniqueAddress,
    },
    /// Two records about one subject in a row, or records out of order.
    RecordsNotAscending {
        /// The subject that came too late.
        subject: UniqueAddress,
    },
    /// A row or a record of a version that no change can have (RCH-2).
    VersionZero {
        /// The observer.
        observer: UniqueAddress,
    },
    /// A record is newer than its row.
    RecordAheadOfRow {
        /// The observer.
        observer: UniqueAddress,
        /// The version of the record.
        record: u64,
        /// The version of the row.
        row: u64,
    },
}

impl fmt::Display for ReachabilityError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::RowsNotAscending { observer } => write!(f, "the row of {observer} is out of order (RCH-5)"),
            Self::RecordsNotAscending { subject } => {
                write!(f, "the record about {subject} is out of order (RCH-5, RCH-37)")
            }
            Self::VersionZero { observer } => {
                write!(
                    f,
                    "the row of {observer} or a record in it has version 0, which no change can give (RCH-2)"
                )
            }
            Self::RecordAheadOfRow { observer, record, row } => {
                write!(f, "a record of {observer} has version {record}, its row only {row} (RCH-2)")
            }
        }
    }
}

impl core::error::Error for ReachabilityError {}

impl Row {
    fn new(observer: UniqueAddress, version: u64, records: Vec<Record>) -> Self {
        debug_assert!(records.windows(2).all(|pair| pair[0].subject < pair[1].subject));
        let mut mixer = Mixer::new(6);
        mixer.word(observer.key().0);
        mixer.word(version);
        for record in &records {
            mixer.word(mix(record.subject.key().0, record.version) ^ record.status as u64);
        }
        Self { observer, version, records, hash: mixer.finish() }
    }

    /// Whose row it is.
    #[must_use]
    pub const fn observer(&self) -> &UniqueAddress {
        &self.observer
    }

    /// RCH-2: how many changes the observer has made.
    #[must_use]
    pub const fn version(&self) -> u64 {
        self.version
    }

    /// The records, ascending by subject.
    #[must_use]
    pub fn records(&self) -> &[Record] {
        &self.records
    }

    fn position(&self, subject: &UniqueAddress) -> Result<usize, usize> {
        self.records.binary_search_by(|record| record.subject.cmp(subject))
    }
}

impl PartialEq for Row {
    fn eq(&self, other: &Self) -> bool {
        self.hash == other.hash
            && self.version == other.version
            && self.observer == other.observer
            && self.records == other.records
    }
}

impl Eq for Row {}

impl Reachability {
    /// RCH-4: a table in which everybody is reachable.
    #[must_use]
    pub fn new() -> Self {
        Self::from_rows(Vec::new())
    }

    fn from_rows(rows: Vec<Arc<Row>>) -> Self {
        let subjects = Subjects::default().followed(&[], &rows);
        Self::with_subjects(rows, subjects)
    }

    /// The table with other rows, most of them the same.
    fn with_rows(&self, rows: Vec<Arc<Row>>) -> Self {
        let subjects = self.0.subjects.followed(&self.0.rows, &rows);
        Self::with_subjects(rows, subjects)
    }

    /// RCH-37: what is derived is made once for each table.
    fn with_subjects(rows: Vec<Arc<Row>>, subjects: Subjects) -> Self {
        debug_assert!(rows.windows(2).all(|pair| pair[0].observer < pair[1].observer));
        let mut mixer = Mixer::new(7);
        rows.iter().for_each(|row| mixer.word(row.hash));
        Self(Arc::new(Table { rows, subjects, hash: mixer.finish() }))
    }

    /// The rows, ascending by observer.
    #[must_use]
    pub fn rows(&self) -> &[Arc<Row>] {
        &self.0.rows
    }

    fn row_position(&self, observer: &UniqueAddress) -> Result<usize, usize> {
        self.0.rows.binary_search_by(|row| row.observer.cmp(observer))
    }

    /// The row of an observer.
    #[must_use]
    pub fn row(&self, observer: &UniqueAddress) -> Option<&Arc<Row>> {
        self.row_position(observer).ok().map(|at| &self.0.rows[at])
    }

    /// RCH-2: how many changes an observer has made; zero when it made none.
    #[must_use]
    pub fn version(&self, observer: &UniqueAddress) -> u64 {
        self.row(observer).map_or(0, |row| row.version)
    }

    /// A hash of all rows.
    #[must_use]
    pub fn hash64(&self) -> u64 {
        self.0.hash
    }

    /// RCH-17: whether another table is this very one, which is how "nothing changed" is told.
    #[must_use]
    pub fn is_identical(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Default for Reachability {
    fn default() -> Self {
        Self::new()
    }
}

impl PartialEq for Reachability {
    /// RCH-36: equal by content.
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || (self.0.hash == other.0.hash && self.0.rows == other.0.rows)
    }
}

impl Eq for Reachability {}

impl TryFrom<(UniqueAddress, u64, Vec<Record>)> for Row {
    type Error = ReachabilityError;

    fn try_from(
        (observer, version, records): (UniqueAddress, u64, Vec<Record>),
    ) -> Result<Self, Self::Error> {
        if let Some(pair) = records.windows(2).find(|pair| pair[0].subject >= pair[1].subject) {
            return Err(ReachabilityError::RecordsNotAscending { subject: pair[1].subject.clone() });
        }
        if version == 0 || records.iter().any(|record| record.version == 0) {
            return Err(ReachabilityError::VersionZero { observer });
        }
        if let Some(record) = records.iter().find(|record| record.version > version) {
            let (record, row) = (record.version, version);
            return Err(ReachabilityError::RecordAheadOfRow { observer, record, row });
        }
        Ok(Self::new(observer, version, records))
    }
}

impl From<Row> for (UniqueAddress, u64, Vec<Record>) {
    fn from(row: Row) -> Self {
        (row.observer, row.version, row.records)
    }
}

impl Clone for Row {
    fn clone(&self) -> Self {
        Self {
            observer: self.observer.clone(),
            version: self.version,
            records: self.records.clone(),
            hash: self.hash,
        }
    }
}

impl TryFrom<Vec<Arc<Row>>> for Reachability {
    type Error = ReachabilityError;

    fn try_from(rows: Vec<Arc<Row>>) -> Result<Self, Self::Error> {
        match rows.windows(2).find(|pair| pair[0].observer >= pair[1].observer) {
            Some(pair) => Err(ReachabilityError::RowsNotAscending { observer: pair[1].observer.clone() }),
            None => Ok(Self::from_rows(rows)),
        }
    }
}

impl From<Reachability> for Vec<Arc<Row>> {
    fn from(table: Reachability) -> Self {
        table.0.rows.clone()
    }
}

#[cfg(test)]
#[path = "laws_tests.rs"]
mod laws;
