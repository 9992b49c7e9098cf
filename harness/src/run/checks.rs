//! When the questions of a case are asked, and what is remembered of the answers.

use quorate::Instant;
use quorate_sim::Application;

use super::answer::{Scene, seconds};
use crate::case::{Case, Claim, Question, Step, Time};

/// A question that was answered with no.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unmet {
    /// The line of the case that asks it; 0 for none.
    pub line: u32,
    /// The question, with the word that says when it is asked.
    pub question: String,
    /// When it failed.
    pub at: Instant,
    /// What was true instead.
    pub instead: String,
}

/// A question that may still come true.
#[derive(Clone, Debug)]
struct Pending {
    question: Question,
    line: u32,
    deadline: Instant,
    within: Time,
    instead: String,
}

/// All questions of a case.
#[derive(Clone, Debug)]
pub(super) struct Checks {
    pending: Vec<Pending>,
    always: Vec<Claim>,
    never: Vec<Claim>,
    finally: Vec<Claim>,
    unmet: Vec<Unmet>,
    asked: usize,
}

impl Checks {
    pub(super) fn new(case: &Case) -> Self {
        Self {
            pending: Vec::new(),
            always: case.always.clone(),
            never: case.never.clone(),
            finally: case.finally.clone(),
            unmet: Vec::new(),
            asked: 0,
        }
    }

    pub(super) fn asked(&self) -> usize {
        self.asked
    }

    pub(super) fn into_unmet(mut self) -> Vec<Unmet> {
        self.unmet.sort_by_key(|unmet| (unmet.at, unmet.line));
        self.unmet
    }

    /// `check`: asked now, or until it comes true.
    pub(super) fn ask<A: Application>(
        &mut self,
        scene: &Scene<'_, A>,
        step: &Step,
        questions: &[Question],
        within: Option<Time>,
    ) {
        let at = Instant::from_nanos(step.at.nanos());
        for question in questions {
            self.asked += 1;
            let Err(instead) = scene.ask(question) else { continue };
            match within {
                Some(within) => self.pending.push(Pending {
                    question: question.clone(),
                    line: step.line.0,
                    deadline: at + super::plan::duration(within),
                    within,
                    instead,
                }),
                None => self.unmet.push(Unmet {
                    line: step.line.0,
                    question: format!("check {question}"),
                    at,
                    instead,
                }),
            }
        }
    }

    /// Whether there is anything to ask when something changes.
    pub(super) fn watches(&self) -> bool {
        !self.pending.is_empty() || !self.always.is_empty() || !self.never.is_empty()
    }

    /// Something has changed: what may come true is asked again, and so is what must hold at all times.
    pub(super) fn watch<A: Application>(&mut self, scene: &Scene<'_, A>, at: Instant) {
        if !self.pending.is_empty() {
            self.expire(at);
            self.pending.retain_mut(|pending| match scene.ask(&pending.question) {
                Ok(()) => false,
                Err(instead) => {
                    pending.instead = instead;
                    true
                }
            });
        }
        for (word, claims, must_hold) in [("always", &self.always, true), ("never", &self.never, false)] {
            for claim in claims {
                // Whether an invariant was judged is known at the end.
                let asked =
                    claim.questions.iter().filter(|question| !matches!(question, Question::Holds { .. }));
                for question in asked {
                    let instead = match (scene.ask(question), must_hold) {
                        (Err(instead), true) => instead,
                        (Ok(()), false) => "it was true".into(),
                        _ => continue,
                    };
                    let question = format!("{word} {question}");
                    // Once is enough.
                    if !self.unmet.iter().any(|unmet| unmet.question == question) {
                        self.unmet.push(Unmet { line: claim.line.0, question, at, instead });
                    }
                }
            }
        }
    }

    fn expire(&mut self, at: Instant) {
        let (expired, pending) = self.pending.drain(..).partition(|pending: &Pending| pending.deadline < at);
        self.pending = pending;
        let expired: Vec<Pending> = expired;
        self.unmet.extend(expired.into_iter().map(|pending| Unmet {
            line: pending.line,
            question: format!("check {} within {}", pending.question, pending.within),
            at: pending.deadline,
            instead: pending.instead,
        }));
    }

    /// The end: `finally` is asked, and what has not come true in time has failed.
    pub(super) fn finish<A: Application>(&mut self, scene: &Scene<'_, A>) {
        let at = scene.world.now();
        self.watch(scene, at);
        for pending in &mut self.pending {
            // A case that ends before the time is up has waited long enough.
            pending.deadline = pending.deadline.min(at);
        }
        self.expire(Instant::MAX);
        for claims in [&self.always, &self.never] {
            self.asked += claims.iter().map(|claim| claim.questions.len()).sum::<usize>();
        }
        let of_the_end =
            self.always.iter().flat_map(|claim| claim.questions.iter().map(move |one| (claim, one)));
        for (claim, question) in of_the_end.filter(|(_, one)| matches!(one, Question::Holds { .. })) {
            if let Err(instead) = scene.ask(question) {
                self.unmet.push(Unmet {
                    line: claim.line.0,
                    question: format!("always {question}"),
                    at,
                    instead,
                });
            }
        }
        for claim in &self.finally {
            for question in &claim.questions {
                self.asked += 1;
                if let Err(instead) = scene.ask(question) {
                    let question = format!("finally {question}");
                    self.unmet.push(Unmet { line: claim.line.0, question, at, instead });
                }
            }
        }
    }
}

impl std::fmt::Display for Unmet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.line > 0 {
            write!(f, "line {}: ", self.line)?;
        }
        write!(f, "{}: at {} {}", self.question, seconds(self.at), self.instead)
    }
}
