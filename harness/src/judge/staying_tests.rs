use quorate::MemberStatus::{Joining, PreparingForShutdown, Up};
use quorate::{ClusterEvent, Repairs, ResolverView};

use super::super::testing::{member, names, node};
use super::*;

fn keep_majority() -> Strategy {
    Strategy::KeepMajority { role: None }
}

fn static_quorum(quorum_size: u32) -> Strategy {
    Strategy::StaticQuorum { quorum_size, role: None }
}

fn keep_oldest(down_if_alone: bool) -> Strategy {
    Strategy::KeepOldest { down_if_alone, role: None }
}

fn lease_majority() -> Strategy {
    Strategy::LeaseMajority {
        role: None,
        minority_delay: Duration::from_secs(2),
        release_after: Duration::from_secs(40),
    }
}

/// What the first of some decides that cannot reach some others.
fn record(strategy: &Strategy, reachable: &[&str], lost: &[&str]) -> DecisionRecord {
    let mut view = ResolverView::new(node(reachable[0]), "default".into(), strategy);
    let of_default = |name: &&str| {
        let plain = member(name, Up);
        let roles = quorate::Roles::of_user([], "default").unwrap();
        Member::with_parts(
            plain.unique_address().clone(),
            roles,
            quorate::AppVersion::default(),
            plain.up_number(),
            Up,
        )
    };
    for event in reachable.iter().chain(lost).map(of_default).map(ClusterEvent::MemberUp) {
        view.apply(&event);
    }
    for event in lost.iter().map(of_default).map(ClusterEvent::UnreachableMember) {
        view.apply(&event);
    }
    view.explain(strategy, &Repairs::none())
}

fn up(list: &[&str]) -> Vec<Member> {
    list.iter().map(|name| member(name, Up)).collect()
}

/// What the truth says of a decision that was made of the same.
fn judged(strategy: &Strategy, here: &[&str], there: &[&str]) -> Option<Finding> {
    let (ours, theirs) = (up(here), up(there));
    let truth = Truth { here: ours.iter().collect(), there: theirs.iter().collect() };
    let record = record(strategy, here, there);
    assert!(truth.is_known_to(&record));
    truth.is_followed(&record, names())
}

/// S3: the assumption `up-was-heard`.
#[test]
fn who_prepares_for_shutdown_and_was_never_heard_up_counts_otherwise() {
    let truth = [member("a", Up), member("b", PreparingForShutdown), member("c", Up)];
    let truth = Truth { here: truth[..2].iter().collect(), there: truth[2..].iter().collect() };
    let of = |known: &[&str]| record(&keep_majority(), known, &["c"]);
    assert!(truth.is_heard_by(&of(&["a", "b"])), "it was Up, which is what is stored");
    assert!(!truth.is_heard_by(&of(&["a"])));
    let mut joining = of(&["a"]);
    joining.view.apply(&ClusterEvent::MemberJoined(member("b", Joining)));
    assert!(!truth.is_heard_by(&joining));
}

/// S3, S4, S5: what the resolver decides of every split of up to five members is what the sentences say.
#[test]
fn every_split_of_five_is_decided_as_the_sentences_say() {
    let all = ["a", "b", "c", "d", "e"];
    for strategy in
        [keep_majority(), static_quorum(2), static_quorum(3), keep_oldest(true), keep_oldest(false)]
    {
        for count in 2..=5 {
            for bits in 1..(1_u32 << count) - 1 {
                let side = |wanted: u32| -> Vec<&str> {
                    (0..count).filter(|place| bits >> place & 1 == wanted).map(|place| all[place]).collect()
                };
                assert_eq!(judged(&strategy, &side(1), &side(0)), None, "{strategy:?} {bits:b}");
            }
        }
    }
}

/// S11: a decision may down those who have gone, and whoever is left where that is too few; not one who is left where it is enough.
#[test]
fn who_is_left_by_crashes_and_is_enough_stays() {
    let spared = |strategy: &Strategy, here: &[&str], there: &[&str], down: &[&str]| {
        let (ours, theirs) = (up(here), up(there));
        let truth = Truth { here: ours.iter().collect(), there: theirs.iter().collect() };
        let mut record = record(strategy, here, there);
        record.down = down.iter().map(|name| node(name)).collect();
        truth.is_spared(&record, names())
    };
    let (left, gone) = (["a", "b", "c"], ["d", "e"]);
    assert_eq!(spared(&keep_majority(), &left, &gone, &gone), None);
    let found = spared(&keep_majority(), &left, &gone, &["d", "e", "b", "c", "a"]).unwrap();
    assert_eq!(found.who, [node("a")]);
    assert!(spared(&static_quorum(3), &left, &gone, &["c"]).is_some());
    assert!(spared(&keep_oldest(true), &left, &gone, &["c"]).is_some());
    assert_eq!(spared(&keep_majority(), &gone, &left, &["a", "b", "c", "d", "e"]), None, "two of five");
    assert_eq!(spared(&static_quorum(4), &left, &gone, &["d", "e", "a", "b", "c"]), None);
}

/// Whether the truth finds fault with the opposite of what a strategy decides.
fn finds_the_opposite(strategy: &Strategy, here: &[&str], there: &[&str]) -> Finding {
    let (ours, theirs) = (up(here), up(there));
    let truth = Truth { here: ours.iter().collect(), there: theirs.iter().collect() };
    let mut doctored = record(strategy, here, there);
    doctored.decision = match doctored.decision {
        Decision::DownUnreachable => Decision::DownReachable,
        _ => Decision::DownUnreachable,
    };
    truth.is_followed(&doctored, names()).expect("the opposite of what is due")
}

/// S3
#[test]
fn a_smaller_side_that_stays_and_a_larger_one_that_goes_violate() {
    let stays = finds_the_opposite(&keep_majority(), &["d", "e"], &["a", "b", "c"]);
    assert_eq!(stays.facts.1, "on its side are (d e), beyond (a b c): it goes");
    finds_the_opposite(&keep_majority(), &["a", "b", "c"], &["d", "e"]);
    finds_the_opposite(&keep_majority(), &["b", "c"], &["a", "d"]);
    assert_eq!(invariant_of(&keep_majority()), Some(&S3));
}

/// S4
#[test]
fn a_side_below_the_quorum_that_stays_and_too_many_that_stay_violate() {
    finds_the_opposite(&static_quorum(3), &["a", "b"], &["c", "d"]);
    finds_the_opposite(&static_quorum(3), &["a", "b", "c"], &["d", "e"]);
    finds_the_opposite(&static_quorum(2), &["a", "b", "c"], &["d"]);
    assert_eq!(invariant_of(&static_quorum(3)), Some(&S4));
}

/// S5
#[test]
fn a_side_without_the_oldest_that_stays_violates() {
    finds_the_opposite(&keep_oldest(false), &["b", "c"], &["a"]);
    finds_the_opposite(&keep_oldest(true), &["a"], &["b", "c"]);
    finds_the_opposite(&keep_oldest(true), &["b", "c"], &["a", "d"]);
    assert_eq!(invariant_of(&keep_oldest(true)), Some(&S5));
}

/// S3: the assumption `detected`.
#[test]
fn a_decision_of_a_view_that_lags_behind_is_not_judged() {
    let (ours, theirs) = (up(&["a", "b"]), up(&["c", "d"]));
    let truth = Truth { here: ours.iter().collect(), there: theirs.iter().collect() };
    assert!(truth.is_known_to(&record(&keep_majority(), &["a", "b"], &["c", "d"])));
    assert!(!truth.is_known_to(&record(&keep_majority(), &["a", "b", "d"], &["c"])));
    assert!(!truth.is_known_to(&record(&keep_majority(), &["a", "c"], &["b", "d"])));
}

/// S3: who has not been Up yet has no vote.
#[test]
fn members_that_join_have_no_vote() {
    let (mut ours, theirs) = (up(&["a"]), up(&["b", "c"]));
    ours.extend([member("d", Joining), member("e", Joining)]);
    let truth = Truth { here: ours.iter().collect(), there: theirs.iter().collect() };
    assert_eq!(truth.stays(&keep_majority()), Some(false));
    assert_eq!(truth.stays(&Strategy::DownAll), None);
}

/// S6
#[test]
fn who_acts_without_holding_the_lease_violates() {
    let record = record(&lease_majority(), &["a", "b"], &["c"]);
    let obeyed = |holder| lease_is_obeyed(&record, "sys@a:1", holder, names());
    assert_eq!(obeyed(Some("sys@a:1")), None);
    assert!(obeyed(Some("sys@c:1")).unwrap().facts.1.contains("held by sys@c:1"));
    assert!(obeyed(None).unwrap().facts.1.contains("nobody"));
}

/// S6
#[test]
fn who_is_denied_the_lease_and_goes_on_violates() {
    let mut denied = record(&lease_majority(), &["a", "b"], &["c"]).denied().unwrap();
    assert_eq!(lease_is_obeyed(&denied, "sys@a:1", Some("sys@c:1"), names()), None);
    let mut unasked = denied.clone();
    unasked.reason = Reason::Minority;
    for record in [&mut denied, &mut unasked] {
        assert_eq!(lease_is_obeyed(record, "sys@a:1", None, names()), None);
        record.down.pop();
        assert!(lease_is_obeyed(record, "sys@a:1", None, names()).unwrap().facts.1.contains("goes on"));
    }
}

/// S6
#[test]
fn a_minority_that_asks_as_early_as_the_majority_violates() {
    let (ours, theirs) = (up(&["d", "e"]), up(&["a", "b", "c"]));
    let minority = Truth { here: ours.iter().collect(), there: theirs.iter().collect() };
    let majority = Truth { here: theirs.iter().collect(), there: ours.iter().collect() };
    let config = Config::from_settings([
        ("sbr.strategy", "lease-majority"),
        ("sbr.lease-majority.lease-implementation", "simulated"),
    ])
    .unwrap();
    let terms = LeaseTerms::of(&config).unwrap();
    let at = |seconds| Instant::ZERO + Duration::from_secs(seconds);
    let asks = |truth: &Truth<'_>, when| {
        terms.minority_waits(truth, &node("d"), (at(5), Duration::from_secs(20)), at(when), names())
    };
    assert_eq!(asks(&minority, 28), Some(None));
    assert!(asks(&minority, 27).unwrap().unwrap().facts.1.contains("waits for 22s"));
    assert!(asks(&majority, 26).is_none(), "the majority waits for nothing");
    assert!(asks(&minority, 7).is_none(), "it may have waited since before the change");
    assert_eq!(LeaseTerms::of(&Config::default()), None);
}
