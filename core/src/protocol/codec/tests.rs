use alloc::string::String;
use core::fmt::Write;

/// What a node without repairs tells when it joins: so each repair that comes leaves these bytes alone.
fn without_repairs() -> Config {
    Config { repairs: Repairs::none(), ..Config::default() }
}

use super::*;
use crate::config::{Config, ConfigVerdict, JoinConfig};
use crate::membership::{Address, AppVersion, Member, Roles, UniqueAddress, VectorClock};
use crate::protocol::{Destination, JoinRefusal, MessageKind};
use crate::repairs::Repairs;
use crate::testing::node;
use crate::time::Instant;

fn envelope(message: Message) -> Envelope {
    Envelope {
        cluster: "quorate".into(),
        from: node("a"),
        to: Destination::Incarnation(node("b#-2")),
        message,
    }
}

fn gossip() -> Arc<Gossip> {
    let a = Member::joining(node("a"), Roles::default(), AppVersion::default());
    let b = Member::joining(node("b#-2"), Roles::default(), AppVersion::default());
    let gossip = Gossip::new().add(a.up_with(1).unwrap()).add(b).bump(node("a").key()).only_seen(&node("a"));
    let observed = gossip.reachability().unreachable(&node("a"), &node("b#-2"));
    Arc::new(gossip.with_reachability(observed).remove(&[node("c")], 1_700_000_000_000))
}

fn messages() -> [Message; MessageKind::COUNT] {
    let address: Address = "b:1".parse().unwrap();
    let sent_at = Instant::from_nanos(1_500_000_000);
    [
        Message::InitJoin { attempt: 1, config: without_repairs().join_config() },
        Message::InitJoinAck { attempt: 1, address: address.clone(), verdict: ConfigVerdict::Unchecked },
        Message::InitJoinNack { attempt: 1, address },
        Message::Join { roles: Roles::default(), app_version: AppVersion::default() },
        Message::Welcome { gossip: gossip() },
        Message::JoinRefused { why: JoinRefusal::EarlierIncarnation },
        Message::Heartbeat { sequence: 300, sent_at },
        Message::HeartbeatReply { sequence: 300, sent_at },
        Message::Gossip { gossip: gossip() },
        Message::GossipStatus { clock: VectorClock::new().increment(node("a").key()), seen: 7 },
        Message::ExitingConfirmed,
        Message::WelcomeTo { gossip: gossip(), founder: node("a") },
        Message::Introduction { gossip: gossip(), founder: node("a") },
        Message::ContentStatus {
            clock: VectorClock::new().increment(node("a").key()),
            seen: 7,
            content: 8,
            introduces: true,
        },
        Message::Removed,
        Message::Quarantined,
    ]
}

/// Reads a frame of a whole message.
fn read(codec: &mut Codec, frame: &[u8]) -> Result<Envelope, DecodeError> {
    codec.decode(frame).map(|envelope| envelope.expect("a whole message"))
}

/// The only frame of an envelope.
fn frame(codec: &mut Codec, envelope: &Envelope) -> Vec<u8> {
    let mut frames = codec.encode(envelope).unwrap();
    assert_eq!(frames.len(), 1);
    frames.next().unwrap().to_vec()
}

fn up_to(newest_format: u8) -> Codec {
    Codec::new(Limits { newest_format, ..Limits::default() })
}

/// A codec that knows that b reads this format.
fn writing(format: u8) -> Codec {
    let mut codec = Codec::default();
    let (mut theirs, hello) = (up_to(format), envelope(Message::ExitingConfirmed));
    let hello = Envelope { from: node("b#-2"), to: Destination::Incarnation(node("a")), ..hello };
    let frame = frame(&mut theirs, &hello);
    codec.decode(&frame).unwrap();
    assert_eq!(codec.format_for(&node("b").address), format);
    codec
}

/// FRM-1, FRM-10
#[test]
fn every_message_comes_back_from_its_frame_in_every_format() {
    for format in OLDEST_FORMAT..=NEWEST_FORMAT {
        let mut codec = writing(format);
        for message in messages() {
            let envelope = envelope(message);
            let frame = frame(&mut codec, &envelope);
            assert_eq!(frame[1] & 0x3F, format);
            assert_eq!(read(&mut Codec::default(), &frame), Ok(envelope.clone()));
            let to = Destination::Address("b:1".parse().unwrap());
            let envelope = Envelope { to, ..envelope };
            let frame = self::frame(&mut codec, &envelope);
            assert_eq!(read(&mut Codec::default(), &frame), Ok(envelope));
        }
    }
}

/// The kept bytes of a gossip make the same frame as encoding it anew.
#[test]
fn a_kept_gossip_makes_the_same_frame_as_a_fresh_one() {
    for message in messages() {
        let whole = envelope(message);
        let mut codec = Codec::default();
        let fresh = frame(&mut codec, &whole);
        assert_eq!(frame(&mut codec, &whole), fresh);
        assert!(fresh.ends_with(&postcard::to_allocvec(&whole.message).unwrap()));
    }
}

/// Golden bytes of each kind of message: a change here is a change of the format.
#[test]
fn the_bytes_of_the_format_never_change_unseen() {
    assert_eq!(messages().each_ref().map(Message::kind), MessageKind::ALL);
    let mut text = String::new();
    for format in OLDEST_FORMAT..=NEWEST_FORMAT {
        let mut codec = writing(format);
        for message in messages() {
            write!(text, "{} in format {format}", message.kind()).unwrap();
            let frame = frame(&mut codec, &envelope(message));
            for (place, byte) in frame.iter().enumerate() {
                let gap = if place % 32 == 0 { "\n  " } else { "" };
                write!(text, "{gap}{byte:02x}").unwrap();
            }
            text.push('\n');
        }
    }
    insta::assert_snapshot!(text);
}

#[test]
fn a_heartbeat_is_small() {
    let twenty_hours = Instant::from_nanos(72_000_000_000_000);
    for (message, bytes) in [
        (Message::Heartbeat { sequence: 300, sent_at: twenty_hours }, 39),
        (Message::HeartbeatReply { sequence: 300, sent_at: twenty_hours }, 39),
        (Message::Heartbeat { sequence: u64::MAX, sent_at: Instant::from_nanos(u64::MAX) }, 50),
    ] {
        let heartbeat =
            Envelope { from: UniqueAddress::new(node("a").address, i64::MIN), ..envelope(message) };
        let texts = "quorate".len() + "a".len() + "b".len();
        assert_eq!(frame(&mut writing(NEWEST_FORMAT), &heartbeat).len() - texts, bytes);
    }
}

/// FRM-11, FRM-12
#[test]
fn a_peer_is_written_to_in_the_newest_format_that_both_read() {
    let a = |message| envelope(message);
    let b = |message| Envelope {
        from: node("b#-2"),
        to: Destination::Incarnation(node("a")),
        ..envelope(message)
    };
    for (mine, theirs, both) in [(2, 2, 2), (1, 2, 1), (2, 1, 1), (1, 1, 1)] {
        let (mut mine, mut theirs) = (up_to(mine), up_to(theirs));
        let first = frame(&mut mine, &a(Message::Removed));
        assert_eq!(first[1] & 0x3F, OLDEST_FORMAT, "nothing is known yet");
        read(&mut theirs, &first).unwrap();
        let answer = frame(&mut theirs, &b(Message::Gossip { gossip: gossip() }));
        assert_eq!(answer[1] & 0x3F, both);
        read(&mut mine, &answer).unwrap();
        assert_eq!(mine.format_for(&node("b").address), both);
    }
}

/// FRM-12: a node that was updated goes back to its earlier version: the first frame that it can't read is lost, the next is not.
#[test]
fn a_peer_that_reads_less_than_before_is_understood_after_its_next_frame() {
    let mut mine = writing(2);
    let mut theirs = up_to(1);
    let lost = frame(&mut mine, &envelope(Message::Removed));
    assert_eq!(theirs.decode(&lost), Err(DecodeError::OtherVersion { version: 2, newest: 1 }));
    let next = Envelope {
        from: node("b#-2"),
        to: Destination::Incarnation(node("a")),
        ..envelope(Message::Removed)
    };
    read(&mut mine, &frame(&mut theirs, &next)).unwrap();
    read(&mut theirs, &frame(&mut mine, &envelope(Message::Removed))).unwrap();
}

/// FRM-20, FRM-21
#[test]
fn a_message_that_is_larger_than_a_frame_comes_in_parts() {
    let members = (0..100).map(|number| {
        let name = alloc::format!("host-{number}");
        Member::joining(node(&name), Roles::default(), AppVersion::default())
    });
    let large = members.fold(Gossip::new(), |gossip, member| gossip.add(member));
    let whole = envelope(Message::WelcomeTo { gossip: Arc::new(large), founder: node("a") });
    let small = Limits { frame_bytes: 400, ..Limits::default() };
    let (mut mine, mut theirs) = (Codec::new(small), Codec::new(small));
    let frames: Vec<Vec<u8>> = mine.encode(&whole).unwrap().map(<[u8]>::to_vec).collect();
    assert!(frames.len() > 5 && frames.iter().all(|frame| frame.len() <= 400));
    let (last, others) = frames.split_last().unwrap();
    for frame in others {
        assert_eq!(theirs.decode(frame), Ok(None));
    }
    assert_eq!(theirs.decode(last), Ok(Some(whole.clone())));
    // Those of another message do not mix with it.
    let again: Vec<Vec<u8>> = mine.encode(&whole).unwrap().map(<[u8]>::to_vec).collect();
    assert_eq!(theirs.decode(&frames[0]), Ok(None));
    for frame in &again[..again.len() - 1] {
        assert_eq!(theirs.decode(frame), Ok(None));
    }
    assert_eq!(theirs.decode(again.last().unwrap()), Ok(Some(whole.clone())));
    assert_eq!(theirs.given_up(), 1);

    let refused = Codec::new(Limits { message_bytes: 500, ..Limits::default() }).encode(&whole).map(drop);
    assert!(matches!(refused, Err(EncodeError::TooLarge { limit: 500, .. })));
    let refused = Codec::new(Limits { frame_bytes: 160, ..Limits::default() }).encode(&whole).map(drop);
    assert!(matches!(refused, Err(EncodeError::NoRoom { limit: 160, .. })));
}

/// What a cluster of a thousand tells, with one uid of eight bytes and one clock entry each.
#[test]
fn a_thousand_members_fit_into_32_kilobytes_with_their_hosts_and_their_clock_into_11() {
    let nodes = (0..1_000_u16).map(|number| {
        let address = Address::new(&alloc::format!("host-{number}"), 2551).unwrap();
        UniqueAddress::new(address, i64::MIN + i64::from(number))
    });
    let gossip = nodes.fold(Gossip::new(), |gossip, node| {
        let key = node.key();
        let member = Member::joining(node, Roles::default(), AppVersion::default());
        gossip.add(member.up_with(300).unwrap()).bump(key).bump(key)
    });
    let texts: usize =
        gossip.members().iter().map(|member| member.unique_address().address.host().len()).sum();
    let (clock, seen) = (gossip.clock().clone(), gossip.seen_hash());
    let message = Message::Gossip { gossip: Arc::new(gossip) };
    let bytes = |format, message| {
        Codec::default().encode_in(format, &envelope(message)).unwrap().next().unwrap().len()
    };
    assert_eq!(bytes(1, message.clone()) - texts, 26_945);
    assert_eq!(bytes(2, message) - texts, 18_942);
    assert_eq!(bytes(2, Message::GossipStatus { clock, seen }), 9_042);
}

/// A frame with another byte, and the checksum that fits to it.
fn doctored(frame: &[u8], change: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    let mut frame = frame.to_vec();
    change(&mut frame);
    seal(&mut frame);
    frame
}

/// FRM-3
#[test]
fn what_is_no_frame_says_why() {
    let mut codec = Codec::new(Limits { frame_bytes: 100, ..Limits::default() });
    let init_join = Message::InitJoin { attempt: 1, config: JoinConfig::empty() };
    let frame = frame(&mut writing(2), &envelope(init_join));
    let mut error = |frame: &[u8]| codec.decode(frame).unwrap_err();
    for bytes in [&[][..], b"Q", b"no", b"nope, not one", b"Q\x01\0\0"] {
        assert_eq!(error(bytes), DecodeError::NotAFrame);
    }
    assert_eq!(error(&[0; 101]), DecodeError::TooLarge { bytes: 101, limit: 100 });
    assert_eq!(error(&doctored(&frame, |frame| frame.push(0))), DecodeError::TrailingBytes { bytes: 1 });
    assert_eq!(
        error(&doctored(&frame, |frame| frame.truncate(frame.len() - 1))),
        DecodeError::Malformed { field: Field::Message }
    );
    assert!(matches!(error(&frame[..frame.len() - 1]), DecodeError::Checksum { .. }));
    assert_eq!(
        error(&doctored(&frame, |frame| frame[1] = 0x80 | 9)),
        DecodeError::OtherVersion { version: 9, newest: 2 }
    );
    // Behind the six bytes of every head come the length and text of the cluster, then those of the sender's host.
    let sender = 6 + 1 + "quorate".len();
    for (place, field) in [(6, Field::Cluster), (sender, Field::Sender), (sender + 12, Field::Destination)] {
        assert_eq!(error(&doctored(&frame, |frame| frame[place] = 0x7F)), DecodeError::Malformed { field });
    }
    assert_eq!(
        error(&doctored(&frame, |frame| frame[sender + 24] = 99)),
        DecodeError::UnknownKind { kind: 99 }
    );
}

/// FRM-3, CFG-23, MDL-19: a version or roles that break their own rules are no message, whoever wrote them: the frame says so and nothing of
/// it is used.
#[test]
fn a_join_with_an_impossible_version_or_absurd_roles_is_no_message() {
    let join = |roles: Roles, version: &str| {
        frame(&mut writing(2), &envelope(Message::Join { roles, app_version: version.parse().unwrap() }))
    };
    let refused = |frame: &[u8], from: &str, to: &str| {
        assert_eq!(from.len(), to.len());
        let at = frame.windows(from.len()).position(|bytes| bytes == from.as_bytes()).unwrap();
        let forged = doctored(frame, |frame| frame[at..at + to.len()].copy_from_slice(to.as_bytes()));
        let malformed = DecodeError::Malformed { field: Field::Message };
        assert_eq!(Codec::default().decode(&forged), Err(malformed.clone()), "{to}");
        let said = alloc::string::ToString::to_string(&malformed);
        assert_eq!(said, "the message of the frame is cut off, or breaks a rule of its own");
    };
    for version in ["1.2.3.4.5", "x.y.zzzzz", "1.999999x", "........."] {
        refused(&join(Roles::default(), "1.2.3-M45"), "1.2.3-M45", &version[..9]);
    }
    let roles = |names: &[&str]| postcard::to_allocvec(names).unwrap();
    let long = "x".repeat(crate::membership::ROLE_BYTES_MAX + 1);
    let many: Vec<String> = (0..=crate::membership::ROLES_MAX).map(|n| alloc::format!("r{n}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    assert!(postcard::from_bytes::<Roles>(&roles(&["web", "dc-east"])).is_ok());
    for absurd in [roles(&[""]), roles(&[&long]), roles(&many)] {
        assert!(postcard::from_bytes::<Roles>(&absurd).is_err());
    }
}

/// FRM-2
#[test]
fn an_extension_is_skipped_unless_it_must_be_understood() {
    let plain = frame(&mut writing(2), &envelope(Message::Removed));
    let extended = |area: &[u8]| {
        doctored(&plain, |frame| {
            frame[1] |= 0x40;
            frame.splice(6..6, [&[area.len() as u8], area].concat());
        })
    };
    let mut codec = Codec::default();
    for area in [&[][..], &[0x7F, 2, 1, 1], &[0x02, 0, 0x01, 1, 2]] {
        assert_eq!(read(&mut codec, &extended(area)), Ok(envelope(Message::Removed)));
    }
    assert_eq!(codec.decode(&extended(&[0x81, 0])), Err(DecodeError::UnknownExtension { tag: 0x81 }));
    for area in
        [&[0x7F][..], &[0x7F, 2, 1], &[0x01, 2, 1, 1], &[0x80, 1, 1], &[0x80, 8, 0, 0, 0, 0, 1, 0, 1, 0]]
    {
        let malformed = DecodeError::Malformed { field: Field::Extensions };
        assert_eq!(codec.decode(&extended(area)), Err(malformed), "{area:?}");
    }
}

/// FRM-3, FRM-4: every cut and every flipped bit of every frame is an error: the checksum sees it. With a checksum that fits it is an error
/// or another envelope, and never a panic.
#[test]
fn no_mangled_frame_is_read_or_makes_the_decoder_panic() {
    for format in OLDEST_FORMAT..=NEWEST_FORMAT {
        for message in messages() {
            let frame = frame(&mut writing(format), &envelope(message));
            let mut codec = Codec::default();
            for len in 0..frame.len() {
                assert!(codec.decode(&frame[..len]).is_err());
                if len >= 6 {
                    assert!(codec.decode(&doctored(&frame[..len], |_| {})).is_err());
                }
            }
            for place in 0..frame.len() * 8 {
                let mut mangled = frame.clone();
                mangled[place / 8] ^= 1 << (place % 8);
                assert!(codec.decode(&mangled).is_err());
                seal(&mut mangled);
                let _ = codec.decode(&mangled);
            }
        }
    }
}
