//! CASE-5: errors as a person sees them.

use super::{FewSettings, read};
use crate::case::{ErrorKind, parse};

fn shown(text: &str) -> String {
    read(text).unwrap_err().to_string()
}

/// CASE-5
#[test]
fn all_errors_of_a_file_are_shown_at_once() {
    insta::assert_snapshot!(shown("qcase 1
nodes a b c d e
sede a b
at 5s  crahs a
\tat 30 heal
at 35s restart a aftr 3s
at 36s leave a to b
at 40s start a f wiht seeds b
at 50s crash x y
finally suvivors a b, convergd
"), @r##"
error: unknown statement `sede`
 --> some.qcase:3:1
  |
3 | sede a b
  | ^^^^ expected one of `qcase`, `case`, `seed`, `digest`, `nodes`, `seeds`, `roles`, `set`, `link`, `judge`, `expect`, `at`, `finally`, `always`, `never`
  |
  = help: did you mean `seed`?

error: unknown action `crahs`
 --> some.qcase:4:8
  |
4 | at 5s  crahs a
  |        ^^^^^ expected a known action
  |
  = help: did you mean `crash`?

error: `30` is no time
 --> some.qcase:5:5
  |
5 |     at 30 heal
  |        ^^ `30` has no unit (h, m, s, ms, us or ns)

error: unknown node `aftr`
 --> some.qcase:6:18
  |
6 | at 35s restart a aftr 3s
  |                  ^^^^ expected one of `a`, `b`, `c`, `d`, `e`, `after`
  |
  = help: did you mean `after`?

error: expected `at` or the end of the line, found `to`
 --> some.qcase:7:16
  |
7 | at 36s leave a to b
  |                ^^
  |
  = note: it is written `leave NODE[#NUMBER] [at NODE]`

error: unknown node `f`
 --> some.qcase:8:16
  |
8 | at 40s start a f wiht seeds b
  |                ^ expected one of `a`, `b`, `c`, `d`, `e`, `all`, `with`

error: unknown node `wiht`
 --> some.qcase:8:18
  |
8 | at 40s start a f wiht seeds b
  |                  ^^^^ expected one of `a`, `b`, `c`, `d`, `e`, `all`, `with`
  |
  = help: did you mean `with`?

error: unknown node `x`
 --> some.qcase:9:14
  |
9 | at 50s crash x y
  |              ^ expected one of `a`, `b`, `c`, `d`, `e`

error: unknown node `y`
 --> some.qcase:9:16
  |
9 | at 50s crash x y
  |                ^ expected one of `a`, `b`, `c`, `d`, `e`

error: unknown question `suvivors`
  --> some.qcase:10:9
   |
10 | finally suvivors a b, convergd
   |         ^^^^^^^^ expected one of `converged`, `up`, `leader`, `role-leader`, `running`, `stopped`, `survivors`, `view`, `down`, `event`, `decision`, `sent-per-second`, `holds`
   |
   = help: did you mean `survivors`?
"##);
}

/// CASE-5, CASE-9
#[test]
fn a_cut_that_leaves_nodes_out_is_shown_with_a_way_out() {
    insta::assert_snapshot!(shown("qcase 1\nnodes n 100\nat 1s  cut n1 n2 | n3\n"), @r##"
error: the cut leaves 97 nodes out
 --> some.qcase:3:12
  |
3 | at 1s  cut n1 n2 | n3
  |            ^^^^^^^^^^ no group has `n4`, `n5`, `n6`, `n7`, `n8`, `n9`, `n10`, `n11` and 89 more
  |
  = help: put them in a group, or end the cut with `| rest`
"##);
}

/// CASE-5, CASE-9
#[test]
fn two_names_of_one_address_are_shown() {
    insta::assert_snapshot!(shown("qcase 1\nnodes a b a1 n007\nat 1s crash a1\n"), @r##"
error: `a` and `a1` have one address
 --> some.qcase:2:11
  |
2 | nodes a b a1 n007
  |           ^^ both stand for host `a`, port 1

error: `n007` can't name a node
 --> some.qcase:2:14
  |
2 | nodes a b a1 n007
  |              ^^^^ the digits at the end are the port and can't start with a zero
"##);
}

/// CASE-4, CASE-5
#[test]
fn a_setting_that_does_not_exist_or_fit_is_shown() {
    insta::assert_snapshot!(shown("qcase 1
nodes a b
set sbr.stabel-after = 20s, sbr.strategy = keep-majorty  # both
"), @r##"
error: unknown setting `sbr.stabel-after`
 --> some.qcase:3:5
  |
3 | set sbr.stabel-after = 20s, sbr.strategy = keep-majorty  # both
  |     ^^^^^^^^^^^^^^^^ expected one of `sbr.strategy`, `sbr.stable-after`, `failure-detector.heartbeat-interval`, `note`, `world.wire`
  |
  = help: did you mean `sbr.stable-after`?

error: `sbr.strategy` can't be `keep-majorty`
 --> some.qcase:3:44
  |
3 | set sbr.stabel-after = 20s, sbr.strategy = keep-majorty  # both
  |                                            ^^^^^^^^^^^^ expected `keep-majority` or `down-all`
"##);
}

/// CASE-1, CASE-5
#[test]
fn a_later_version_is_the_only_error_of_its_file() {
    insta::assert_snapshot!(shown("# new\nqcase 2\nnodes a -> b\n"), @r##"
error: this case is written in version 2 of the language; known is up to 1
 --> some.qcase:2:1
  |
2 | qcase 2
  | ^^^^^^^
  |
  = help: a newer build reads it
"##);
}

/// CASE-3, CASE-5
#[test]
fn times_and_ranges_are_shown_with_what_is_wrong_in_them() {
    insta::assert_snapshot!(shown("qcase 1
nodes a b
at 1s20m heal
at 0.5ns heal
at 1s link a > b delay 2s..1s
at 1s link * los 10%
at 1s link * loss 110%
"), @r##"
error: `1s20m` is no time
 --> some.qcase:3:4
  |
3 | at 1s20m heal
  |    ^^^^^ `m` can't follow `s`: units go from the longest to the shortest

error: `0.5ns` is no time
 --> some.qcase:4:4
  |
4 | at 0.5ns heal
  |    ^^^^^ times are whole nanoseconds, and this is not

error: 2s..1s ends below its start
 --> some.qcase:5:24
  |
5 | at 1s link a > b delay 2s..1s
  |                        ^^^^^^

error: unknown property of links `los`
 --> some.qcase:6:14
  |
6 | at 1s link * los 10%
  |              ^^^ expected one of `delay`, `loss`, `duplicate`, `reorder`, `corrupt`, `bandwidth`, `queue`, `mtu`
  |
  = help: did you mean `loss`?

error: `110%` is no percentage
 --> some.qcase:7:19
  |
7 | at 1s link * loss 110%
  |                   ^^^^ a share is at most `100%`
"##);
}

/// CASE-1
#[test]
fn a_file_starts_with_its_version() {
    let kinds = |text: &str| -> Vec<ErrorKind> {
        read(text).unwrap_err().as_slice().iter().map(|error| error.kind.clone()).collect()
    };
    assert_eq!(kinds("nodes a\n"), [ErrorKind::NoHeader]);
    assert_eq!(kinds("nodes a\nqcase 1\n"), [ErrorKind::NoHeader]);
    assert_eq!(kinds(""), [ErrorKind::NoHeader, ErrorKind::NoNodes]);
    assert_eq!(kinds("qcase 1"), [ErrorKind::NoNodes]);
    assert_eq!(
        kinds("# nothing\nqcase 4294967295\nx"),
        [ErrorKind::NewerVersion { found: u32::MAX, known: 1 }]
    );
    let newer = ErrorKind::NewerVersion { found: 2, known: 1 };
    assert_eq!(kinds("nodes a-b\nqcase 2\nnodes a-b"), [newer]);
    let twice = ErrorKind::GivenTwice { statement: "qcase", first_line: 1 };
    assert_eq!(kinds("qcase 1\nnodes a\nqcase 1"), [twice]);
    assert!(matches!(kinds("qcase 0\nnodes a").as_slice(), [ErrorKind::Expected { .. }]));
    assert!(read("\u{feff}qcase 1\r\nnodes a").is_ok());
}

#[test]
fn what_may_stand_once_is_refused_a_second_time() {
    let error = read("qcase 1\nnodes a\nseed 1\ncase \"x\"\n  seed 2\nseed 3").unwrap_err();
    let [error, again] = error.as_slice() else { panic!("{error}") };
    assert_eq!(error.kind, ErrorKind::GivenTwice { statement: "seed", first_line: 3 });
    assert_eq!((error.line, error.column), (5, 3));
    assert_eq!(again.kind, error.kind);
}

/// A mistake in `nodes` is told once, not again wherever a node is named.
#[test]
fn a_wrong_nodes_statement_makes_no_other_line_wrong() {
    let errors = read("qcase 1\nnodes a b-c\nat 1s cut b | c\nfinally running x\n").unwrap_err();
    assert_eq!(errors.as_slice().len(), 1, "{errors}");
}

/// CASE-5
#[test]
fn columns_count_characters_and_the_place_is_named_with_its_file() {
    let errors =
        parse("dir/x.qcase", "qcase 1\nnodes a\ncase \"\u{e9}\u{e9}\" \u{e9}x", &FewSettings).unwrap_err();
    assert_eq!((errors.as_slice()[0].line, errors.as_slice()[0].column), (3, 11));
    assert!(errors.to_string().contains("dir/x.qcase:3:11"), "{errors}");
    assert_eq!(errors.source_name(), "dir/x.qcase");
}

/// CASE-5
#[test]
fn colours_are_there_only_when_asked_for() {
    let errors = read("qcase 1").unwrap_err();
    assert!(!errors.render(false).contains('\u{1b}'));
    assert!(errors.render(true).contains('\u{1b}'));
}
