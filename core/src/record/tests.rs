//! What is written can be read, whatever becomes of the bytes.

use alloc::string::ToString;
use alloc::vec::Vec;
use core::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::membership::MemberStatus;
use crate::node::{Command, Input, InputKind, Node, Output, Target};
use crate::protocol::{Codec, Destination, Envelope, Message};
use crate::testing::node;
use crate::{Config, Instant};

/// What happens to `a` next to a peer that answers: `steps` says what comes when.
struct World {
    a: Node,
    b: Node,
    now: Instant,
    outputs: Vec<Output>,
}

impl World {
    fn new() -> Self {
        let make = |name: &str| Node::new(Config::default(), node(name), 1, Instant::ZERO).unwrap();
        Self { a: make("a"), b: make("b"), now: Instant::ZERO, outputs: Vec::new() }
    }

    /// The next input of `a`, by a number that says of which kind it is.
    fn next(&mut self, choice: u8) -> InputKind {
        self.now = self.now + Duration::from_millis(u64::from(choice) * 7);
        let address = |name| node(name).address;
        match choice % 16 {
            0 => InputKind::Command(Command::Join(address("a"))),
            1 => InputKind::Command(Command::Down(Target::Address(address("b")))),
            2 => InputKind::Command(Command::JoinSeedNodes([address("b"), address("a")].into())),
            3 | 10 => self.message(Message::Heartbeat { sequence: choice.into(), sent_at: self.now }, true),
            4 | 11 => {
                self.message(Message::HeartbeatReply { sequence: choice.into(), sent_at: self.now }, false)
            }
            5 => self.of_b(InputKind::Command(Command::Join(address("a")))),
            6 | 7 => {
                let given = self.outputs.iter().rev().find_map(|output| match output {
                    Output::Send(envelope) if envelope.to.address() == &address("b") => {
                        Some(envelope.clone())
                    }
                    _ => None,
                });
                given.map_or(InputKind::Tick, |envelope| self.of_b(InputKind::Received(envelope)))
            }
            8 => self.of_b(InputKind::Tick),
            _ => InputKind::Tick,
        }
    }

    fn message(&self, message: Message, to_address: bool) -> InputKind {
        let me = self.a.unique_address().clone();
        let to = if to_address { Destination::Address(me.address) } else { Destination::Incarnation(me) };
        let cluster = self.a.config().cluster_name.as_ref().into();
        InputKind::Received(Envelope { cluster, from: node("b"), to, message })
    }

    /// What `b` sends when something happens to it.
    fn of_b(&mut self, kind: InputKind) -> InputKind {
        let outputs = self.b.handle(Input { now: self.now, wall_ms: 9, kind });
        let sent = outputs.into_iter().find_map(|output| match output {
            Output::Send(envelope) => Some(InputKind::Received(envelope)),
            _ => None,
        });
        sent.unwrap_or(InputKind::Tick)
    }
}

/// A life of `a`: the recording, the inputs, the node at its end.
fn life(choices: &[u8], segment: usize) -> (Vec<u8>, Vec<Input>, Node) {
    let mut world = World::new();
    let mut recorder = Recorder::new(&world.a, "tests").unwrap();
    let (mut file, mut inputs) = (Vec::new(), Vec::new());
    for (place, choice) in choices.iter().enumerate() {
        let kind = world.next(*choice);
        // Both clocks go on together, but for a millisecond now and then and a jump for some.
        let jump = if choice % 32 == 17 { 5_000 } else { 0 };
        let wall_ms = 1_000 + world.now.as_millis() as i64 + place as i64 / 3 + jump;
        let input = Input { now: world.now, wall_ms, kind };
        inputs.push(input.clone());
        let mut outputs = Vec::new();
        recorder.handle_into(&mut world.a, input, &mut outputs);
        world.outputs.extend(outputs);
        if place % 3 == 0 {
            file.extend_from_slice(recorder.take());
        }
        if place % segment == segment - 1 {
            file.extend_from_slice(recorder.take());
            recorder.begin(&world.a).unwrap();
        }
    }
    file.extend_from_slice(recorder.take());
    assert!(recorder.take().is_empty() && recorder.waiting() == 0);
    (file, inputs, world.a)
}

fn inputs_of(recording: Recording<'_>) -> Result<Vec<Input>, RecordError> {
    let mut inputs = Vec::new();
    for entry in recording {
        if let Entry::Input { input, .. } = entry? {
            inputs.push(input);
        }
    }
    Ok(inputs)
}

fn choices() -> impl Strategy<Value = Vec<u8>> {
    proptest::collection::vec(any::<u8>(), 1..120)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Every input comes back, and played again everything is as it was, over segments too.
    #[test]
    fn a_life_that_was_recorded_is_lived_again(choices in choices(), segment in 1_usize..200) {
        let (file, inputs, node) = life(&choices, segment);
        prop_assert_eq!(inputs_of(Recording::new(&file)).unwrap(), inputs);
        let mut replay = Replay::new(Recording::new(&file));
        for played in replay.by_ref() {
            prop_assert!(played.is_ok(), "{:?}", played);
        }
        prop_assert_eq!(replay.node(), Some(&node));
        prop_assert_eq!(replay.unfinished_bytes(), 0);
    }

    /// A process that is killed leaves a beginning of the file: all whole blocks can be read, and nothing else is.
    #[test]
    fn a_recording_that_was_cut_anywhere_is_read_up_to_there(choices in choices(), cut in any::<proptest::sample::Index>()) {
        let (file, inputs, _) = life(&choices, 50);
        let cut = cut.index(file.len());
        let mut recording = Recording::new(&file[..cut]);
        let mut read = Vec::new();
        for entry in recording.by_ref() {
            if let Entry::Input { input, .. } = entry.unwrap() {
                read.push(input);
            }
        }
        prop_assert!(inputs.starts_with(&read));
        let mut whole = Recording::new(&file[..cut - recording.unfinished_bytes()]);
        prop_assert!(whole.all(|entry| entry.is_ok()));
    }

    /// Whichever byte is another one: what is read before it is true, and the rest is refused.
    #[test]
    fn a_damaged_block_is_refused(choices in choices(), at in any::<proptest::sample::Index>(), bit in 0_u32..8) {
        let (mut file, inputs, _) = life(&choices, 50);
        let at = at.index(file.len());
        file[at] ^= 1_u8 << bit;
        let mut read = Vec::new();
        let mut recording = Recording::new(&file);
        let mut error = None;
        for entry in recording.by_ref() {
            match entry {
                Ok(Entry::Input { input, .. }) => read.push(input),
                Ok(_) => {}
                Err(other) => error = Some(other),
            }
        }
        prop_assert!(inputs.starts_with(&read));
        // A length that is wrong may claim a block that was never finished.
        prop_assert!(error.is_some() || recording.unfinished_bytes() > 0);
    }

    #[test]
    fn bytes_that_are_no_recording_do_no_harm(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let mut recording = Recording::new(&bytes);
        prop_assert!(recording.by_ref().count() <= 1);
    }

    /// A node that was written and read is the same from there on, byte for byte on the wire.
    #[test]
    fn a_restored_node_goes_on_as_the_one_that_was_kept(choices in choices(), at in any::<proptest::sample::Index>()) {
        let at = at.index(choices.len());
        let mut world = World::new();
        let mut restored: Option<Node> = None;
        for (place, choice) in choices.iter().enumerate() {
            if place == at {
                let bytes = postcard::to_allocvec(&world.a).unwrap();
                restored = Some(postcard::from_bytes(&bytes).unwrap());
            }
            let input = Input { now: world.now, wall_ms: 5, kind: world.next(*choice) };
            let outputs = world.a.handle(input.clone());
            if let Some(restored) = &mut restored {
                let again = restored.handle(input);
                prop_assert_eq!(&again, &outputs);
                let bytes = |outputs: &[Output]| {
                    let mut codec = Codec::default();
                    let sent = outputs.iter().filter_map(|output| match output {
                        Output::Send(envelope) => Some(codec.encode(envelope).unwrap().flatten().copied().collect()),
                        _ => None,
                    });
                    sent.collect::<Vec<Vec<u8>>>()
                };
                prop_assert_eq!(bytes(&again), bytes(&outputs));
            }
            world.outputs.extend(outputs);
        }
        prop_assert_eq!(restored.unwrap().hash64(), world.a.hash64());
    }
}

/// A build that makes something else of an input is found out at that input.
#[test]
fn an_output_that_differs_is_told_where_it_does() {
    let (file, inputs, _) = life(&[0, 9, 200, 200, 200], 50);
    let mut recording = Recording::new(&file);
    let Some(Ok(Entry::Start(start))) = recording.next() else { panic!("a start") };
    assert_eq!((start.build.as_str(), start.host.as_str()), (BUILD, "tests"));
    // The same life, of a node that was in the cluster already.
    let mut other = start.node;
    other.handle(inputs[0].clone());
    let mut recorder = Recorder::new(&other, "tests").unwrap();
    let mut forged = recorder.take().to_vec();
    forged.extend_from_slice(&file[Recorder::new(&World::new().a, "tests").unwrap().take().len()..]);
    let mut replay = Replay::new(Recording::new(&forged));
    assert!(matches!(replay.next(), Some(Ok(Played::Began { .. }))));
    let Some(Err(mismatch)) = replay.next() else { panic!("another output") };
    assert_eq!(mismatch, Mismatch::Outputs { input: 0, at: Instant::ZERO });
    assert!(mismatch.to_string().starts_with("from input 0 at 0.0"), "{mismatch}");
}

/// What usually follows is compared as well: at each line whose input leads to something else here.
#[test]
fn an_answer_that_is_missing_is_told_at_each_line() {
    let mut world = World::new();
    let segment = |node: &Node| Recorder::new(node, "tests").unwrap().take().to_vec();
    let fresh = world.a.clone();
    let mut recorder = Recorder::new(&fresh, "tests").unwrap();
    recorder.take();
    let mut outputs = Vec::new();
    for sequence in 1..5 {
        let kind = world.message(Message::Heartbeat { sequence, sent_at: world.now }, true);
        world.now = world.now + Duration::from_millis(7);
        recorder.handle_into(&mut world.a, Input { now: world.now, wall_ms: 5, kind }, &mut outputs);
    }
    let lines = recorder.take().to_vec();
    let mut stopped = fresh.clone();
    stopped.handle(Input { now: Instant::ZERO, wall_ms: 0, kind: InputKind::Command(Command::Stop) });
    for (node, answers) in [(&fresh, true), (&stopped, false)] {
        let file = [segment(node), lines.clone()].concat();
        let mut replay = Replay::new(Recording::new(&file));
        assert!(matches!(replay.next(), Some(Ok(Played::Began { .. }))));
        for place in 0..4 {
            match replay.next() {
                Some(Ok(Played::Input(_))) => assert!(answers, "input {place}"),
                Some(Err(Mismatch::Outputs { input, .. })) => assert_eq!((input, answers), (place, false)),
                other => panic!("{other:?}"),
            }
        }
        assert!(replay.next().is_none());
    }
}

/// What another build wrote is named, when this one can't read it.
#[test]
fn a_segment_of_another_build_says_so() {
    let seal = |body: &[u8]| {
        let mut file = (body.len() as u32).to_le_bytes().to_vec();
        file.extend_from_slice(&block::checksum(body).to_le_bytes());
        file.extend_from_slice(body);
        file
    };
    let start = |version, rest: &[u8]| [&[Tag::Start as u8][..], &MAGIC, &[version], rest].concat();
    let facts = postcard::to_allocvec(&("quorate 9.9.9", "tests", 7_u64)).unwrap();
    let error = inputs_of(Recording::new(&seal(&start(VERSION, &facts)))).unwrap_err();
    let told = error.to_string();
    assert!(told.contains("written by quorate 9.9.9") && told.contains(BUILD), "{told}");
    let error = inputs_of(Recording::new(&seal(&start(9, &[])))).unwrap_err();
    assert_eq!(error, RecordError::OtherVersion { version: 9 });
    // One whose blocks had another checksum.
    let mut earlier = seal(&start(2, b"whatever it says"));
    earlier[4] ^= 1;
    assert_eq!(inputs_of(Recording::new(&earlier)), Err(RecordError::OtherVersion { version: 2 }));
    assert_eq!(inputs_of(Recording::new(b"qcase 1\ncase")), Err(RecordError::NotARecording));
    assert_eq!(inputs_of(Recording::new(b"")), Ok(Vec::new()));
}

/// Most of what happens to a node takes few bytes.
#[test]
fn heartbeats_and_ticks_take_few_bytes() {
    let mut world = World::new();
    let mut recorder = Recorder::new(&world.a, "tests").unwrap();
    recorder.take();
    let mut outputs = Vec::new();
    let mut give = |kind, recorder: &mut Recorder| {
        let input = Input { now: Instant::from_nanos(1_000_000), wall_ms: 1_700_000_000_000, kind };
        recorder.handle_into(&mut world.a, input, &mut outputs);
    };
    give(InputKind::Command(Command::Join(node("a").address)), &mut recorder);
    let heartbeat = World::new()
        .message(Message::Heartbeat { sequence: 300, sent_at: Instant::from_nanos(1 << 40) }, true);
    give(heartbeat.clone(), &mut recorder);
    let before = recorder.waiting();
    give(heartbeat, &mut recorder);
    give(InputKind::Tick, &mut recorder);
    assert_eq!(recorder.waiting() - before, 12 + 8);
    let clock = crate::membership::VectorClock::new();
    let status = World::new().message(Message::GossipStatus { clock, seen: 7 }, false);
    give(status.clone(), &mut recorder);
    let before = recorder.waiting();
    give(status, &mut recorder);
    // As nobody knows its sender, something else follows than nothing.
    assert_eq!(recorder.waiting() - before, 8 + 4);
    assert_eq!(world.a.view().own_status(), MemberStatus::Up);
}
