//! A node without an operating system: no threads, no files, no clock but the one that a timer gives.
//!
//! ```sh
//! cargo build --target thumbv7em-none-eabi --manifest-path core/examples/bare_metal/Cargo.toml
//! ```
//!
//! An interrupt puts frames into the [`Inbox`]; the main loop calls [`Firmware::poll`] and sleeps until the time that it gives. Everything
//! between the two is of a fixed size. The node itself needs a heap, which [`on_chip`] brings.
#![no_std]

extern crate alloc;

#[cfg(target_os = "none")]
mod on_chip;

use alloc::vec::Vec;
use core::time::Duration;

use heapless::HistoryBuf;
use heapless::spsc::{Consumer, Producer, Queue};
use quorate::{
    Address, Codec, Command, Config, ConfigErrors, Input, InputKind, Instant, MemberStatus, Node, Output,
    StopReason, Target, UniqueAddress,
};

/// The largest frame: what a small packet radio takes.
pub const FRAME_BYTES: usize = 512;
/// How many frames an interrupt may leave before the main loop comes by. More are lost, as on any radio.
pub const FRAMES_WAITING: usize = 8;
/// How many of the last changes of status are kept for a debugger.
const CHANGES_KEPT: usize = 16;

/// A frame as it came.
pub type Frame = heapless::Vec<u8, FRAME_BYTES>;
/// Between interrupt and main loop: one puts in, the other takes out, and nobody locks.
pub type Inbox = Queue<Frame, FRAMES_WAITING>;

/// The interrupt's end of the inbox.
pub struct Receiver<'a>(Producer<'a, Frame>);

impl Receiver<'_> {
    /// Takes a frame from the hardware. Says whether there was room for it.
    pub fn frame_arrived(&mut self, bytes: &[u8]) -> bool {
        Frame::from_slice(bytes).is_ok_and(|frame| self.0.enqueue(frame).is_ok())
    }
}

/// What sends.
pub trait Radio {
    /// Sends a frame, or loses it.
    fn send(&mut self, to: &Address, frame: &[u8]);
}

/// A member that got another status.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// When.
    pub at: Instant,
    /// Who.
    pub node: UniqueAddress,
    /// Its status now.
    pub status: MemberStatus,
}

/// The main loop's end: node, codec, radio.
pub struct Firmware<'a, R> {
    node: Node,
    codec: Codec,
    inbox: Consumer<'a, Frame>,
    radio: R,
    outputs: Vec<Output>,
    changes: HistoryBuf<Change, CHANGES_KEPT>,
    stopped: Option<StopReason>,
}

/// Both ends of a node that joins by these seeds, or founds a cluster without any. `uid` and `seed` come from the chip's source of
/// random bits, anew at every start.
///
/// # Errors
/// Seeds or an address that no node takes.
pub fn firmware<'a, R: Radio>(
    me: Address,
    seeds: Vec<Address>,
    [uid, seed]: [u64; 2],
    now: Instant,
    inbox: &'a mut Inbox,
    radio: R,
) -> Result<(Receiver<'a>, Firmware<'a, R>), ConfigErrors> {
    let mut config = Config::default();
    config.seed_nodes = if seeds.is_empty() { [me.clone()].into() } else { seeds };
    config.limits.frame_bytes = FRAME_BYTES;
    // Memory is known beforehand: so many members, and messages that are no larger than their state.
    config.limits.members = 32;
    config.limits.tombstones = 32;
    config.limits.message_bytes = 16 * 1024;
    let codec = Codec::new(config.limits);
    let node = Node::new(config, UniqueAddress::new(me, uid as i64), seed, now)?;
    let (producer, inbox) = inbox.split();
    let (outputs, changes) = (Vec::with_capacity(16), HistoryBuf::new());
    Ok((Receiver(producer), Firmware { node, codec, inbox, radio, outputs, changes, stopped: None }))
}

impl<R: Radio> Firmware<'_, R> {
    /// Does what there is to do, and says how long to sleep unless a frame comes; `None` once the node has ended.
    ///
    /// `wall_ms` only stamps markers of removed members; a chip that knows no date counts from its start.
    pub fn poll(&mut self, now: Instant, wall_ms: i64) -> Option<Duration> {
        // What has arrived comes before the tick, but never more than the inbox holds: no flood puts the tick off.
        for _ in 0..FRAMES_WAITING {
            let Some(frame) = self.inbox.dequeue() else { break };
            let kind = match self.codec.decode(&frame) {
                Ok(Some(envelope)) => InputKind::Received(envelope),
                // A part of a message whose other parts are still to come.
                Ok(None) => continue,
                Err(error) => InputKind::Undecodable { from: None, error },
            };
            self.handle(Input { now, wall_ms, kind });
        }
        if self.node.next_deadline().is_some_and(|due| due <= now) {
            self.handle(Input { now, wall_ms, kind: InputKind::Tick });
        }
        self.node.next_deadline().map(|due| due.since(now))
    }

    /// Leaves the cluster in good order; [`Firmware::stopped`] tells when that is done.
    pub fn leave(&mut self, now: Instant, wall_ms: i64) {
        let me = Target::Incarnation(self.node.unique_address().clone());
        self.handle(Input { now, wall_ms, kind: InputKind::Command(Command::Leave(me)) });
    }

    /// The node, to be looked at.
    pub fn node(&self) -> &Node {
        &self.node
    }

    /// Why the node has ended, if it has.
    pub fn stopped(&self) -> Option<StopReason> {
        self.stopped
    }

    /// The last changes of status that this node itself made, oldest first.
    pub fn changes(&self) -> impl Iterator<Item = &Change> {
        self.changes.oldest_ordered()
    }

    fn handle(&mut self, input: Input) {
        let (now, wall_ms) = (input.now, input.wall_ms);
        let mut answer = None;
        self.node.handle_into(input, &mut self.outputs);
        for output in self.outputs.drain(..) {
            match output {
                Output::Send(envelope) => {
                    // What is over the limits is lost, which they were chosen for.
                    for frame in self.codec.encode(&envelope).into_iter().flatten() {
                        self.radio.send(envelope.to.address(), frame);
                    }
                }
                Output::Moved { node, status } => self.changes.write(Change { at: now, node, status }),
                // Firmware that drives something brings it to rest first.
                Output::StartExitTasks { id } => answer = Some(InputKind::ExitTasksDone { id }),
                Output::Stopped { why } => self.stopped = Some(why),
                _ => {}
            }
        }
        if let Some(kind) = answer {
            self.handle(Input { now, wall_ms, kind });
        }
    }
}
