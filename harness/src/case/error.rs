//! CASE-5: what can be wrong with a case, with the numbers in it.

use std::fmt;
use std::ops::Range;

use super::name::{NameError, NodeName};
use super::percent::PercentError;
use super::time::{Time, TimeError};

/// Lists longer than this are not shown in an error: nobody reads them.
const LIST_SHOWN_MAX: usize = 16;
/// Words of the file longer than this are cut in an error.
const WORD_SHOWN_MAX: usize = 40;

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// Bytes that are no text.
    NotUtf8 {
        /// The first byte that can't stand where it does.
        byte: u8,
    },
    /// The file is too long to be read.
    FileTooLarge {
        /// Its length.
        bytes: usize,
        /// The greatest length.
        limit: usize,
    },
    /// There are too many nodes.
    TooManyNodes {
        /// How many there would be.
        count: usize,
        /// How many there may be.
        limit: usize,
    },
    /// CASE-1: the first statement is not `qcase`.
    NoHeader,
    /// CASE-1: the file is written in a later version of the language.
    NewerVersion {
        /// The version of the file.
        found: u32,
        /// The highest known version.
        known: u32,
    },
    /// There is no `nodes` statement.
    NoNodes,
    /// A statement that may stand once stands again.
    GivenTwice {
        /// Its first word.
        statement: &'static str,
        /// The line on which it stands first.
        first_line: u32,
    },
    /// Something else should stand here.
    Expected {
        /// What should.
        expected: String,
        /// What does; empty at the end of the line.
        found: String,
    },
    /// A word that isn't one of the known.
    Unknown {
        /// What it should be, such as "node".
        what: &'static str,
        /// The word.
        word: String,
        /// The nearest known word, if one is near.
        nearest: Option<String>,
        /// The known words; empty if they are too many to show.
        known: Vec<String>,
    },
    /// CASE-9: what can't name a node.
    Name {
        /// What should name it.
        name: String,
        /// Why it can't.
        why: NameError,
    },
    /// CASE-9: two names stand for one address.
    OneAddress {
        /// The first of the names.
        first: NodeName,
        /// The other.
        second: NodeName,
        /// The host of both.
        host: String,
        /// The port of both.
        port: u16,
    },
    /// A node stands twice in a list.
    NamedTwice {
        /// Which.
        node: String,
    },
    /// CASE-3: what is no time.
    Time {
        /// What should be.
        text: String,
        /// Why it isn't.
        why: TimeError,
    },
    /// What is no percentage.
    Percent {
        /// What should be.
        text: String,
        /// Why it isn't.
        why: PercentError,
    },
    /// A range of delays ends below its start.
    RangeBackwards {
        /// Its start.
        from: Time,
        /// Its end.
        to: Time,
    },
    /// CASE-4: a setting can't have this value.
    Value {
        /// The setting.
        key: String,
        /// The value.
        value: String,
        /// Why it can't, as its catalogue says.
        why: String,
    },
    /// CASE-4: a setting of the world is given to some nodes only.
    NotPerNode {
        /// The setting.
        key: String,
    },
    /// CASE-9: a cut does not say where these nodes go.
    LeftOut {
        /// How many.
        count: usize,
        /// The first of them.
        nodes: Vec<NodeName>,
    },
    /// A link needs two nodes and is given one.
    OwnLink {
        /// Which.
        node: NodeName,
    },
    /// A step that comes after the end of the case.
    AfterEnd {
        /// When the case ends.
        end: Time,
        /// The line that says so.
        end_line: u32,
    },
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotUtf8 { byte } => write!(f, "the byte 0x{byte:02x} is no UTF-8 text"),
            Self::FileTooLarge { bytes, limit } => {
                write!(f, "the file has {bytes} bytes; a case has at most {limit}")
            }
            Self::TooManyNodes { count, limit } => {
                write!(f, "these are {count} nodes; a case has at most {limit}")
            }
            Self::NoHeader => write!(f, "a case starts with `qcase {}`", super::VERSION),
            Self::NewerVersion { found, known } => {
                write!(f, "this case is written in version {found} of the language; known is up to {known}")
            }
            Self::NoNodes => write!(f, "a case needs a `nodes` statement"),
            Self::GivenTwice { statement, first_line } => {
                write!(f, "`{statement}` stands on line {first_line} already")
            }
            Self::Expected { expected, found } if found.is_empty() => {
                write!(f, "expected {expected}, but the line ends")
            }
            Self::Expected { expected, found } => write!(f, "expected {expected}, found `{}`", shown(found)),
            Self::Unknown { what, word, .. } => write!(f, "unknown {what} `{}`", shown(word)),
            Self::Name { name, .. } => write!(f, "`{}` can't name a node", shown(name)),
            Self::OneAddress { first, second, .. } => {
                write!(f, "`{}` and `{}` have one address", shown(first.as_str()), shown(second.as_str()))
            }
            Self::NamedTwice { node } => write!(f, "`{}` is named twice", shown(node)),
            Self::Time { text, .. } => write!(f, "`{}` is no time", shown(text)),
            Self::Percent { text, .. } => write!(f, "`{}` is no percentage", shown(text)),
            Self::RangeBackwards { from, to } => write!(f, "{from}..{to} ends below its start"),
            Self::Value { key, value, .. } => write!(f, "`{}` can't be `{}`", shown(key), shown(value)),
            Self::NotPerNode { key } => write!(f, "`{}` is the same for all nodes", shown(key)),
            Self::LeftOut { count: 1, .. } => write!(f, "the cut leaves a node out"),
            Self::LeftOut { count, .. } => write!(f, "the cut leaves {count} nodes out"),
            Self::OwnLink { node } => write!(f, "`{}` has no link to itself", shown(node.as_str())),
            Self::AfterEnd { end, .. } => write!(f, "nothing happens after the end of the case at {end}"),
        }
    }
}

impl ErrorKind {
    /// What to write below the marked place: what was expected there, or what is wrong with it.
    pub(super) fn label(&self) -> String {
        match self {
            Self::Unknown { what, known, .. } if known.is_empty() => format!("expected a known {what}"),
            Self::Unknown { known, .. } => format!("expected {}", one_of(known)),
            Self::Name { why, .. } => why.to_string(),
            Self::OneAddress { host, port, .. } => {
                format!("both stand for host `{}`, port {port}", shown(host))
            }
            Self::Time { why, .. } => why.to_string(),
            Self::Percent { why, .. } => why.to_string(),
            Self::Value { why, .. } => why.clone(),
            Self::LeftOut { count, nodes } => {
                let names: Vec<String> = nodes.iter().map(|node| node.as_str().to_owned()).collect();
                let more = count - nodes.len();
                let and_more = if more == 0 { String::new() } else { format!(" and {more} more") };
                format!("no group has {}{and_more}", quoted(&names))
            }
            Self::NoHeader => "expected the header before the first statement".to_owned(),
            Self::NoNodes => "the file ends without it".to_owned(),
            Self::GivenTwice { .. } => "it can stand once".to_owned(),
            Self::AfterEnd { end_line, .. } => format!("line {end_line} ends the case"),
            _ => String::new(),
        }
    }

    /// What to do about it.
    pub(super) fn help(&self) -> Option<String> {
        match self {
            Self::Unknown { nearest: Some(nearest), .. } => Some(format!("did you mean `{nearest}`?")),
            Self::NoNodes => Some("such as `nodes a b c`, or `nodes n 100` for n1 to n100".to_owned()),
            Self::NewerVersion { .. } => Some("a newer build reads it".to_owned()),
            Self::LeftOut { .. } => Some("put them in a group, or end the cut with `| rest`".to_owned()),
            Self::NotPerNode { .. } => Some("leave out the nodes before the colon".to_owned()),
            _ => None,
        }
    }
}

/// A word of the file, cut if it is long, and with nothing in it that a terminal would obey.
fn shown(word: &str) -> String {
    let mut text: String = word.chars().take(WORD_SHOWN_MAX).flat_map(harmless).collect();
    if word.chars().nth(WORD_SHOWN_MAX).is_some() {
        text.push_str("...");
    }
    text
}

fn harmless(c: char) -> Vec<char> {
    if c.is_control() { c.escape_default().collect() } else { vec![c] }
}

/// The words in backquotes, with commas.
fn quoted(words: &[String]) -> String {
    words.iter().map(|word| format!("`{}`", shown(word))).collect::<Vec<_>>().join(", ")
}

fn one_of(words: &[String]) -> String {
    if words.len() == 1 { quoted(words) } else { format!("one of {}", quoted(words)) }
}

/// The known words, if they are few enough to be shown.
pub(super) fn few<'a>(known: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let few: Vec<String> = known.into_iter().take(LIST_SHOWN_MAX + 1).map(str::to_owned).collect();
    if few.len() > LIST_SHOWN_MAX { Vec::new() } else { few }
}

/// Something wrong at one place of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseError {
    /// The line, from 1.
    pub line: u32,
    /// The column of the first character concerned, from 1, counted in characters.
    pub column: u32,
    /// What is wrong.
    pub kind: ErrorKind,
    /// How the statement concerned is written, if it was known.
    pub syntax: Option<&'static str>,
    /// The bytes concerned, within their line.
    pub(super) span: Range<usize>,
    /// The bytes of the line within the source.
    pub(super) line_span: Range<usize>,
}

impl fmt::Display for CaseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.line, self.column, self.kind)
    }
}

/// CASE-5: all that is wrong with a file, in the order of its lines. `Display` shows each with its place marked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Errors {
    pub(super) source_name: String,
    pub(super) source: String,
    pub(super) errors: Vec<CaseError>,
    pub(super) unlisted: usize,
}

impl Errors {
    /// The errors, at most [`ERRORS_MAX`](super::ERRORS_MAX).
    #[must_use]
    pub fn as_slice(&self) -> &[CaseError] {
        &self.errors
    }

    /// How many there were besides.
    #[must_use]
    pub fn unlisted(&self) -> usize {
        self.unlisted
    }

    /// The file that was read, as the reader was told.
    #[must_use]
    pub fn source_name(&self) -> &str {
        &self.source_name
    }
}

impl fmt::Display for Errors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(false))
    }
}

impl std::error::Error for Errors {}
