//! The rules as the specification's text gives them.

use std::collections::{BTreeMap, BTreeSet};

use crate::id::{RuleId, id_at_start, tags};

/// One page of the specification.
pub(crate) struct Page {
    /// Its path, for messages.
    pub(crate) path: String,
    /// Its number, if its name starts with one: only such a page gives rules.
    pub(crate) part: Option<String>,
    pub(crate) text: String,
}

/// All rules, and what is wrong with the text.
#[derive(Default)]
pub(crate) struct Spec {
    /// For each rule the part that gives it.
    pub(crate) rules: BTreeMap<RuleId, String>,
    pub(crate) exempt: BTreeSet<RuleId>,
    pub(crate) problems: Vec<String>,
}

impl Spec {
    pub(crate) fn read(pages: &[Page]) -> Self {
        let mut spec = Self::default();
        for page in pages {
            let Some(part) = &page.part else { continue };
            for (line, id) in definitions(&page.text) {
                if let Some(earlier) = spec.rules.insert(id.clone(), part.clone()) {
                    spec.problems
                        .push(format!("{}:{line}: {id} is given twice, first in part {earlier}", page.path));
                }
            }
        }
        for page in pages {
            spec.read_exempt(page);
            spec.check_mentions(page);
        }
        spec
    }

    /// The prefixes that make a word a tag. One letter with a number says "invariant" only where invariants live.
    pub(crate) fn prefixes(&self, with_invariants: bool) -> BTreeSet<String> {
        let wanted = self.rules.keys().filter(|id| with_invariants || !id.is_invariant());
        wanted.map(|id| id.prefix.clone()).collect()
    }

    /// The rules from one number to another; an end that is no rule is an error that names it.
    pub(crate) fn expand(&self, first: &RuleId, last: &RuleId) -> Result<Vec<RuleId>, RuleId> {
        for end in [first, last] {
            if !self.rules.contains_key(end) {
                return Err(end.clone());
            }
        }
        Ok(self.rules.range(first.clone()..=last.clone()).map(|(id, _)| id.clone()).collect())
    }

    fn read_exempt(&mut self, page: &Page) {
        let prefixes = self.prefixes(true);
        for (line, text) in fenced(&page.text, "exempt") {
            let (numbers, reason) = text.trim().split_once(char::is_whitespace).unwrap_or((text.trim(), ""));
            let found = tags(numbers, &prefixes);
            let problem = match found.as_slice() {
                [_] if reason.trim().is_empty() => format!("{numbers} is exempt without a reason"),
                [tag] => match self.expand(&tag.first, &tag.last) {
                    Ok(rules) => {
                        self.exempt.extend(rules);
                        continue;
                    }
                    Err(unknown) => format!("{unknown} is exempt, but no rule"),
                },
                _ => format!("{numbers:?} is no rule and no range of rules"),
            };
            self.problems.push(format!("{}:{line}: {problem}", page.path));
        }
    }

    /// A mention in the text of a rule that no part gives is a slip of the pen.
    fn check_mentions(&mut self, page: &Page) {
        let gives_invariants = definitions(&page.text).iter().any(|(_, id)| id.is_invariant());
        let prefixes = self.prefixes(gives_invariants);
        for (index, text) in page.text.lines().enumerate() {
            for tag in tags(text, &prefixes) {
                if let Err(unknown) = self.expand(&tag.first, &tag.last) {
                    self.problems.push(format!("{}:{}: no part gives {unknown}", page.path, index + 1));
                }
            }
        }
    }
}

/// The rules that a page gives, with their lines: numbers in bold at the start of a line, a list item or a table row,
/// and the first column of a table whose head says `id | sentence`.
fn definitions(text: &str) -> Vec<(usize, RuleId)> {
    let mut found = Vec::new();
    let mut in_fence = false;
    let mut in_invariants = false;
    for (index, line) in text.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            in_fence = !in_fence;
        }
        if in_fence {
            continue;
        }
        in_invariants = line.starts_with('|') && (in_invariants || line.starts_with("| id | sentence |"));
        let start = line.trim_start();
        let start = start.strip_prefix("- ").or_else(|| start.strip_prefix("| ")).unwrap_or(start);
        let id = match start.strip_prefix("**") {
            Some(bold) => id_at_start(bold).filter(|(id, _)| !id.is_invariant()),
            None if in_invariants => id_at_start(start).filter(|(id, _)| id.is_invariant()),
            None => None,
        };
        found.extend(id.map(|(id, _)| (index + 1, id)));
    }
    found
}

/// The lines within fenced blocks of one kind, with their numbers.
fn fenced<'a>(text: &'a str, kind: &str) -> Vec<(usize, &'a str)> {
    let mut found = Vec::new();
    let mut fence: Option<&str> = None;
    for (index, line) in text.lines().enumerate() {
        match (line.strip_prefix("```"), fence) {
            (Some(_), Some(_)) => fence = None,
            (Some(opened), None) => fence = Some(opened.trim()),
            (None, Some(open)) if open == kind => found.push((index + 1, line)),
            (None, _) => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(part: Option<&str>, text: &str) -> Page {
        Page { path: "page.md".to_owned(), part: part.map(str::to_owned), text: text.to_owned() }
    }

    fn names(spec: &Spec) -> Vec<String> {
        spec.rules.keys().map(ToString::to_string).collect()
    }

    #[test]
    fn rules_stand_in_lists_in_rows_and_at_line_starts() {
        let text = "- **GSP-1** one\n| **RCH-6** | none |\n**CASE-2** two\n| **API-10** `join` | x |\nsee **GSP-1** there";
        let spec = Spec::read(&[page(Some("01"), text)]);
        assert_eq!(names(&spec), ["API-10", "CASE-2", "GSP-1", "RCH-6"]);
        assert_eq!(spec.problems, [""; 0]);
    }

    #[test]
    fn invariants_are_the_first_column_of_their_own_table_only() {
        let text = "| id | sentence | |\n|---|---|---|\n| M1 | x | |\n| V10 | y | |\n\n| id | other |\n|---|---|\n| C1 | no |\n";
        assert_eq!(names(&Spec::read(&[page(Some("07"), text)])), ["M1", "V10"]);
    }

    #[test]
    fn code_blocks_and_pages_without_a_part_give_no_rules() {
        let spec = Spec::read(&[page(Some("01"), "```\n- **GSP-1** x\n```\n"), page(None, "- **GSP-2** y")]);
        assert_eq!(names(&spec), [""; 0]);
    }

    #[test]
    fn a_number_given_twice_and_a_mention_of_none_are_problems() {
        let spec = Spec::read(&[page(Some("01"), "- **GSP-1** x\n- **GSP-1** y, see GSP-2\n- **GSP-4** z")]);
        assert_eq!(
            spec.problems,
            ["page.md:2: GSP-1 is given twice, first in part 01", "page.md:2: no part gives GSP-2"]
        );
    }

    #[test]
    fn exempt_rules_are_read_from_their_block() {
        let rules = "- **GSP-1** x\n- **GSP-3** y\n- **GSP-5** z\n";
        let block = "```exempt\nGSP-1..GSP-3  a reason\n```\n";
        let spec = Spec::read(&[page(Some("01"), rules), page(Some("00"), block)]);
        assert_eq!(spec.exempt, [RuleId::new("GSP", 1), RuleId::new("GSP", 3)].into());
        assert_eq!(spec.problems, [""; 0]);
    }

    #[test]
    fn an_exemption_needs_a_rule_and_a_reason() {
        let rules = "- **GSP-1** x\n```exempt\nGSP-1\nnonsense here\n```\n";
        let spec = Spec::read(&[page(Some("01"), rules)]);
        assert_eq!(
            spec.problems,
            [
                "page.md:3: GSP-1 is exempt without a reason",
                "page.md:4: \"nonsense\" is no rule and no range of rules"
            ]
        );
    }
}
