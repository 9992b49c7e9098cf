//! Recordings of nodes that found clusters of their own.

use quorate::{Command, Config, InputKind, MemberStatus, Recorder, Target};

use super::*;

fn node(port: u16) -> UniqueAddress {
    UniqueAddress::new(quorate::Address::new("h", port).unwrap(), 7)
}

/// A node that founds a cluster at this wall clock, ticks twenty times in ten seconds and then leaves; a segment for each ten inputs.
fn recorded(port: u16, wall_ms: i64) -> Vec<(String, Vec<u8>)> {
    let me = node(port);
    let began = Instant::from_nanos(5_000_000_000);
    let mut live = Node::new(Config::default(), me.clone(), 1, began).unwrap();
    let mut recorder = Recorder::new(&live, "test host").unwrap();
    let mut segments = Vec::new();
    for place in 0..=20_u32 {
        let kind = match place {
            0 => InputKind::Command(Command::Join(me.address.clone())),
            20 => InputKind::Command(Command::Leave(Target::Incarnation(me.clone()))),
            _ => InputKind::Tick,
        };
        let passed = Duration::from_millis(500) * place;
        let wall_ms = wall_ms + passed.as_millis() as i64;
        recorder.handle_into(&mut live, Input { now: began + passed, wall_ms, kind }, &mut Vec::new());
        if place % 10 == 9 {
            segments.push((format!("{port}.{place}"), recorder.take().to_vec()));
            recorder.begin(&live).unwrap();
        }
    }
    segments.push((format!("{port}.20"), recorder.take().to_vec()));
    segments
}

#[test]
fn segments_of_a_life_are_put_behind_each_other_whatever_the_order_of_the_files() {
    let mut files = recorded(2, 1_000_000);
    files.extend(recorded(1, 1_003_000));
    files.rotate_left(4);
    let lives = gather(files).unwrap();
    let told: Vec<(UniqueAddress, &[String])> =
        lives.iter().map(|life| (life.node.clone(), &*life.files)).collect();
    let files = |port: u16| [9, 19, 20].map(|place| format!("{port}.{place}"));
    assert_eq!(told, [(node(1), &files(1)[..]), (node(2), &files(2)[..])]);
    assert!(lives.iter().all(|life| life.host == "test host" && !life.is_of_another_build()));
    let relived = relive(&lives, Until::End);
    assert!(
        relived.iter().all(|one| one.inputs == 21 && one.mismatch.is_none() && one.unfinished_bytes == 0)
    );
    // Both on the axis of the one that began first.
    assert_eq!(relived.iter().map(|one| one.ended.as_secs()).collect::<Vec<_>>(), [13, 10]);
}

#[test]
fn a_play_stops_where_somebody_wants_to_look() {
    let lives = gather(recorded(1, 0)).unwrap();
    let status = |until| {
        let relived = relive(&lives, until).remove(0);
        (relived.inputs, relived.state.unwrap().view().own_status(), relived.lines.len())
    };
    let (inputs, before, lines) = status(Until::Time(Duration::from_secs(10)));
    assert_eq!((inputs, before), (20, MemberStatus::Up));
    let (inputs, after, more) = status(Until::Time(Duration::from_millis(10_001)));
    assert_eq!((inputs, after), (21, MemberStatus::Leaving));
    assert!(more > lines);
    assert_eq!(status(Until::Input(20)).1, MemberStatus::Up);
    assert_eq!(status(Until::Input(0)).0, 0);
}

#[test]
fn a_process_that_was_killed_leaves_a_life_up_to_there() {
    let mut files = recorded(1, 0);
    let (_, last) = files.last_mut().unwrap();
    last.truncate(last.len() - 3);
    let relived = relive(&gather(files).unwrap(), Until::End).remove(0);
    // The block of the command that was not finished.
    assert_eq!((relived.inputs, relived.mismatch.is_none()), (20, true));
    assert!(relived.unfinished_bytes > 0);
}

#[test]
fn a_life_with_a_hole_in_it_is_another_one_where_it_goes_on() {
    let mut files = recorded(1, 0);
    files.remove(1);
    let relived = relive(&gather(files).unwrap(), Until::End).remove(0);
    assert_eq!(relived.unfinished_bytes, 0, "what was not played is no block that was not finished");
    let (mismatch, _) = relived.mismatch.unwrap();
    assert!(matches!(mismatch, Mismatch::State { inputs: 10, .. }), "{mismatch}");
}

#[test]
fn a_file_that_is_no_recording_is_named() {
    let mut files = recorded(1, 0);
    files.push(("notes.txt".into(), b"qcase 1".to_vec()));
    let bad = gather(files).unwrap_err();
    assert_eq!((bad.file.as_str(), bad.why), ("notes.txt", RecordError::NotARecording));
}
