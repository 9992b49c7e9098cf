//! The comments of a Rust source, and which of them belong to tests.

/// One line of comment.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Comment<'a> {
    pub(crate) line: usize,
    pub(crate) text: &'a str,
    /// It documents an item or a module.
    pub(crate) is_doc: bool,
    /// It stands inside an item that only tests compile.
    pub(crate) in_test: bool,
}

/// Reads `//`, `///` and `//!`. What only looks like a comment inside of strings, and block comments, are passed over.
pub(crate) fn comments(source: &str) -> Vec<Comment<'_>> {
    let bytes = source.as_bytes();
    let mut found = Vec::new();
    let mut depth = 0usize;
    let mut test = TestItem::None;
    let mut at = 0;
    while at < bytes.len() {
        let rest = &source[at..];
        at += match bytes[at] {
            b'/' if rest.starts_with("//") => {
                let text = rest.lines().next().unwrap_or_default();
                let is_doc =
                    text.starts_with("//!") || (text.starts_with("///") && !text.starts_with("////"));
                let line = source[..at].matches('\n').count() + 1;
                found.push(Comment { line, text, is_doc, in_test: test != TestItem::None });
                text.len()
            }
            b'/' if rest.starts_with("/*") => block_comment_length(rest),
            b'"' => string_length(rest, raw_hashes(&source[..at])),
            b'\'' => char_length(rest),
            b'#' if rest.starts_with("#[cfg(test)]") || rest.starts_with("#[cfg(all(test,") => {
                if test == TestItem::None {
                    test = TestItem::Announced;
                }
                1
            }
            b'{' => {
                if test == TestItem::Announced {
                    test = TestItem::Within { depth };
                }
                depth += 1;
                1
            }
            b'}' => {
                depth = depth.saturating_sub(1);
                if test == (TestItem::Within { depth }) {
                    test = TestItem::None;
                }
                1
            }
            b';' => {
                if test == TestItem::Announced {
                    test = TestItem::None;
                }
                1
            }
            _ => rest.chars().next().map_or(1, char::len_utf8),
        };
    }
    found
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum TestItem {
    None,
    /// Its attribute was read, its body has not begun.
    Announced,
    /// Its body began at this depth of braces.
    Within {
        depth: usize,
    },
}

/// Block comments nest.
fn block_comment_length(rest: &str) -> usize {
    let bytes = rest.as_bytes();
    let (mut open, mut at) = (0usize, 0);
    while at < bytes.len() {
        let step = match bytes.get(at..at + 2) {
            Some(b"/*") => {
                open += 1;
                2
            }
            Some(b"*/") => {
                open -= 1;
                2
            }
            _ => 1,
        };
        at += step;
        if open == 0 {
            break;
        }
    }
    at
}

/// How many `#` a raw string that starts after `before` has, if it is one.
fn raw_hashes(before: &str) -> Option<usize> {
    let name = before.trim_end_matches('#');
    let hashes = before.len() - name.len();
    let word_start = name.trim_end_matches(|c: char| c.is_alphanumeric() || c == '_').len();
    ["r", "br", "cr"].contains(&&name[word_start..]).then_some(hashes)
}

/// The length of the string literal at the start of `rest`, quotes included.
fn string_length(rest: &str, raw: Option<usize>) -> usize {
    if let Some(hashes) = raw {
        let end = format!("\"{}", "#".repeat(hashes));
        return rest[1..].find(&end).map_or(rest.len(), |found| 1 + found + end.len());
    }
    quoted_length(rest, b'"')
}

/// The length of a character literal, or 1 for the tick of a lifetime.
fn char_length(rest: &str) -> usize {
    let mut chars = rest[1..].chars();
    match (chars.next(), chars.next()) {
        (Some('\\'), _) => quoted_length(rest, b'\''),
        (Some(inner), Some('\'')) => 2 + inner.len_utf8(),
        _ => 1,
    }
}

fn quoted_length(rest: &str, quote: u8) -> usize {
    let mut escaped = false;
    for (at, byte) in rest.bytes().enumerate().skip(1) {
        if !escaped && byte == quote {
            return at + 1;
        }
        escaped = !escaped && byte == b'\\';
    }
    rest.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(source: &str) -> Vec<(usize, &str, bool, bool)> {
        comments(source).into_iter().map(|c| (c.line, c.text, c.is_doc, c.in_test)).collect()
    }

    #[test]
    fn doc_comments_are_told_from_others() {
        let source = "//! a\n/// b\nfn f() {} // c\n//// d\n";
        assert_eq!(
            read(source),
            [
                (1, "//! a", true, false),
                (2, "/// b", true, false),
                (3, "// c", false, false),
                (4, "//// d", false, false)
            ]
        );
    }

    #[test]
    fn strings_and_characters_hide_slashes_quotes_and_braces() {
        let source = r##"let a = "// no \" // no"; let b = r#"// no " // no"#; let c = '"'; let d = '\''; let e: &'static str = ""; // yes"##;
        assert_eq!(read(source), [(1, "// yes", false, false)]);
    }

    #[test]
    fn block_comments_are_passed_over_also_nested_ones() {
        assert_eq!(read("/* a /* // b */ // c */ // d"), [(1, "// d", false, false)]);
    }

    #[test]
    fn a_test_module_ends_with_its_own_brace() {
        let source =
            "/// a\nfn f() { '{'; }\n#[cfg(test)]\nmod tests {\n fn g() { \"}\"; }\n // b\n}\n/// c\n";
        assert_eq!(
            read(source),
            [(1, "/// a", true, false), (6, "// b", false, true), (8, "/// c", true, false)]
        );
    }

    #[test]
    fn a_test_module_in_another_file_leaves_the_rest_of_this_one_alone() {
        assert_eq!(read("#[cfg(test)]\nmod tests;\n/// a\nfn f() {}\n"), [(3, "/// a", true, false)]);
    }
}
