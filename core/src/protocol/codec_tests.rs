use alloc::string::String;
use core::fmt::Write;

use super::*;
use crate::config::{Config, ConfigVerdict, JoinConfig};
use crate::membership::{Address, AppVersion, Member, Roles, VectorClock};
use crate::protocol::JoinRefusal;
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

fn messages() -> [Message; 15] {
    let address: Address = "b:1".parse().unwrap();
    let sent_at = Instant::from_nanos(1_500_000_000);
    [
        Message::InitJoin { attempt: 1, config: Config::default().join_config() },
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
    ]
}

#[test]
fn every_message_comes_back_from_its_frame() {
    let mut codec = Codec::default();
    for message in messages() {
        let envelope = envelope(message);
        let frame = codec.encode(&envelope).unwrap();
        assert_eq!(codec.decode(&frame), Ok(envelope));
    }
}

/// The kept bytes of a gossip make the same frame as encoding it anew.
#[test]
fn a_kept_gossip_makes_the_same_frame_as_a_fresh_one() {
    for message in messages() {
        let whole = envelope(message);
        let plain =
            postcard::to_allocvec(&(&*whole.cluster, &whole.from, &whole.to, &whole.message)).unwrap();
        let mut codec = Codec::default();
        assert_eq!(codec.encode(&whole).unwrap()[3..], plain);
        assert_eq!(codec.encode(&whole).unwrap()[3..], plain);
    }
}

/// Golden bytes: a change here is a change of the format.
#[test]
fn the_bytes_of_the_format_never_change_unseen() {
    let mut codec = Codec::default();
    let mut text = String::new();
    for message in messages() {
        write!(text, "{}", message.kind()).unwrap();
        let frame = codec.encode(&envelope(message)).unwrap();
        for (place, byte) in frame.iter().enumerate() {
            let gap = if place % 32 == 0 { "\n  " } else { "" };
            write!(text, "{gap}{byte:02x}").unwrap();
        }
        text.push('\n');
    }
    insta::assert_snapshot!(text);
}

#[test]
fn a_heartbeat_is_small() {
    let heartbeat = envelope(Message::Heartbeat { sequence: 300, sent_at: Instant::from_nanos(u64::MAX) });
    let names = "quorate".len() + "a".len() + "b".len();
    assert!(Codec::default().encode(&heartbeat).unwrap().len() - names <= 40);
}

#[test]
fn what_is_no_frame_says_why() {
    let mut codec = Codec::new(Limits { frame_bytes: 100 });
    let mut frame =
        codec.encode(&envelope(Message::InitJoin { attempt: 1, config: JoinConfig::empty() })).unwrap();
    assert_eq!(codec.decode(&[]), Err(DecodeError::NotAFrame));
    assert_eq!(codec.decode(b"no"), Err(DecodeError::NotAFrame));
    assert_eq!(codec.decode(b"nope"), Err(DecodeError::NotAFrame));
    assert_eq!(codec.decode(&[0; 101]), Err(DecodeError::TooLarge { bytes: 101, limit: 100 }));
    frame.push(0);
    assert_eq!(codec.decode(&frame), Err(DecodeError::TrailingBytes { bytes: 1 }));
    frame.truncate(frame.len() - 2);
    assert_eq!(codec.decode(&frame), Err(DecodeError::Malformed));
    frame[2] = 9;
    assert_eq!(codec.decode(&frame), Err(DecodeError::OtherVersion { version: 9 }));
    let large = envelope(Message::Gossip { gossip: gossip() });
    assert!(matches!(codec.encode(&large), Err(EncodeError::TooLarge { limit: 100, .. })));
}

/// Every cut and every flipped bit of every frame is an error or another envelope, and never a panic.
#[test]
fn no_mangled_frame_makes_the_decoder_panic() {
    let mut codec = Codec::default();
    for message in messages() {
        let frame = codec.encode(&envelope(message)).unwrap();
        for len in 0..frame.len() {
            assert!(codec.decode(&frame[..len]).is_err());
        }
        for place in 0..frame.len() * 8 {
            let mut mangled = frame.clone();
            mangled[place / 8] ^= 1 << (place % 8);
            let _ = codec.decode(&mangled);
        }
    }
}
