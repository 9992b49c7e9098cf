//! Statements about faults: how each is written, and what is wrong with those that are not.

use super::{with_line, wrong};
use crate::case::{Action, Links, Time};

/// An action, read and printed.
fn canonical(text: &str) -> String {
    let mut case = with_line(&format!("at 1s {text}"));
    case.steps.remove(0).action.to_string()
}

/// CASE-2, CASE-7: each way of writing has one way of printing.
#[test]
fn faults_print_in_one_way() {
    for (written, printed) in [
        ("pause a  b 6000ms", "pause a b 6s"),
        ("slow a 5.00x for 20s", "slow a 5x for 20s"),
        ("slow a b 1.5x for 1s", "slow a b 1.5x for 1s"),
        ("clock a+3s", "clock a +3s"),
        ("clock a - 90s", "clock a -1m30s"),
        ("clock b drift -200 ppm", "clock b drift -200ppm"),
        ("bridge c:a b|rest", "bridge c: a b | rest"),
        ("bridge b c: a | d e", "bridge b c: a | d e"),
        ("ring", "ring"),
        ("ring e d c b a", "ring e d c b a"),
        ("flap a b | rest every 4s for 40s", "flap a b | rest every 4s for 40s"),
        ("flap a>b every 100ms for 1s", "flap a > b every 100ms for 1s"),
        ("heal a b|c", "heal a b | c"),
        ("heal a | rest", "heal a | rest"),
        ("link * delay exponential mean 5ms", "link * delay exponential mean 5ms"),
        ("link * delay bimodal 1ms or 0.2s 5.0%", "link * delay bimodal 1ms or 200ms 5%"),
        ("link * delay log-normal median 5ms p99 50ms", "link * delay log-normal median 5ms p99 50ms"),
        ("link a > b loss 10% in bursts of 2s for 1m", "link a > b loss 10% in bursts of 2s for 1m"),
        ("link a - b duplicate 5%", "link a - b duplicate 5%"),
        ("link a - b reorder 5% by 1s for 2s", "link a - b reorder 5% by 1s for 2s"),
        ("link * corrupt 0.1%", "link * corrupt 0.1%"),
        ("link * bandwidth 1500B/s", "link * bandwidth 1.5kB/s"),
        ("link * queue 64000B", "link * queue 64kB"),
        ("link * mtu 1400B", "link * mtu 1.4kB"),
        ("block kind = gossip-status *", "block kind=gossip-status *"),
        ("block kind=welcome a-b for 3s", "block kind=welcome a - b for 3s"),
        ("unblock *", "unblock *"),
        ("hold a > b", "hold a > b"),
        ("release *", "release *"),
        ("release a - b swizzled", "release a - b swizzled"),
        ("drop heartbeat a > b", "drop heartbeat a > b"),
        ("delay heartbeat-reply a > b 2.1s", "delay heartbeat-reply a > b 2.1s"),
        ("late kind=join a > b 25s", "late kind=join a > b 25s"),
    ] {
        assert_eq!(canonical(written), printed);
        assert_eq!(canonical(printed), printed);
    }
}

/// CASE-5
#[test]
fn what_is_wrong_with_a_fault_is_told_at_its_place() {
    let table = [
        ("pause a", "14: expected a time, such as `1m20s`, but the line ends"),
        ("pause a f 6s", "15: unknown node `f`"),
        ("pause 6s", "13: unknown node `6s`\n15: expected a time, such as `1m20s`, but the line ends"),
        ("pause a a 6s", "15: `a` is named twice"),
        ("slow a for 20s", "14: expected how many times slower, at least `1x`, such as `5x`, found `for`"),
        (
            "slow a 0.5x for 2s",
            "14: expected how many times slower, at least `1x`, such as `5x`, found `0.5x`",
        ),
        ("slow a 5x", "16: expected `for`, but the line ends"),
        ("clock a 3s", "15: expected `+` or `-` and a time, or `drift`, found `3s`"),
        (
            "clock a drift 1000001ppm",
            "21: expected a drift between `-1000000ppm` and `1000000ppm`, such as `200ppm`, found `1000001ppm`",
        ),
        ("clock a +3000000h", "16: expected a time of at most 292 years, found `3000000h`"),
        ("bridge a: b | c", "14: the cut leaves 2 nodes out"),
        ("bridge a: a b | c d e", "14: `a` is named twice"),
        ("ring a b c", "12: the cut leaves 2 nodes out"),
        ("flap a | rest for 2s", "21: expected `every`, found `for`"),
        ("heal a b", "14: expected `>` (one way) or `-` (both ways), found `b`"),
        ("heal a b | b", "12: `b` is named twice"),
        ("link a > b loss 10% in 2s", "30: expected `bursts`, found `2s`"),
        (
            "link a > b loss 10% in bursts of 0s",
            "40: expected how long a burst lasts at least, such as `2s`, found `0s`",
        ),
        ("link * delay log-normal median 5ms p99 1ms", "38: 5ms..1ms ends below its start"),
        (
            "link * bandwidth 0B/s",
            "24: expected a bandwidth of at least `1B/s`, such as `125kB/s`, found `0B/s`",
        ),
        ("link * bandwidth 5kB", "27: expected `/s`, but the line ends"),
        ("link * mtu 1400", "18: expected a number of bytes, such as `64kB`, found `1400`"),
        ("link a > a corrupt 1%", "16: `a` has no link to itself"),
        ("block gossip *", "13: expected `kind=` and a kind of message, found `gossip`"),
        ("block kind=gosip *", "18: unknown kind of message `gosip`"),
        ("hold a", "13: expected `>` (one way) or `-` (both ways), but the line ends"),
        ("release a > b swizled", "21: unknown word `swizled`"),
        ("drop gossip a - b", "19: expected one direction, `NODE > NODE`, found `a`"),
        ("delay gossip a > b", "25: expected a time, such as `1m20s`, but the line ends"),
        ("late a > b", "17: expected a time, such as `1m20s`, but the line ends"),
    ];
    let told: Vec<(&str, String)> =
        table.map(|(line, _)| (line, wrong(&format!("at 1s {line}")))).into_iter().collect();
    let differ: Vec<_> = told.iter().zip(table).filter(|(told, (_, message))| told.1 != *message).collect();
    assert!(differ.is_empty(), "{differ:#?}");
}

/// A statement about a link from the start may end too.
#[test]
fn links_of_the_start_can_last_for_a_time() {
    let case = with_line("link * loss 10% for 20s");
    let change = &case.links[0].change;
    assert_eq!((&change.links, change.lasts), (&Links::All, Some(Time::seconds(20))));
    assert!(case.to_string().contains("\nlink    * loss 10% for 20s\n"));
}

/// A node may have a name that is a word elsewhere.
#[test]
fn words_that_only_stand_elsewhere_can_name_nodes() {
    let text = "qcase 1\nnodes 6s kind gossip swizzled drift\nat 1s late kind > gossip 25s\nat 2s pause 6s kind 3s\n\
                at 3s release kind > swizzled swizzled\nat 4s clock drift drift 3ppm\nat 5s drop gossip gossip > kind";
    let case = super::case(text);
    let printed = case.to_string();
    assert_eq!(super::case(&printed), case, "{printed}");
    assert!(matches!(&case.steps[1].action, Action::Pause { nodes, .. } if nodes.len() == 2));
}
