//! PIC-3: what led to the moment that matters most, as a sequence diagram that many pages draw.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::Film;
use super::cone::ConeStep;

/// What every diagram begins with.
pub(super) const MARK: &str = "%% a run of quorate";

/// A diagram with more arrows than these is no picture.
const ARROWS_MAX: usize = 30;

impl Film {
    /// PIC-3: the last messages that could have had a say in what failed, or in the first decision, as a Mermaid
    /// sequence diagram; thirty at most.
    #[must_use]
    pub fn mermaid(&self) -> String {
        let arrows = self.cone.steps.iter().filter(|step| step.from.is_some()).count();
        let mut left_out = self.cone.left_out;
        let mut too_many = arrows.saturating_sub(ARROWS_MAX);
        let first = self.cone.steps.iter().position(|step| {
            let is_shown = too_many == 0;
            too_many -= usize::from(!is_shown && step.from.is_some());
            is_shown
        });
        let (before, steps) = self.cone.steps.split_at(first.unwrap_or(self.cone.steps.len()));
        left_out += before.len();
        let mut out = format!("{MARK}\n%% {}\n", one_line(&self.source));
        let _ = writeln!(
            out,
            "sequenceDiagram\n  title {}",
            said(&format!("{}: {}", self.title, self.cone.title))
        );
        let involved: BTreeSet<u32> = steps
            .iter()
            .flat_map(|step| step.host.into_iter().chain(step.from.map(|(host, _)| host)))
            .collect();
        for host in &involved {
            let _ = writeln!(out, "  participant n{host} as {}", said(&self.hosts[*host as usize]));
        }
        let all = match (involved.first(), involved.last()) {
            (Some(first), Some(last)) if first != last => format!("n{first},n{last}"),
            (Some(only), _) => format!("n{only}"),
            (None, _) => return out,
        };
        if left_out > 0 {
            let _ = writeln!(out, "  Note over {all}: {left_out} earlier steps are left out");
        }
        for step in steps {
            told(&mut out, step, &all);
        }
        if let Some(failure) = &self.verdict.failure {
            let _ = writeln!(
                out,
                "  Note over {all}: {}",
                said(&format!("{} {}", seconds(failure.at), failure.signature))
            );
        }
        out
    }
}

fn told(out: &mut String, step: &ConeStep, all: &str) {
    let at = seconds(step.at);
    let news = step.news.join(", ");
    let Some(host) = step.host else {
        let _ = writeln!(out, "  Note over {all}: {}", said(&format!("{at} {}", step.what)));
        return;
    };
    let place = match step.from {
        Some((from, _)) => {
            let kind = step.what.split(' ').next().unwrap_or_default();
            let _ = writeln!(out, "  n{from}-)n{host}: {}", said(&format!("{at} {kind}")));
            if news.is_empty() {
                return;
            }
            news
        }
        None if news.is_empty() => format!("{at} {}", step.what),
        None => format!("{at} {}: {news}", step.what),
    };
    let _ = writeln!(out, "  Note over n{host}: {}", said(&place));
}

fn seconds(at: u64) -> String {
    format!("{}.{:03} s", at / 1_000_000, at / 1_000 % 1_000)
}

/// Text in which nothing means anything to Mermaid.
fn said(text: &str) -> String {
    let mut out = String::new();
    for c in one_line(text).chars() {
        match c {
            '#' | ';' | '<' | '>' | '%' | '"' | '&' | ':' => {
                let _ = write!(out, "#{};", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_can_not_end_a_statement_of_a_diagram() {
        assert_eq!(said("a#2;\nb -> c"), "a#35;2#59; b -#62; c");
    }
}
