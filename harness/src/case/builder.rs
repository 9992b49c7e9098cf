//! CASE-10: cases made in Rust.

use std::fmt::Display;

use super::ast::Case;
use super::error::Errors;
use super::page::{bare_or_quoted, quote};
use super::read::parse;
use super::time::Time;
use crate::settings::Settings;

/// CASE-10: makes a case statement by statement.
///
/// Actions and questions are values ([`Action`](super::Action), [`Question`](super::Question)) or their text: whatever
/// the language has can be said. What is wrong is told by [`CaseBuilder::build`], all at once.
///
/// ```
/// use std::time::Duration;
/// use quorate_harness::case::{Action, CaseBuilder, NodeName};
///
/// let crash = Action::Crash { nodes: vec![NodeName::new("c")?] };
/// let case = CaseBuilder::new("a b c")
///     .named("one of three crashes")
///     .seeds("a b")
///     .set("sbr.stable-after", "7s")
///     .at(Duration::ZERO, "start all")
///     .at(Duration::from_secs(20), crash)
///     .at(Duration::from_secs(60), "end")
///     .finally("survivors a b, converged")
///     .build()?;
/// quorate_harness::assert_case!(case);
///
/// let errors = CaseBuilder::new("a b").at(Duration::ZERO, "strat all").build().unwrap_err();
/// assert!(errors.to_string().contains("did you mean `start`?"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct CaseBuilder {
    text: String,
}

impl CaseBuilder {
    /// A case of these nodes, as the statement `nodes` takes them: `a b c`, or `n 100` for n1 to n100.
    pub fn new(nodes: impl Display) -> Self {
        Self { text: format!("qcase {}\n", super::VERSION) }.statement(format_args!("nodes {nodes}"))
    }

    /// Any statement of the language, on a line of its own.
    pub fn statement(mut self, statement: impl Display) -> Self {
        // A line end would make two statements of one, and the second would be nobody's.
        self.text.push_str(&statement.to_string().replace(['\n', '\r'], " "));
        self.text.push('\n');
        self
    }

    /// What the case is about.
    pub fn named(self, name: &str) -> Self {
        self.statement(format_args!("case {}", quote(name)))
    }

    /// Where all that is left to chance comes from.
    pub fn seed(self, seed: u64) -> Self {
        self.statement(format_args!("seed {seed:x}"))
    }

    /// The seed nodes that every node is started with.
    pub fn seeds(self, nodes: impl Display) -> Self {
        self.statement(format_args!("seeds {nodes}"))
    }

    /// Roles of some nodes.
    pub fn roles(self, nodes: impl Display, roles: impl Display) -> Self {
        self.statement(format_args!("roles {nodes}: {roles}"))
    }

    /// A setting of all nodes.
    pub fn set(self, key: &str, value: impl Display) -> Self {
        let value = bare_or_quoted(&value.to_string());
        self.statement(format_args!("set {key} = {value}"))
    }

    /// A setting of some nodes.
    pub fn set_for(self, nodes: impl Display, key: &str, value: impl Display) -> Self {
        let value = bare_or_quoted(&value.to_string());
        self.statement(format_args!("set {nodes}: {key} = {value}"))
    }

    /// What links are like from the start, such as `* loss 10%`.
    pub fn link(self, change: impl Display) -> Self {
        self.statement(format_args!("link {change}"))
    }

    /// Something happens at an instant, counted from the start.
    pub fn at(self, time: impl Into<Time>, action: impl Display) -> Self {
        self.statement(format_args!("at {} {action}", time.into()))
    }

    /// What holds when the case ends.
    pub fn finally(self, questions: impl Display) -> Self {
        self.statement(format_args!("finally {questions}"))
    }

    /// What holds at all times.
    pub fn always(self, questions: impl Display) -> Self {
        self.statement(format_args!("always {questions}"))
    }

    /// What holds at no time.
    pub fn never(self, questions: impl Display) -> Self {
        self.statement(format_args!("never {questions}"))
    }

    /// An invariant that is not judged.
    pub fn judge_off(self, invariant: &str) -> Self {
        self.statement(format_args!("judge off {invariant}"))
    }

    /// The case passes if, and only if, this invariant is violated.
    pub fn expect_violation(self, invariant: &str) -> Self {
        self.statement(format_args!("expect violation {invariant}"))
    }

    /// The case.
    ///
    /// # Errors
    /// CASE-5: all that is wrong with it, shown in the text that the statements make.
    pub fn build(&self) -> Result<Case, Errors> {
        parse("a case made in Rust", &self.text, &Settings)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// CASE-10
    #[test]
    fn a_case_made_in_rust_is_the_one_that_its_text_says() {
        let built = CaseBuilder::new("n 3")
            .named("a \"quoted\"\nname")
            .seed(0x2a)
            .seeds("n1 n2")
            .roles("n3", "backend")
            .set("sbr.stable-after", "8s")
            .set_for("n2", "roles", "front end")
            .link("* loss 1%")
            .at(Time::seconds(1), "start all")
            .at(Time::seconds(9), "end")
            .finally("up 3")
            .always("running n1")
            .never("down n1")
            .judge_off("M4")
            .expect_violation("S1")
            .build()
            .unwrap_or_else(|errors| panic!("{errors}"));
        assert_eq!(parse("again", &built.to_string(), &Settings).as_ref(), Ok(&built));
        assert_eq!((built.nodes.len(), built.seed, built.name.as_str()), (3, 0x2a, "a \"quoted\"\nname"));
        assert_eq!(built.statements(), 9);
        // What is no statement can't become two.
        let errors = CaseBuilder::new("a").at(Time::ZERO, "crash a\nat 1s crash a").build().unwrap_err();
        assert_eq!(errors.as_slice().len(), 1);
    }
}
