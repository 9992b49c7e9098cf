use super::*;

fn read(text: &str) -> Situation {
    parse("x.qview", text.as_bytes()).unwrap_or_else(|errors| panic!("{errors}"))
}

fn wrong(text: &str) -> Vec<String> {
    let errors = parse("x.qview", text.as_bytes()).unwrap_err();
    errors.as_slice().iter().map(ToString::to_string).collect()
}

#[test]
fn a_view_says_who_is_there_and_what_each_side_knows() {
    let situation = read(
        "qview 1\n# One\n# two\nmembers b a n17 c\nrole web a b\ncount web\noldest c\nsides a b | c\n\
         status leaving b\nin c: status exiting b\nin c: unknown n17\nseen a\n",
    );
    assert_eq!(situation.title, "One two");
    assert_eq!((situation.quorum_size, situation.role.as_deref()), (2, Some("web")));
    let [here, there] = &situation.sides[..] else { panic!("two sides") };
    let members = |side: &Side| -> Vec<String> {
        let told = |m: &Member| format!("{} {} {}", m.unique_address(), m.status(), m.up_number());
        side.members.iter().map(told).collect()
    };
    assert_eq!(members(here), ["a:1#1 up 3", "b:1#1 leaving 2", "c:1#1 up 1", "n:17#1 up 4"]);
    assert_eq!(members(there), ["a:1#1 up 3", "b:1#1 exiting 2", "c:1#1 up 1"]);
    assert_eq!(here.seen.len(), 1);
    let lost = |side: &Side| side.records.all_unreachable_or_terminated().len();
    assert_eq!((lost(here), lost(there)), (2, 2));
}

/// REP-126: who has heard of its exit, as all know or one side, and only of members that are exiting there.
#[test]
fn a_view_says_who_has_heard_of_its_exit() {
    let text = "qview 1\nmembers a b c d\nsides a | b\nstatus exiting c\nin a: status exiting d\n";
    let situation = read(&format!("{text}heard c\nin a: heard d\n"));
    let heard: Vec<String> =
        situation.sides.iter().map(|side| super::super::table::names(&side.exits_heard)).collect();
    assert_eq!(heard, ["c d", "c"]);
    assert_eq!(read(text).sides[0].exits_heard.len(), 0);
    for (statement, error) in [
        ("heard b c", "6:7: expected a member that is exiting, found `b`"),
        ("in b: heard d", "6:13: expected a member that is exiting, found `d`"),
        ("heard", "6:6: expected the names of members, but the line ends"),
        ("in a: hard d", "6:7: unknown statement of one side `hard`"),
    ] {
        assert_eq!(wrong(&format!("{text}{statement}\n")), [error], "{statement}");
    }
}

/// CASE-5: all at once, each with its place and the word that was probably meant.
#[test]
fn all_that_is_wrong_is_told_at_once_with_its_place() {
    let errors = wrong(
        "qview 1\nmembers a b a\nsidez a | b\nstatus levaing a\nunreachable a b\nin a status up b\nsides a | d\n",
    );
    assert_eq!(
        errors,
        [
            "2:13: `a` is named twice",
            "3:1: unknown statement `sidez`",
            "4:8: unknown status `levaing`",
            "5:16: expected `>` between who cannot reach and who cannot be reached, but the line ends",
            "6:6: expected `:`, found `status`",
            "7:11: unknown member `d`",
        ]
    );
    let shown = parse("x.qview", b"qview 1\nmembers a b\nsidez a | b\n").unwrap_err().to_string();
    for part in ["x.qview:3:1", "sidez a | b", "did you mean `sides`?"] {
        assert!(shown.contains(part), "{part} is not in\n{shown}");
    }
}

/// CASE-5: a word too many is shown, and a side that is none.
#[test]
fn what_does_not_fit_the_rest_is_told_where_it_stands() {
    for (statement, error) in [
        ("count web db", "4:11: expected the end of the line, found `db`"),
        ("watch a b c", "4:11: expected the end of the line, found `c`"),
        ("watch a", "4:8: expected two members that watch each other, but the line ends"),
        ("quorum 2 3", "4:10: expected the end of the line, found `3`"),
        ("in c: status leaving b", "4:4: expected a node that is on a side, found `c`"),
    ] {
        let text = format!("qview 1\nmembers a b c\nsides a | b\n{statement}\nrole web a\n");
        assert_eq!(wrong(&text), [error], "{statement}");
    }
    assert_eq!(wrong("qview 1 2\nmembers a\n"), ["1:9: expected the end of the line, found `2`"]);
}

#[test]
fn what_every_view_needs_is_asked_for() {
    assert_eq!(wrong("members a\n"), ["1:1: expected `qview 1` before anything else, but the line ends"]);
    assert_eq!(wrong("qview 2\nmembers a\n"), ["1:7: expected `1`, found `2`"]);
    assert!(wrong("")[0].contains("qview 1"));
    assert!(wrong("qview 1\n")[0].contains("`members` statement"));
    assert!(wrong("qview 1\nmembers a\nquorum 0\n")[0].contains("a number above zero"));
    assert!(wrong("qview 1\nmembers a\nquorum 1\nquorum 1\n")[0].contains("line 3 already"));
}

/// CASE-5: nothing that is read panics.
#[test]
fn no_bytes_make_it_panic() {
    let words = [
        "qview", "1", "members", "sides", "|", ">", ":", "a", "b", "in", "status", "up", "\u{fffd}", "#",
        "watch", "é",
    ];
    let mut seed = 1_u64;
    for _ in 0..2_000 {
        let mut text = String::from(if seed.is_multiple_of(3) { "" } else { "qview 1\nmembers a b\n" });
        for _ in 0..12 {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            text.push_str(words[(seed >> 33) as usize % words.len()]);
            text.push(if seed >> 62 == 0 { '\n' } else { ' ' });
        }
        let _ = parse("x", text.as_bytes());
    }
    let _ = parse("x", &[0xff, b'\n', 0, 0xc3]);
    assert!(parse("x", &vec![b'a'; BYTES_MAX + 1]).is_err());
}
