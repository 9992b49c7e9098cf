//! The loop: inputs to the node, outputs to the world.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::{Duration, Instant as Clock, SystemTime, UNIX_EPOCH};

use quorate::{
    Codec, Command, CommandKind, Counters, DecodeError, Input, InputKind, Instant, Log, Node, Output,
    Rejection, StopReason, Target, UniqueAddress, trace,
};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::mpsc;
use tokio::time::{sleep, sleep_until};

use crate::http::Asked;
use crate::options::Options;
use crate::recording::Recording;
use crate::transport::Transport;

/// How many frames are handed over before a tick that is due: what has arrived comes first, but no flood puts a tick off for
/// ever.
const FRAMES_BEFORE_TICK: u32 = 1000;

/// The status of a process that was told wrong settings, whether it finds that out itself or its cluster does.
pub(crate) const WRONG_SETTINGS: u8 = 2;

/// A node and everything that its process has for it.
pub(crate) struct Host {
    node: Node,
    codec: Codec,
    recording: Option<Recording>,
    transport: Transport,
    log: Log,
    counters: Counters,
    outputs: Vec<Output>,
    began: Clock,
    options: Options,
    /// Work that is done elsewhere and answers with an input.
    done: mpsc::Sender<InputKind>,
    answers: mpsc::Receiver<InputKind>,
    /// Until when the others have time to agree that this node leaves; set once it leaves.
    leaves_until: Option<Clock>,
    unreadable_told: Option<Clock>,
}

impl Host {
    /// A node that joins by the first tick.
    ///
    /// # Errors
    /// Settings that a node refuses, or a recording that can't begin.
    pub(crate) fn new(mut options: Options, transport: Transport) -> Result<Self, String> {
        let address = transport.address().clone();
        if options.config.seed_nodes.is_empty() {
            options.config.seed_nodes = vec![address.clone()];
        }
        // Bits that the system drew at random: which incarnation this is, and what its choices follow from.
        let random = || RandomState::new().hash_one(0);
        let me = UniqueAddress::new(address, random() as i64);
        let node = Node::new(options.config.clone(), me, random(), Instant::ZERO);
        let node = node.map_err(|errors| errors.to_string())?;
        let begin = |path: &PathBuf| Recording::begin(path, options.record_bytes, &node);
        let recording = options.record.as_ref().map(begin).transpose()?;
        let (done, answers) = mpsc::channel(1);
        Ok(Self {
            node,
            recording,
            codec: Codec::new(options.config.limits),
            transport,
            log: Log::default(),
            counters: Counters::default(),
            outputs: Vec::new(),
            began: Clock::now(),
            options,
            done,
            answers,
            leaves_until: None,
            unreadable_told: None,
        })
    }

    /// Runs until this process is to end, and gives back its status.
    ///
    /// # Errors
    /// A system that gives no signals.
    pub(crate) async fn run(mut self, mut asked: mpsc::Receiver<Asked>) -> Result<u8, String> {
        let mut signals = Signals::new().map_err(|error| format!("signals: {error}"))?;
        tracing::info!("{} begins", self.node.unique_address());
        let mut overdue = 0;
        let why = loop {
            let deadline = self.node.next_deadline();
            overdue = if deadline.is_some_and(|due| due <= self.now()) { overdue + 1 } else { 0 };
            let kind = tokio::select! {
                // In this order: frames before the tick.
                biased;
                () = signals.next() => self.leave(),
                Some(answer) = self.answers.recv() => answer,
                () = until(self.leaves_until) => self.leave(),
                Some(asked) = asked.recv() => {
                    asked.answer(&self.node, &self.counters);
                    continue;
                }
                (from, frame) = self.transport.receive(), if overdue <= FRAMES_BEFORE_TICK => {
                    match self.codec.decode(&frame) {
                        Ok(Some(envelope)) => InputKind::Received(envelope),
                        // A part of a message whose other parts are still to come.
                        Ok(None) => continue,
                        Err(error) => self.unreadable(from, error),
                    }
                }
                () = until(deadline.map(|due| self.began + Duration::from_nanos(due.as_nanos()))) => InputKind::Tick,
            };
            if let Some(why) = self.handle(kind).await {
                break why;
            }
        };
        let status = self.status(why);
        self.transport.close().await;
        // Whoever asks from now on is told that the node has ended.
        drop(asked);
        Ok(match status {
            Some(status) => status,
            None => {
                tracing::warn!("the process goes on without its node, until it is told to end");
                signals.next().await;
                0
            }
        })
    }

    /// SHUT-10, SHUT-11, LIFE-55: the status with which this process ends because its node has ended, unless it goes on, as
    /// `run-coordinated-shutdown-when-down` may say. When it was told to end already, that is why it does. A node that was refused for
    /// its settings has status 0 by the rule; no supervisor should take that for success.
    fn status(&self, why: StopReason) -> Option<u8> {
        let ends = why.shutdown_reason(&self.options.config).is_some();
        match why {
            _ if self.leaves_until.is_some() => Some(0),
            StopReason::IncompatibleConfiguration => Some(WRONG_SETTINGS),
            // The status of a process has eight bits.
            _ => ends.then_some(why.exit_code() as u8),
        }
    }

    fn now(&self) -> Instant {
        Instant::from_nanos(self.began.elapsed().as_nanos() as u64)
    }

    /// Leaves in good order; asked once more, or when the others take too long, it goes without them.
    fn leave(&mut self) -> InputKind {
        let command = match self.leaves_until {
            None => Command::Leave(Target::Incarnation(self.node.unique_address().clone())),
            Some(_) => Command::ExitNow,
        };
        self.leaves_until = Some(Clock::now() + self.options.patience);
        InputKind::Command(command)
    }

    /// Once a second at most, as anybody can send such frames.
    fn unreadable(&mut self, from: SocketAddr, error: DecodeError) -> InputKind {
        let now = Clock::now();
        if self.unreadable_told.is_none_or(|told| now.duration_since(told) > Duration::from_secs(1)) {
            self.unreadable_told = Some(now);
            tracing::warn!("a frame from {from} can't be read: {error}");
        }
        // Whether somebody is a peer, its socket does not tell.
        InputKind::Undecodable { from: None, error }
    }

    /// Gives one input to the node and carries out everything that follows, in order. Says why it has ended, if it has.
    async fn handle(&mut self, kind: InputKind) -> Option<StopReason> {
        let wall = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        // That was told where it arrived, and not of every frame.
        let is_told = matches!(kind, InputKind::Undecodable { .. });
        let input = Input { now: self.now(), wall_ms: wall.as_millis() as i64, kind };
        let mut outputs = std::mem::take(&mut self.outputs);
        match &mut self.recording {
            Some(recording) => recording.handle_into(&mut self.node, input, &mut outputs),
            None => self.node.handle_into(input, &mut outputs),
        }
        if !is_told {
            self.log.write(&self.node, &outputs, &mut |line| trace(&line));
        }
        self.counters.count(&outputs);
        let mut ended = None;
        for output in outputs.drain(..) {
            if self.options.json {
                self.print(&output);
            }
            match output {
                Output::Send(envelope) => {
                    let to = envelope.to.address();
                    match self.codec.encode(&envelope) {
                        Ok(frames) => {
                            for frame in frames {
                                self.transport.send(to, frame).await;
                            }
                        }
                        Err(error) => tracing::error!("{to}: {error}"),
                    }
                }
                Output::StartExitTasks { id } => self.finish_work(InputKind::ExitTasksDone { id }),
                Output::PeerGone { node, .. } => self.transport.forget(&node.address),
                // A node that never got into a cluster has nothing to leave.
                Output::Rejected { command: CommandKind::Leave, why: Rejection::NotMember } => {
                    self.finish_work(InputKind::Command(Command::Stop));
                }
                Output::Stopped { why } => ended = Some(why),
                _ => {}
            }
        }
        self.outputs = outputs;
        ended
    }

    /// Here an application hands over its work, closes its files, tells its clients; then the node goes on.
    fn finish_work(&self, answer: InputKind) {
        let (done, work) = (self.done.clone(), self.options.exit_work);
        tokio::spawn(async move {
            sleep(work).await;
            // If the node has ended by then, nobody needs to know.
            drop(done.send(answer).await);
        });
    }

    /// One line for programs.
    fn print(&self, output: &Output) {
        if matches!(output, Output::Send(_) | Output::Ignored { .. }) {
            return;
        }
        let at = self.began.elapsed().as_secs_f64();
        let node = self.node.unique_address().to_string();
        let line = serde_json::json!({ "at": at, "node": node, "output": output });
        println!("{line}");
    }
}

async fn until(moment: Option<Clock>) {
    match moment {
        Some(moment) => sleep_until(moment.into()).await,
        None => std::future::pending().await,
    }
}

/// What asks a process to end.
struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    fn new() -> std::io::Result<Self> {
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}
