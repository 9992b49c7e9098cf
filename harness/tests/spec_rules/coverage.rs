//! Which rules have a home in the code, and which have a test.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use crate::comments::comments;
use crate::id::{RuleId, tags};
use crate::text::Spec;

/// One Rust file.
pub(crate) struct Source {
    /// Its path from the root of the workspace, with `/`.
    pub(crate) path: String,
    pub(crate) text: String,
}

impl Source {
    /// All of the file is compiled for tests only.
    fn is_test(&self) -> bool {
        let (folders, name) = self.path.rsplit_once('/').unwrap_or(("", &self.path));
        folders.split('/').any(|folder| folder == "tests")
            || name == "tests.rs"
            || name.ends_with("_tests.rs")
    }

    /// One letter with a number names an invariant here; elsewhere it may be anything.
    fn may_name_invariants(&self) -> bool {
        self.path.starts_with("harness/")
    }
}

/// What the code says about the rules.
#[derive(Default)]
pub(crate) struct Coverage {
    /// Rules with a home, and the first place that names each.
    pub(crate) homes: BTreeMap<RuleId, String>,
    pub(crate) tested: BTreeSet<RuleId>,
    /// Places that name a rule which the text does not have.
    pub(crate) unknown: Vec<String>,
}

impl Coverage {
    pub(crate) fn read(spec: &Spec, sources: &[Source]) -> Self {
        let mut coverage = Self::default();
        for source in sources {
            let prefixes = spec.prefixes(source.may_name_invariants());
            for comment in comments(&source.text) {
                for tag in tags(comment.text, &prefixes) {
                    let place = format!("{}:{}", source.path, comment.line);
                    match spec.expand(&tag.first, &tag.last) {
                        Err(unknown) => {
                            coverage.unknown.push(format!("{place}: the specification has no {unknown}"));
                        }
                        Ok(rules) if source.is_test() || comment.in_test => coverage.tested.extend(rules),
                        Ok(rules) if comment.is_doc => {
                            for rule in rules {
                                coverage.homes.entry(rule).or_insert_with(|| place.clone());
                            }
                        }
                        Ok(_) => {}
                    }
                }
            }
        }
        coverage
    }

    /// Exempt rules that have a home after all.
    pub(crate) fn exempt_with_home(&self, spec: &Spec) -> Vec<String> {
        let at_home = spec.exempt.iter().filter_map(|rule| self.homes.get_key_value(rule));
        at_home.map(|(rule, place)| format!("{place}: {rule} is exempt, but has a home here")).collect()
    }

    /// A table with a line per part, and lists of what is odd.
    pub(crate) fn report(&self, spec: &Spec) -> String {
        let mut parts: BTreeMap<&str, [usize; 5]> = BTreeMap::new();
        for (rule, part) in &spec.rules {
            let exempt = spec.exempt.contains(rule);
            let home = self.homes.contains_key(rule);
            let tested = self.tested.contains(rule);
            for key in [part, "all"] {
                let row = parts.entry(key).or_default();
                for (count, holds) in
                    row.iter_mut().zip([true, home, tested, exempt, !exempt && !home && !tested])
                {
                    *count += usize::from(holds);
                }
            }
        }
        let mut out =
            format!("{:<6}{:>7}{:>7}{:>7}{:>8}{:>7}\n", "part", "rules", "home", "test", "exempt", "open");
        for (part, [rules, home, tested, exempt, open]) in parts {
            // Writing to a String cannot fail.
            let _ = writeln!(out, "{part:<6}{rules:>7}{home:>7}{tested:>7}{exempt:>8}{open:>7}");
        }
        let untested: BTreeSet<_> = self.homes.keys().filter(|rule| !self.tested.contains(rule)).collect();
        let homeless: BTreeSet<_> =
            self.tested.iter().filter(|rule| !self.homes.contains_key(rule)).collect();
        let is_open = |rule: &&RuleId| {
            !(spec.exempt.contains(rule) || self.homes.contains_key(rule) || self.tested.contains(rule))
        };
        let open: BTreeSet<_> = spec.rules.keys().filter(is_open).collect();
        let exempt: BTreeSet<_> = spec.exempt.iter().collect();
        for (what, rules) in [
            ("a home, but no test", untested),
            ("a test, but no home", homeless),
            ("neither", open),
            ("exempt", exempt),
        ] {
            let _ = writeln!(out, "{what} ({}): {}", rules.len(), runs(&rules, spec));
        }
        out
    }
}

/// Rules as a list in which neighbours of the text are drawn together.
fn runs(rules: &BTreeSet<&RuleId>, spec: &Spec) -> String {
    let mut drawn: Vec<(&RuleId, &RuleId)> = Vec::new();
    let mut previous_in_list = false;
    for rule in spec.rules.keys() {
        let in_list = rules.contains(rule);
        match drawn.last_mut() {
            Some((_, last)) if in_list && previous_in_list && last.prefix == rule.prefix => *last = rule,
            _ if in_list => drawn.push((rule, rule)),
            _ => {}
        }
        previous_in_list = in_list;
    }
    let text = |(first, last): (&RuleId, &RuleId)| {
        if first == last { first.to_string() } else { format!("{first}..{last}") }
    };
    drawn.into_iter().map(text).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Page;

    const RULES: &str = "- **GSP-1** a\n- **GSP-2** b\n- **GSP-3** c\n- **GSP-7** d\n\n| id | sentence |\n|---|---|\n| M1 | e |\n\
                         ```exempt\nGSP-7 why\n```\n";

    fn spec() -> Spec {
        Spec::read(&[Page { path: "07.md".to_owned(), part: Some("07".to_owned()), text: RULES.to_owned() }])
    }

    fn coverage(path: &str, text: &str) -> Coverage {
        Coverage::read(&spec(), &[Source { path: path.to_owned(), text: text.to_owned() }])
    }

    fn names<'a>(rules: impl IntoIterator<Item = &'a RuleId>) -> Vec<String> {
        rules.into_iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_doc_comment_is_a_home_and_a_comment_in_a_test_is_a_test() {
        let read = coverage(
            "core/src/a.rs",
            "/// GSP-1 to GSP-2: x\nfn f() {}\n// GSP-3\n#[cfg(test)]\nmod tests {\n // GSP-2\n}\n",
        );
        assert_eq!(
            (names(read.homes.keys()), names(&read.tested)),
            (vec!["GSP-1".into(), "GSP-2".into()], vec!["GSP-2".into()])
        );
        assert_eq!(read.unknown, [""; 0]);
    }

    #[test]
    fn all_comments_of_a_test_file_are_tests() {
        for path in
            ["core/tests/a.rs", "core/src/a/tests/b.rs", "core/src/a/tests.rs", "sim/src/world_tests.rs"]
        {
            let read = coverage(path, "//! GSP-1\n/// GSP-2\n// GSP-3\n");
            assert_eq!((names(read.homes.keys()).len(), names(&read.tested).len()), (0, 3), "{path}");
        }
    }

    #[test]
    fn a_number_that_the_text_does_not_have_is_told_with_its_place() {
        let read = coverage("core/src/a.rs", "fn f() {\n    // GSP-5\n}\n");
        assert_eq!(read.unknown, ["core/src/a.rs:2: the specification has no GSP-5"]);
    }

    #[test]
    fn invariants_are_looked_for_in_the_harness_only() {
        assert_eq!(
            coverage("harness/src/a.rs", "//! M1, M2\n").unknown,
            ["harness/src/a.rs:1: the specification has no M2"]
        );
        assert_eq!(coverage("core/src/a.rs", "//! M1, M2\n").unknown, [""; 0]);
    }

    #[test]
    fn an_exempt_rule_with_a_home_is_told() {
        let read = coverage("core/src/a.rs", "/// GSP-7\nfn f() {}\n");
        assert_eq!(read.exempt_with_home(&spec()), ["core/src/a.rs:1: GSP-7 is exempt, but has a home here"]);
    }

    #[test]
    fn the_report_counts_by_part_and_lists_what_is_odd() {
        let report = coverage("core/src/a.rs", "/// GSP-1 to GSP-3\nfn f() {}\n").report(&spec());
        let rows: Vec<Vec<&str>> = report.lines().map(|line| line.split_whitespace().collect()).collect();
        assert_eq!(rows[1], ["07", "5", "3", "0", "1", "1"]);
        assert!(report.contains("a home, but no test (3): GSP-1..GSP-3\n"), "{report}");
        assert!(report.contains("exempt (1): GSP-7\n"), "{report}");
    }
}
