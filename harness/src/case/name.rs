//! Names of nodes, and the addresses that they stand for (CASE-9).

use std::fmt;

/// Words of the language, in alphabetical order, that can't name a node because they stand where a node could.
///
/// Words of statements that are still to come are among them, so that no case breaks when they do.
pub const RESERVED: [&str; 24] = [
    "after",
    "all",
    "at",
    "because",
    "before",
    "by",
    "converged",
    "decision",
    "down",
    "event",
    "every",
    "for",
    "holds",
    "leader",
    "none",
    "rest",
    "running",
    "stopped",
    "survivors",
    "up",
    "via",
    "view",
    "with",
    "within",
];

/// The port of a name without a number at its end.
const PORT_WITHOUT_NUMBER: u16 = 1;

/// CASE-9: the name of a node: ASCII letters and digits, and no word of the language.
///
/// The digits at its end are the port: `n17` is host `n`, port 17; `a` is host `a`, port 1.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeName(Box<str>);

impl NodeName {
    /// CASE-9: the name, if it is one.
    ///
    /// # Errors
    /// [`NameError`] says what is wrong with it.
    pub fn new(name: &str) -> Result<Self, NameError> {
        if RESERVED.contains(&name) {
            return Err(NameError::Reserved);
        }
        if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return Err(NameError::NotLettersAndDigits);
        }
        let (host, digits) = split(name);
        if host.is_empty() {
            return Err(NameError::NoHost);
        }
        if digits.starts_with('0') {
            return Err(NameError::LeadingZero);
        }
        if !digits.is_empty() && digits.parse::<u16>().is_err() {
            return Err(NameError::PortTooLarge { port: digits.to_owned(), limit: u16::MAX });
        }
        Ok(Self(name.into()))
    }

    /// A name that an error was, or need not be, reported for: it keeps the reader going and never leaves it.
    pub(crate) fn stand_in(name: &str) -> Self {
        Self(name.into())
    }

    /// The name as written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for NodeName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl std::borrow::Borrow<str> for NodeName {
    fn borrow(&self) -> &str {
        &self.0
    }
}

/// CASE-9: host and port of the address that a name stands for.
#[must_use]
pub(crate) fn address_parts(name: &NodeName) -> (&str, u16) {
    let (host, digits) = split(&name.0);
    (host, digits.parse().unwrap_or(PORT_WITHOUT_NUMBER))
}

/// Splits a name before the digits at its end.
fn split(name: &str) -> (&str, &str) {
    name.split_at(name.trim_end_matches(|c: char| c.is_ascii_digit()).len())
}

/// Why a text can't name a node.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NameError {
    /// It has other characters than ASCII letters and digits, or none at all.
    NotLettersAndDigits,
    /// Nothing stands before the digits, so that the address has no host.
    NoHost,
    /// Its number starts with a zero, so that two names could have one address.
    LeadingZero,
    /// Its number is above what a port can be.
    PortTooLarge {
        /// The number as written.
        port: String,
        /// The highest port.
        limit: u16,
    },
    /// It is one of the words in [`RESERVED`].
    Reserved,
}

impl fmt::Display for NameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotLettersAndDigits => write!(f, "names of nodes are letters a-z, A-Z and digits"),
            Self::NoHost => write!(f, "a name starts with its host, which is not all digits"),
            Self::LeadingZero => write!(f, "the digits at the end are the port and can't start with a zero"),
            Self::PortTooLarge { port, limit } => write!(f, "port {port} is above the highest, {limit}"),
            Self::Reserved => write!(f, "it is a word of the case language"),
        }
    }
}

impl std::error::Error for NameError {}

/// A node, or one of its incarnations, as a question names it: `a` is the current one, `a#2` the second.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeRef {
    /// The node.
    pub name: NodeName,
    /// Which of its incarnations, the first being 1; `None` is the one that is current when it is asked.
    pub incarnation: Option<u32>,
}

impl From<NodeName> for NodeRef {
    /// The current incarnation of the node.
    fn from(name: NodeName) -> Self {
        Self { name, incarnation: None }
    }
}

impl fmt::Display for NodeRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.incarnation {
            None => write!(f, "{}", self.name),
            Some(incarnation) => write!(f, "{}#{incarnation}", self.name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// CASE-9
    #[test]
    fn the_digits_at_the_end_of_a_name_are_its_port() {
        let parts = |name: &str| {
            let name = NodeName::new(name).unwrap();
            let (host, port) = address_parts(&name);
            (host.to_owned(), port)
        };
        assert_eq!(parts("n17"), ("n".to_owned(), 17));
        assert_eq!(parts("a"), ("a".to_owned(), 1));
        assert_eq!(parts("a1"), ("a".to_owned(), 1));
        assert_eq!(parts("rack2n65535"), ("rack2n".to_owned(), 65_535));
    }

    /// CASE-9
    #[test]
    fn a_name_without_host_with_a_leading_zero_or_too_high_a_port_is_refused() {
        assert_eq!(NodeName::new("17"), Err(NameError::NoHost));
        assert_eq!(NodeName::new("n017"), Err(NameError::LeadingZero));
        assert_eq!(NodeName::new("n0"), Err(NameError::LeadingZero));
        let too_large = |port: &str| Err(NameError::PortTooLarge { port: port.into(), limit: 65_535 });
        assert_eq!(NodeName::new("n65536"), too_large("65536"));
        assert_eq!(NodeName::new("n99999999999999999999"), too_large("99999999999999999999"));
        for name in ["", "a-b", "a_b", "a b", "\u{e9}", "a#2", "a\0"] {
            assert_eq!(NodeName::new(name), Err(NameError::NotLettersAndDigits), "{name:?}");
        }
        assert_eq!(NodeName::new("rest"), Err(NameError::Reserved));
    }

    #[test]
    fn reserved_words_are_in_order_and_each_could_else_name_a_node() {
        assert!(RESERVED.is_sorted());
        assert!(RESERVED.iter().all(|word| word.bytes().all(|byte| byte.is_ascii_alphanumeric())));
    }
}
