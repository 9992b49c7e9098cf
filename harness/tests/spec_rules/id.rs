//! Rule numbers: what one is, and how they are found in running text.

use std::collections::BTreeSet;
use std::fmt;

/// The number of a rule (a prefix of several letters, a dash, a number) or of an invariant (one letter, a number).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct RuleId {
    pub(crate) prefix: String,
    pub(crate) number: u32,
}

impl RuleId {
    pub(crate) fn new(prefix: &str, number: u32) -> Self {
        Self { prefix: prefix.to_owned(), number }
    }

    pub(crate) fn is_invariant(&self) -> bool {
        self.prefix.len() == 1
    }
}

impl fmt::Display for RuleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let dash = if self.is_invariant() { "" } else { "-" };
        write!(f, "{}{dash}{}", self.prefix, self.number)
    }
}

/// A mention of one rule, or of all rules from `first` to `last`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Tag {
    pub(crate) first: RuleId,
    pub(crate) last: RuleId,
}

/// What may stand between the two ends of a range.
const RANGE_WORDS: [&str; 4] = [" to ", "..=", "..", "–"];

/// Reads a rule number at the start of a text, and returns it with its length in bytes.
pub(crate) fn id_at_start(text: &str) -> Option<(RuleId, usize)> {
    let letters = text.bytes().take_while(u8::is_ascii_uppercase).count();
    let prefix = &text[..letters];
    let dash = usize::from(text[letters..].starts_with('-'));
    // One letter stands without a dash (an invariant), several stand with one (a rule).
    if letters == 0 || (letters == 1) == (dash == 1) {
        return None;
    }
    let digits = text[letters + dash..].bytes().take_while(u8::is_ascii_digit).count();
    let end = letters + dash + digits;
    let number = text[letters + dash..end].parse().ok()?;
    let goes_on = text[end..].starts_with(|c: char| c.is_alphanumeric() || c == '_');
    (!goes_on).then(|| (RuleId::new(prefix, number), end))
}

/// All mentions in a text of numbers whose prefix is known.
pub(crate) fn tags(text: &str, prefixes: &BTreeSet<String>) -> Vec<Tag> {
    let known = |at: usize| id_at_start(&text[at..]).filter(|(id, _)| prefixes.contains(&id.prefix));
    let mut found = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let in_word = text[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == '-');
        let tag = if in_word { None } else { known(at) };
        let Some((first, length)) = tag else {
            at += text[at..].chars().next().map_or(1, char::len_utf8);
            continue;
        };
        at += length;
        let end_of_range = RANGE_WORDS.iter().find_map(|word| {
            let start = at + text[at..].strip_prefix(word).map(|_| word.len())?;
            let (last, length) = known(start)?;
            (last.prefix == first.prefix && last.number > first.number).then_some((last, start + length))
        });
        let (last, end) = end_of_range.unwrap_or_else(|| (first.clone(), at));
        at = end;
        found.push(Tag { first, last });
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<String> {
        let prefixes = ["GSP", "DC", "M"].into_iter().map(str::to_owned).collect();
        tags(text, &prefixes)
            .into_iter()
            .map(|tag| {
                if tag.first == tag.last {
                    tag.first.to_string()
                } else {
                    format!("{}..{}", tag.first, tag.last)
                }
            })
            .collect()
    }

    #[test]
    fn a_known_prefix_with_a_number_is_a_tag_wherever_it_stands() {
        assert_eq!(found("GSP-31: merge, as (GSP-5) and `DC-2` say; M4."), ["GSP-31", "GSP-5", "DC-2", "M4"]);
    }

    #[test]
    fn other_words_with_dashes_and_digits_are_no_tags() {
        assert_eq!(found("UTF-8, XDC-16, cross-DC-2, GSP-31a, GSP-x, GSP31, M-4, UM4, M4x, é-DC-1"), [""; 0]);
    }

    #[test]
    fn a_range_is_one_tag_with_two_ends() {
        assert_eq!(
            found("GSP-6 to GSP-10, GSP-11..GSP-12, DC-1–DC-3, M1..=M4"),
            ["GSP-6..GSP-10", "GSP-11..GSP-12", "DC-1..DC-3", "M1..M4"]
        );
    }

    #[test]
    fn what_only_looks_like_a_range_is_two_tags() {
        assert_eq!(
            found("GSP-6 to DC-9, GSP-9 to GSP-2, GSP-3.."),
            ["GSP-6", "DC-9", "GSP-9", "GSP-2", "GSP-3"]
        );
    }
}
