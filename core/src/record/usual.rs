//! What writer and reader of a segment both know: how things usually go on from what was before.

use alloc::sync::Arc;
use alloc::vec::Vec;

use super::{Line, Tag};
use crate::membership::{Address, UniqueAddress};
use crate::node::{Input, InputKind, Node, Output};
use crate::protocol::{Destination, Envelope, Message};
use crate::time::Instant;

/// What is known of a segment up to an input.
#[derive(Clone, Debug)]
pub(super) struct Usual {
    pub(super) me: UniqueAddress,
    /// The name of the cluster.
    pub(super) cluster: Arc<str>,
    pub(super) clocks: Clocks,
    pub(super) peers: Vec<Peer>,
    /// The last status that was told: in a cluster at rest all tell the same.
    status: Option<Message>,
}

/// Both clocks of a host.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Clocks {
    pub(super) now: u64,
    /// By how much the wall clock is ahead of the monotonic one, in milliseconds.
    ahead: i64,
}

/// A peer of a segment, and what is to be expected of its next heartbeat and its next reply.
#[derive(Clone, Debug)]
pub(super) struct Peer {
    pub(super) node: UniqueAddress,
    beats: [Beat; 2],
}

/// A heartbeat or a reply: its number, and how long before it arrived it was sent, by the clocks of both.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Beat {
    sequence: u64,
    age: u64,
}

/// What a usual message to this node says.
#[derive(Clone, Copy, Debug)]
enum Said {
    Beat {
        sequence: u64,
        sent_at: Instant,
    },
    /// The same status as the last one that was told.
    LastStatus,
}

impl Usual {
    /// With a node, nothing of which is known but who it is.
    pub(super) fn of(node: &Node) -> Self {
        Self {
            me: node.unique_address().clone(),
            cluster: node.config().cluster_name.clone(),
            clocks: Clocks::default(),
            peers: Vec::new(),
            status: None,
        }
    }

    /// The line of an input of a usual kind, which is known from then on; the peer has the place that `place_of` gives. `None` if it has to be
    /// written out. `is_ours`: whether a message is in the name of this cluster and for this address.
    #[inline(always)]
    pub(super) fn line(
        &mut self,
        input: &Input,
        is_ours: impl FnOnce(&mut Self, &Envelope) -> bool,
        place_of: impl FnOnce(&mut Self, &UniqueAddress) -> Option<usize>,
    ) -> Option<Line> {
        let now = input.now.as_nanos();
        let clocks = Clocks::at(input.now, input.wall_ms);
        let step = now.wrapping_sub(self.clocks.now);
        let ahead = clocks.ahead.wrapping_sub(self.clocks.ahead);
        let mut line = Line { tag: Tag::Tick, place: 0, step, ahead, leap: 0, drift: 0 };
        if let InputKind::Received(envelope) = &input.kind {
            let (tag, said) = self.said(envelope)?;
            if !is_ours(self, envelope) {
                return None;
            }
            line.place = place_of(self, &envelope.from)?;
            line.tag = tag;
            if let Said::Beat { sequence, sent_at } = said {
                let beat = Beat { sequence, age: now.wrapping_sub(sent_at.as_nanos()) };
                let before = self.peers.get_mut(line.place)?.beat(tag);
                [line.leap, line.drift] = beat.after(*before);
                *before = beat;
            }
        } else if !matches!(input.kind, InputKind::Tick) {
            return None;
        }
        self.clocks = clocks;
        Some(line)
    }

    /// What a message says that is of a usual kind, if this incarnation is meant at whatever address.
    #[inline(always)]
    fn said(&self, envelope: &Envelope) -> Option<(Tag, Said)> {
        match (&envelope.message, &envelope.to) {
            (&Message::Heartbeat { sequence, sent_at }, Destination::Address(_)) => {
                Some((Tag::Heartbeat, Said::Beat { sequence, sent_at }))
            }
            (&Message::HeartbeatReply { sequence, sent_at }, Destination::Incarnation(to))
                if to.uid == self.me.uid =>
            {
                Some((Tag::HeartbeatReply, Said::Beat { sequence, sent_at }))
            }
            (Message::ContentStatus { .. } | Message::GossipStatus { .. }, Destination::Incarnation(to))
                if to.uid == self.me.uid && self.status.as_ref() == Some(&envelope.message) =>
            {
                Some((Tag::Status, Said::LastStatus))
            }
            _ => None,
        }
    }

    /// The input that a line stands for.
    pub(super) fn input(&mut self, line: Line) -> Option<Input> {
        self.clocks.go_on(line.step, line.ahead);
        let (now, wall_ms) = self.clocks.read();
        let at = Instant::from_nanos(now.as_nanos());
        let kind = match line.tag {
            Tag::Tick => InputKind::Tick,
            tag => InputKind::Received(self.received(tag, line, at)?),
        };
        Some(Input { now, wall_ms, kind })
    }

    fn received(&mut self, tag: Tag, line: Line, now: Instant) -> Option<Envelope> {
        let peer = self.peers.get_mut(line.place)?;
        let from = peer.node.clone();
        let message = if tag == Tag::Status {
            self.status.clone()?
        } else {
            let beat = peer.beat(tag);
            *beat = beat.next([line.leap, line.drift]);
            let (sequence, sent_at) = (beat.sequence, beat.sent_at(now.as_nanos()));
            match tag {
                Tag::Heartbeat => Message::Heartbeat { sequence, sent_at },
                Tag::HeartbeatReply => Message::HeartbeatReply { sequence, sent_at },
                _ => return None,
            }
        };
        let to = match tag {
            Tag::Heartbeat => Destination::Address(self.me.address.clone()),
            _ => Destination::Incarnation(self.me.clone()),
        };
        Some(Envelope { cluster: self.cluster.clone(), from, to, message })
    }

    /// Takes in an input that was written out.
    pub(super) fn learn(&mut self, input: &Input) {
        self.clocks = Clocks::at(input.now, input.wall_ms);
        let InputKind::Received(envelope) = &input.kind else { return };
        let (tag, sequence, sent_at) = match &envelope.message {
            Message::Heartbeat { sequence, sent_at } => (Tag::Heartbeat, sequence, sent_at),
            Message::HeartbeatReply { sequence, sent_at } => (Tag::HeartbeatReply, sequence, sent_at),
            status @ (Message::ContentStatus { .. } | Message::GossipStatus { .. }) => {
                self.status = Some(status.clone());
                return;
            }
            _ => return,
        };
        let age = input.now.as_nanos().wrapping_sub(sent_at.as_nanos());
        if let Some(peer) = self.peers.iter_mut().find(|peer| peer.node == envelope.from) {
            *peer.beat(tag) = Beat { sequence: *sequence, age };
        }
    }

    /// What usually follows from an input of a line, the last that was taken in: an answer to a heartbeat, and else nothing.
    pub(super) fn follows(&self, line: Line) -> Option<Output> {
        let peer = self.peers.get(line.place).filter(|_| line.tag == Tag::Heartbeat)?;
        let beat = peer.beats[0];
        let (sequence, sent_at) = (beat.sequence, beat.sent_at(self.clocks.now));
        Some(Output::Send(Envelope {
            cluster: self.cluster.clone(),
            from: self.me.clone(),
            to: Destination::Incarnation(peer.node.clone()),
            message: Message::HeartbeatReply { sequence, sent_at },
        }))
    }

    /// Whether that is what followed: the same question, without putting an answer together.
    #[inline(always)]
    pub(super) fn is_usual(&self, tag: Tag, place: usize, outputs: &[Output]) -> bool {
        if tag != Tag::Heartbeat {
            return outputs.is_empty();
        }
        let [Output::Send(Envelope { cluster, from, to: Destination::Incarnation(to), message })] = outputs
        else {
            return false;
        };
        let Message::HeartbeatReply { sequence, sent_at } = message else { return false };
        let Some(peer) = self.peers.get(place) else { return false };
        let beat = peer.beats[0];
        *sequence == beat.sequence
            && *sent_at == beat.sent_at(self.clocks.now)
            && to.uid == peer.node.uid
            && from.uid == self.me.uid
            && is_same(&to.address, &peer.node.address)
            && is_same(&from.address, &self.me.address)
            && (Arc::ptr_eq(cluster, &self.cluster) || *cluster == self.cluster)
    }
}

/// Whether two addresses are equal, as they nearly always are by being one pointer.
#[inline(always)]
fn is_same(one: &Address, other: &Address) -> bool {
    one.is_identical(other) || one == other
}

impl Clocks {
    #[inline(always)]
    fn at(now: Instant, wall_ms: i64) -> Self {
        Self { now: now.as_nanos(), ahead: wall_ms.wrapping_sub(now.as_millis() as i64) }
    }

    fn go_on(&mut self, step: u64, ahead: i64) {
        self.now = self.now.wrapping_add(step);
        self.ahead = self.ahead.wrapping_add(ahead);
    }

    fn read(self) -> (Instant, i64) {
        let now = Instant::from_nanos(self.now);
        (now, self.ahead.wrapping_add(now.as_millis() as i64))
    }
}

impl Peer {
    pub(super) fn new(node: UniqueAddress) -> Self {
        Self { node, beats: [Beat::default(); 2] }
    }

    #[inline(always)]
    fn beat(&mut self, tag: Tag) -> &mut Beat {
        &mut self.beats[usize::from(tag == Tag::HeartbeatReply)]
    }
}

impl Beat {
    /// When it was sent, of one that arrived at this time.
    #[inline(always)]
    const fn sent_at(self, now: u64) -> Instant {
        Instant::from_nanos(now.wrapping_sub(self.age))
    }

    /// How this one differs from what was to be expected after the one before.
    #[inline(always)]
    const fn after(self, before: Self) -> [i64; 2] {
        let expected = before.sequence.wrapping_add(1);
        [self.sequence.wrapping_sub(expected) as i64, self.age.wrapping_sub(before.age) as i64]
    }

    /// The one that differs so from what was to be expected after this one.
    const fn next(self, [sequence, age]: [i64; 2]) -> Self {
        let expected = self.sequence.wrapping_add(1);
        Self { sequence: expected.wrapping_add(sequence as u64), age: self.age.wrapping_add(age as u64) }
    }
}
