//! The story of a run: who became what, when, and who heard of it, in as few lines as a person wants to read.

use std::fmt;
use std::time::Duration;

use quorate::{ClusterEvent, Instant, Output, StopReason};
use quorate_sim::HostId;

use super::answer::seconds;
use super::cast::{Cast, NameList};

/// How long after its first word a piece of news may still spread and be told in the same line.
const SPREAD_MAX: Duration = Duration::from_secs(15);

/// One line of the story.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Beat {
    first: Instant,
    last: Instant,
    text: String,
    /// Who heard of it, in order; nobody for what is done to the world.
    heard_by: Vec<HostId>,
    kind: BeatKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum BeatKind {
    /// Something the case does.
    Deed,
    /// Something nodes hear of.
    News,
    /// Something a node says of itself.
    Said,
}

/// What happened in a run, put together as it goes on.
#[derive(Clone, Debug, Default)]
pub struct Story {
    beats: Vec<Beat>,
}

/// One line of the story, for those who show it in another way.
#[derive(Clone, Copy, Debug)]
pub(crate) struct StoryLine<'a> {
    pub(crate) first: Instant,
    pub(crate) last: Instant,
    /// `>` for what the case does, `!` for what a node says of itself, a blank for news.
    pub(crate) mark: char,
    pub(crate) text: &'a str,
    pub(crate) heard_by: &'a [HostId],
}

impl Story {
    /// The lines, in order.
    pub(crate) fn lines(&self) -> impl Iterator<Item = StoryLine<'_>> {
        self.beats.iter().map(|beat| StoryLine {
            first: beat.first,
            last: beat.last,
            mark: match beat.kind {
                BeatKind::Deed => '>',
                BeatKind::Said => '!',
                BeatKind::News => ' ',
            },
            text: &beat.text,
            heard_by: &beat.heard_by,
        })
    }

    /// Something that the case does.
    pub fn deed(&mut self, at: Instant, text: String) {
        self.push(at, text, BeatKind::Deed);
    }

    fn push(&mut self, at: Instant, text: String, kind: BeatKind) {
        self.beats.push(Beat { first: at, last: at, text, heard_by: Vec::new(), kind });
    }

    /// What one step of a node put out.
    pub fn outputs(&mut self, at: Instant, host: HostId, outputs: &[Output], cast: &Cast) {
        let mut ending = false;
        for output in outputs {
            match output {
                Output::Event(ClusterEvent::ClusterShuttingDown) => ending = true,
                // What a node that ends says of others is no news of them.
                Output::Event(event) if !ending => {
                    if let Some(text) = news(event, cast) {
                        self.heard(at, host, text);
                    }
                }
                Output::Decided(record) => {
                    let text = format!("{} decides: {}", cast.name(host), cast.by_name(record.to_string()));
                    self.push(at, text, BeatKind::Said);
                }
                Output::Stopped { why } => {
                    let text = format!("{} stops: {}", cast.name(host), reason(*why));
                    self.push(at, text, BeatKind::Said);
                }
                _ => {}
            }
        }
    }

    /// A piece of news reaches one more node: in the line in which it was first told, if that is not too long ago.
    fn heard(&mut self, at: Instant, host: HostId, text: String) {
        let recent = self.beats.iter_mut().rev().take_while(|beat| at.since(beat.first) <= SPREAD_MAX);
        let mut recent = recent.filter(|beat| beat.kind == BeatKind::News);
        match recent.find(|beat| beat.text == text && !beat.heard_by.contains(&host)) {
            Some(beat) => {
                beat.last = at;
                beat.heard_by.push(host);
            }
            None => self.beats.push(Beat {
                first: at,
                last: at,
                text,
                heard_by: vec![host],
                kind: BeatKind::News,
            }),
        }
    }

    /// The story as text, one line for each beat.
    #[must_use]
    pub fn told<'a>(&'a self, cast: &'a Cast) -> impl fmt::Display + 'a {
        Told { story: self, cast }
    }
}

struct Told<'a> {
    story: &'a Story,
    cast: &'a Cast,
}

impl fmt::Display for Told<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for beat in &self.story.beats {
            let mark = if beat.kind == BeatKind::Deed { '>' } else { ' ' };
            write!(f, "{:>10} {mark} {}", seconds(beat.first), beat.text)?;
            if !beat.heard_by.is_empty() {
                let mut hosts = beat.heard_by.clone();
                hosts.sort();
                let names: Vec<String> = hosts.iter().map(|host| self.cast.name(*host).into()).collect();
                let spread = Duration::from_millis(beat.last.as_millis() - beat.first.as_millis());
                write!(f, "  ({}", NameList(&names))?;
                if !spread.is_zero() {
                    write!(f, " within {}.{:03}s", spread.as_secs(), spread.subsec_millis())?;
                }
                f.write_str(")")?;
            }
            writeln!(f)?;
        }
        Ok(())
    }
}

/// The words for an event that is worth a line.
pub(super) fn news(event: &ClusterEvent, cast: &Cast) -> Option<String> {
    let call = |member: &quorate::Member| cast.call(member.unique_address());
    Some(match event {
        ClusterEvent::MemberJoined(member) => format!("{} is joining", call(member)),
        ClusterEvent::MemberWeaklyUp(member) => format!("{} is weakly up", call(member)),
        ClusterEvent::MemberUp(member) => format!("{} is up", call(member)),
        ClusterEvent::MemberLeft(member) => format!("{} is leaving", call(member)),
        ClusterEvent::MemberExited(member) => format!("{} is exiting", call(member)),
        ClusterEvent::MemberDowned(member) => format!("{} is down", call(member)),
        ClusterEvent::MemberPreparingForShutdown(member) => format!("{} prepares for shutdown", call(member)),
        ClusterEvent::MemberReadyForShutdown(member) => format!("{} is ready for shutdown", call(member)),
        ClusterEvent::MemberRemoved { member, previous_status } => {
            format!("{} is removed, was {previous_status}", call(member))
        }
        ClusterEvent::UnreachableMember(member) => format!("{} is unreachable", call(member)),
        ClusterEvent::ReachableMember(member) => format!("{} is reachable again", call(member)),
        ClusterEvent::UnreachableDataCenter(name) => format!("data centre {name} is unreachable"),
        ClusterEvent::ReachableDataCenter(name) => format!("data centre {name} is reachable again"),
        ClusterEvent::LeaderChanged(Some(leader)) => format!("{} leads", cast.call_address(leader)),
        ClusterEvent::LeaderChanged(None) => "nobody leads".into(),
        _ => return None,
    })
}

pub(super) fn reason(why: StopReason) -> &'static str {
    match why {
        StopReason::Left => "it has left",
        StopReason::Downed => "it was downed",
        StopReason::JoinUnsuccessful => "no cluster let it in",
        StopReason::Commanded => "it was told to",
        _ => "it has ended",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::{Case, NodeName};

    #[test]
    fn one_piece_of_news_is_one_line_however_many_hear_it() {
        let names = ["a", "b"].map(|name| NodeName::new(name).unwrap());
        let cast = Cast::new(&Case::new(names.into()));
        let mut story = Story::default();
        let event = Output::Event(ClusterEvent::LeaderChanged(Some("a:1".parse().unwrap())));
        for (millis, host) in [(100, 0), (350, 1), (20_000, 0)] {
            let at = Instant::from_nanos(millis * 1_000_000);
            story.outputs(at, HostId::from_index(host), std::slice::from_ref(&event), &cast);
        }
        let told = story.told(&cast).to_string();
        assert_eq!(told, "    0.100s   a leads  (a b within 0.250s)\n   20.000s   a leads  (a)\n");
    }
}
