//! Prose: what stands behind `#`.

use std::ops::Range;

/// What separates words.
pub(crate) const BLANKS: [char; 2] = [' ', '\t'];

/// Splits a line into its statement and the text behind its `#`.
///
/// A `#` starts prose at the start of the line and behind a blank, so that `a#2` is an incarnation; in quotes it doesn't.
pub(crate) fn split(line: &str) -> (&str, Option<&str>) {
    let mut in_quotes = false;
    let mut escaped = false;
    let mut after_blank = true;
    for (at, c) in line.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if in_quotes => escaped = true,
            '"' => in_quotes = !in_quotes,
            '#' if after_blank && !in_quotes => return (&line[..at], Some(&line[at + 1..])),
            _ => {}
        }
        after_blank = BLANKS.contains(&c);
    }
    (line, None)
}

/// The prose itself: one blank behind the `#` and all at the end do not belong to it. A carriage return is a blank.
pub(crate) fn text_of(comment: &str) -> String {
    let comment = comment.replace('\r', " ");
    comment.strip_prefix(' ').unwrap_or(&comment).trim_end().to_owned()
}

/// Where a statement stands, without the blanks around it.
pub(crate) fn span_of(statement: &str) -> Range<usize> {
    let end = statement.trim_end_matches(BLANKS).len();
    let start = statement.len() - statement.trim_start_matches(BLANKS).len();
    start.min(end)..end
}

#[cfg(test)]
mod tests {
    use super::{span_of, split, text_of};

    /// CASE-2
    #[test]
    fn prose_starts_at_a_hash_behind_a_blank_outside_of_quotes() {
        assert_eq!(split("stop a # why"), ("stop a ", Some(" why")));
        assert_eq!(split("# why # not"), ("", Some(" why # not")));
        assert_eq!(split("running a#2"), ("running a#2", None));
        assert_eq!(split(r#"case "a \" # b" #c"#), (r#"case "a \" # b" "#, Some("c")));
        assert_eq!(text_of("  why \t"), " why");
        assert_eq!(text_of("\rwhy\rnot"), "why not");
        assert_eq!(span_of("  stop a\t"), 2..8);
    }
}
