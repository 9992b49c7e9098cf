//! What the strategies make of a situation, as a table for a person.

use std::fmt;

use quorate::UniqueAddress;

use super::side::{Ending, Outcome, Side};
use super::{Choice, Setting, warnings};

/// The names of nodes, as a case writes them.
pub(super) fn names<'a>(nodes: impl IntoIterator<Item = &'a UniqueAddress>) -> String {
    let name = |node: &UniqueAddress| {
        let (host, port) = (node.address.host(), node.address.port());
        let place = if port == 1 { host.to_owned() } else { format!("{host}{port}") };
        if node.uid == 1 { place } else { format!("{place}#{}", node.uid) }
    };
    let names: Vec<String> = nodes.into_iter().map(name).collect();
    if names.is_empty() { "nobody".to_owned() } else { names.join(" ") }
}

/// Who goes on at an ending, side by side.
pub(super) fn survivors(ending: &Ending) -> String {
    let sides: Vec<String> = ending.survivors.iter().filter(|side| !side.is_empty()).map(names).collect();
    if sides.is_empty() { "nobody".to_owned() } else { sides.join(" + ") }
}

/// Who goes on, of all endings.
pub(super) fn endings(outcome: &Outcome) -> String {
    outcome.endings.iter().map(survivors).collect::<Vec<_>>().join(" or ")
}

/// All that is to be told of a situation.
#[derive(Clone, Copy, Debug)]
pub struct Table<'a> {
    /// What the situation is.
    pub title: &'a str,
    /// Its sides.
    pub sides: &'a [Side],
    /// What each strategy makes of it.
    pub choices: &'a [Choice],
    /// Leave out the reasons.
    pub is_brief: bool,
}

impl fmt::Display for Table<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.title.is_empty() {
            writeln!(f, "{}\n", self.title)?;
        }
        for side in self.sides {
            let lost = names(side.records.all_unreachable_or_terminated().iter());
            let decides = names(side.responsible());
            writeln!(f, "side {}: cannot reach {lost}; {decides} decides", names(&side.live))?;
        }
        writeln!(f, "\n{:<28} {:<24} with the repairs", "strategy", "who goes on")?;
        for choice in self.choices {
            let [exact, repaired] = Setting::BOTH.map(|setting| endings(choice.outcome(setting)));
            let repaired = if choice.is_changed_by_repairs() { &*repaired } else { "the same" };
            writeln!(f, "{:<28} {exact:<24} {repaired}", choice.name())?;
        }
        if self.is_brief {
            Ok(())
        } else {
            self.choices.iter().try_for_each(|choice| self.reasons(f, choice))
        }
    }
}

impl Table<'_> {
    fn reasons(&self, f: &mut fmt::Formatter<'_>, choice: &Choice) -> fmt::Result {
        writeln!(f, "\n{}", choice.name())?;
        for setting in Setting::BOTH {
            let outcome = choice.outcome(setting);
            let exact = choice.outcome(Setting::Exact);
            let said = |outcome: &Outcome| -> Vec<String> {
                outcome.deciders.iter().map(|decider| decider.record.to_string()).collect()
            };
            let is_same = said(outcome) == said(exact);
            if setting == Setting::Repaired {
                if is_same {
                    continue;
                }
                writeln!(f, "  with the repairs")?;
            }
            for decider in &outcome.deciders {
                let me = names([decider.record.self_node()]);
                writeln!(f, "  {me} says {}", short(&decider.record.to_string()))?;
                if let Some(denied) = &decider.denied {
                    writeln!(f, "    without the lease: {}", short(&denied.to_string()))?;
                }
            }
            for warning in warnings(choice, setting, self.sides) {
                writeln!(f, "  ! {warning}")?;
            }
        }
        Ok(())
    }
}

/// A sentence with nodes as a `.qview` names them: `a` for `a:1#1`, `n17` for `n:17#1`.
fn short(sentence: &str) -> String {
    let name = |word: &str| {
        let core = word.trim_end_matches([',', ';']);
        let tail = &word[core.len()..];
        let (address, uid) = core.rsplit_once('#')?;
        let (host, port) = address.rsplit_once(':')?;
        let port: u16 = port.parse().ok()?;
        let node = UniqueAddress::new(quorate::Address::new(host, port).ok()?, uid.parse().ok()?);
        Some(names([&node]) + tail)
    };
    sentence
        .split(' ')
        .map(|word| name(word).unwrap_or_else(|| word.to_owned()))
        .collect::<Vec<_>>()
        .join(" ")
}
