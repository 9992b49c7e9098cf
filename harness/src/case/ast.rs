//! A case as plain Rust values.

use super::action::{Action, LinkChange};
use super::name::NodeName;
use super::question::Question;
use super::time::Time;

/// The line of a file on which something stands, from 1; 0 for what was built in Rust.
///
/// Any two of them are equal, so that cases are compared by what they say and not by where they say it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Line(pub u32);

impl PartialEq for Line {
    fn eq(&self, _other: &Self) -> bool {
        true
    }
}

impl Eq for Line {}

/// What a case tells its reader around one statement.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Prose {
    /// The lines before the statement that hold nothing else, without `#` and the blank behind it.
    pub before: Vec<String>,
    /// The prose behind the statement on its own line; empty for none.
    pub trailing: String,
}

impl Prose {
    /// Whether there is nothing to read.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.before.is_empty() && self.trailing.is_empty()
    }
}

/// The prose around the statements that a case has once, and behind the last.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CaseProse {
    /// Around `qcase`.
    pub header: Prose,
    /// Around `case`.
    pub name: Prose,
    /// Around `seed`.
    pub seed: Prose,
    /// Around `nodes`.
    pub nodes: Prose,
    /// Around `seeds`.
    pub seeds: Prose,
    /// Whole lines behind the last statement.
    pub end: Vec<String>,
}

/// A case: who is there, what happens when, and what must hold.
///
/// [`parse`](super::parse) reads one, and `Display` prints one in its canonical form. A value that was built in Rust
/// reads back equal if it obeys what its fields say; reading its print tells whether it does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// CASE-1: the version of the language, at most [`VERSION`](super::VERSION).
    pub version: u32,
    /// What the case is about, in a few words; may be empty.
    pub name: String,
    /// CASE-6: where all randomness of the case comes from.
    pub seed: u64,
    /// RUN-1: the digest that a run of the case must have.
    pub digest: Option<RecordedDigest>,
    /// The nodes, at least one, no two with one address.
    pub nodes: Vec<NodeName>,
    /// The seed nodes that every node is started with; empty for none.
    pub seeds: Vec<NodeName>,
    /// Roles of some nodes. A node has the roles of all the statements that name it.
    pub roles: Vec<Roles>,
    /// Settings of all or some nodes. A later one replaces an earlier one.
    pub settings: Vec<Settings>,
    /// What links are like from the start. A later statement replaces an earlier one of the same kind.
    pub links: Vec<Link>,
    /// Invariants that are not judged.
    pub judge_off: Vec<JudgeOff>,
    /// The violation with which alone the case passes.
    pub expect: Option<Expectation>,
    /// What happens, in order of time; what happens at one instant, in the order in which it does.
    pub steps: Vec<Step>,
    /// What must hold at the end.
    pub finally: Vec<Claim>,
    /// What must hold at all times.
    pub always: Vec<Claim>,
    /// What must hold at no time.
    pub never: Vec<Claim>,
    /// The prose around statements that have no value of their own to keep it.
    pub prose: CaseProse,
}

impl Case {
    /// A case of the newest version in which nothing happens to these nodes yet.
    #[must_use]
    pub fn new(nodes: Vec<NodeName>) -> Self {
        Self {
            version: super::VERSION,
            name: String::new(),
            seed: 0,
            digest: None,
            nodes,
            seeds: Vec::new(),
            roles: Vec::new(),
            settings: Vec::new(),
            links: Vec::new(),
            judge_off: Vec::new(),
            expect: None,
            steps: Vec::new(),
            finally: Vec::new(),
            always: Vec::new(),
            never: Vec::new(),
            prose: CaseProse::default(),
        }
    }

    /// How many statements there are that something can be left out of: settings, links, steps but the end, claims, what
    /// is not judged. Those that every case needs do not count.
    #[must_use]
    pub fn statements(&self) -> usize {
        let steps = self.steps.iter().filter(|step| step.action != Action::End).count();
        let settings: usize = self.settings.iter().map(|set| set.settings.len()).sum();
        let claims = self.finally.len() + self.always.len() + self.never.len();
        steps + settings + claims + self.roles.len() + self.links.len() + self.judge_off.len()
    }

    /// Brings the steps into the order of time; those of one instant keep theirs.
    pub fn sort_steps(&mut self) {
        self.steps.sort_by_key(|step| step.at);
    }
}

/// `digest HEX [by "BUILD"]`: what a run of the case gave when it was recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordedDigest {
    /// SIM-8: the digest of the run.
    pub digest: u64,
    /// The build that gave it, in words; empty if that is not known.
    pub build: String,
    /// Where it stands.
    pub line: Line,
    /// The prose around it.
    pub prose: Prose,
}

/// `roles NODES: ROLES`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Roles {
    /// Who has the roles, at least one node.
    pub nodes: Vec<NodeName>,
    /// The roles, at least one.
    pub roles: Vec<String>,
    /// Where it stands.
    pub line: Line,
    /// The prose around it.
    pub prose: Prose,
}

/// `set [NODES:] KEY = VALUE, ...`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// For whom; empty for all nodes.
    pub nodes: Vec<NodeName>,
    /// The settings, at least one.
    pub settings: Vec<Setting>,
    /// Where they stand.
    pub line: Line,
    /// The prose around them.
    pub prose: Prose,
}

impl Settings {
    /// Settings of all nodes that stand on no line and without prose.
    #[must_use]
    pub fn for_all(settings: Vec<Setting>) -> Self {
        Self { nodes: Vec::new(), settings, line: Line::default(), prose: Prose::default() }
    }
}

/// One setting and its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// The name of the setting, in kebab case.
    pub key: String,
    /// The value, in the one way in which the catalogue writes it.
    pub value: String,
}

/// `link LINKS CHANGE`: what links are like from the start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Which links, and what they are like.
    pub change: LinkChange,
    /// Where it stands.
    pub line: Line,
    /// The prose around it.
    pub prose: Prose,
}

/// `judge off INVARIANT`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JudgeOff {
    /// The id of the invariant.
    pub invariant: String,
    /// Where it stands.
    pub line: Line,
    /// The prose around it.
    pub prose: Prose,
}

/// `expect violation INVARIANT [by TIME]`: the case passes if, and only if, the invariant is violated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expectation {
    /// The id of the invariant.
    pub invariant: String,
    /// The last instant at which it counts; `None` is the end of the case.
    pub by: Option<Time>,
    /// Where it stands.
    pub line: Line,
    /// The prose around it.
    pub prose: Prose,
}

/// `at TIME ACTION`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// When, since the start of the case.
    pub at: Time,
    /// What happens then.
    pub action: Action,
    /// Where it stands.
    pub line: Line,
    /// The prose around it.
    pub prose: Prose,
}

impl Step {
    /// A step that stands on no line and without prose.
    #[must_use]
    pub fn new(at: Time, action: Action) -> Self {
        Self { at, action, line: Line::default(), prose: Prose::default() }
    }
}

/// `finally QUESTIONS`, `always QUESTIONS` or `never QUESTIONS`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// The questions, at least one.
    pub questions: Vec<Question>,
    /// Where it stands.
    pub line: Line,
    /// The prose around it.
    pub prose: Prose,
}

impl Claim {
    /// A claim that stands on no line and without prose.
    #[must_use]
    pub fn new(questions: Vec<Question>) -> Self {
        Self { questions, line: Line::default(), prose: Prose::default() }
    }
}
