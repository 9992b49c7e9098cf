//! A node on one UDP socket: the standard library, one thread, one loop.
//!
//! ```sh
//! cargo run -p quorate --example udp_std -- 127.0.0.1:7355
//! cargo run -p quorate --example udp_std -- 127.0.0.1:7356 127.0.0.1:7355
//! ```
//!
//! The first address is its own, the others are seed nodes; without any it founds a cluster. It prints what happens. Stopped
//! with Ctrl-C it has crashed, as the standard library hears no signals: `tokio_cluster` shows how a node leaves.
#![allow(clippy::disallowed_types, reason = "a host is where clocks come from")]

use std::collections::hash_map::RandomState;
use std::error::Error;
use std::hash::BuildHasher;
use std::net::UdpSocket;
use std::process::ExitCode;
use std::time::{Duration, Instant as Clock, SystemTime, UNIX_EPOCH};

use quorate::{
    Address, Codec, Config, Input, InputKind, Instant, Log, Node, Output, StopReason, UniqueAddress,
};

/// A frame fits into a datagram that nobody on the way has to cut.
const FRAME_BYTES: usize = 1400;
/// How many frames are handed over before a tick that is due: about what the system keeps for a socket.
const FRAMES_BEFORE_TICK: u32 = 1000;

fn main() -> ExitCode {
    let told = std::env::args().skip(1).map(|text| text.parse().map_err(|error| format!("{text}: {error}")));
    let ended = match told.collect::<Result<Vec<Address>, String>>() {
        Ok(addresses) if addresses.is_empty() => Err("usage: udp_std ADDRESS [SEED...]".into()),
        Ok(addresses) => host(&addresses[0], &addresses[1..]),
        Err(error) => Err(error.into()),
    };
    match ended {
        Ok(why) => ExitCode::from(why.exit_code() as u8),
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}

fn host(me: &Address, seeds: &[Address]) -> Result<StopReason, Box<dyn Error>> {
    let socket = UdpSocket::bind((me.host(), me.port())).map_err(|error| format!("{me}: {error}"))?;
    // Port 0 asks the system for one.
    let me = &Address::new(me.host(), socket.local_addr()?.port())?;
    let mut config = Config::default();
    config.seed_nodes = if seeds.is_empty() { vec![me.clone()] } else { seeds.to_vec() };
    config.limits.frame_bytes = FRAME_BYTES;

    let began = Clock::now();
    let now = || Instant::from_nanos(began.elapsed().as_nanos() as u64);
    // Two draws of the system's random bits: which incarnation this is, and what its choices follow from.
    let random = || RandomState::new().hash_one(0);
    let mut codec = Codec::new(config.limits);
    let mut node = Node::new(config, UniqueAddress::new(me.clone(), random() as i64), random(), now())?;
    let (mut log, mut outputs, mut answers) = (Log::default(), Vec::new(), Vec::new());
    let (mut frame, mut overdue) = (vec![0; 1 << 16], 0);
    loop {
        // What has arrived comes before a tick that is due, but no flood puts the tick off for ever.
        let wait = node.next_deadline().map(|deadline| deadline.since(now()));
        overdue = if wait == Some(Duration::ZERO) { overdue + 1 } else { 0 };
        socket.set_read_timeout(wait.map(|wait| wait.max(Duration::from_millis(1))))?;
        let kind = match answers.pop() {
            Some(answer) => answer,
            None if overdue > FRAMES_BEFORE_TICK => InputKind::Tick,
            None => match socket.recv_from(&mut frame) {
                Ok((bytes, _)) => match codec.decode(&frame[..bytes]) {
                    Ok(Some(envelope)) => InputKind::Received(envelope),
                    // A part of a message whose other parts are still to come.
                    Ok(None) => continue,
                    Err(error) => InputKind::Undecodable { from: None, error },
                },
                // Nothing came in time; or the system has a message for us that is none of a peer.
                Err(_) => InputKind::Tick,
            },
        };
        let wall_ms = SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis() as i64;
        node.handle_into(Input { now: now(), wall_ms, kind }, &mut outputs);
        log.write(&node, &outputs, &mut |line| println!("{line}"));
        for output in outputs.drain(..) {
            match output {
                Output::Send(envelope) => {
                    let to = envelope.to.address();
                    for frame in codec.encode(&envelope)? {
                        // A datagram may get lost on any part of its way, so also on the first.
                        if let Err(error) = socket.send_to(frame, (to.host(), to.port())) {
                            eprintln!("{to}: {error}");
                        }
                    }
                }
                // Here an application finishes its work first.
                Output::StartExitTasks { id } => answers.push(InputKind::ExitTasksDone { id }),
                Output::Stopped { why } => return Ok(why),
                _ => {}
            }
        }
    }
}
