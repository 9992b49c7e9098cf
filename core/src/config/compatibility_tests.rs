use super::*;
use crate::config::Config;
use alloc::format;

/// Without repairs, which are told besides.
fn config(settings: &[(&str, &str)]) -> Config {
    Config::from_settings([("repairs.all", "off")].iter().chain(settings).copied()).unwrap()
}

fn values(entries: &[(&str, &str)]) -> JoinConfig {
    let entries: Vec<(Arc<str>, Arc<str>)> =
        entries.iter().map(|(key, value)| ((*key).into(), (*value).into())).collect();
    JoinConfig::try_from(entries).unwrap()
}

fn told(differences: &[Difference]) -> Vec<alloc::string::String> {
    differences.iter().map(|difference| format!("{difference}")).collect()
}

const SHARDS: &str = "configuration-compatibility-check.application.app.shards";
const CHECK: &str = "configuration-compatibility-check.checkers.shards";
const HIDE: &str = "configuration-compatibility-check.sensitive-config-paths.mine";

/// CHK-1, CHK-2, CHK-8, CHK-10: by default a node tells its version, who downs and by which strategy.
#[test]
fn a_joiner_tells_what_its_checkers_read() {
    let sent = config(&[]).join_config();
    let keys: Vec<&str> = sent.iter().map(|(key, _)| &**key).collect();
    assert_eq!(keys, ["downing", "quorate.version", "sbr.strategy"]);
    let off = config(&[("configuration-compatibility-check.checkers.cluster", "")]);
    assert_eq!(off.join_config().iter().count(), 1);
}

/// DC-4: settings of data centres are compared by nobody.
#[test]
fn nodes_of_other_data_centres_with_other_settings_fit() {
    let here = config(&[]);
    let there = config(&[
        ("multi-data-center.self-data-center", "west"),
        ("multi-data-center.cross-data-center-connections", "1"),
        ("multi-data-center.failure-detector.heartbeat-interval", "1s"),
    ]);
    assert_eq!(here.check_joiner(&there.join_config()), []);
    assert_eq!(there.check_joiner(&here.join_config()), []);
}

/// CHK-8, SBR-12: who downs must be equal; a strategy only if both have one.
#[test]
fn the_checker_of_the_cluster_compares_who_downs_and_by_which_strategy() {
    let here = config(&[]);
    assert_eq!(here.check_joiner(&here.join_config()), []);
    let other = config(&[("downing", "none"), ("sbr.strategy", "down-all")]).join_config();
    assert_eq!(told(&here.check_joiner(&other)), ["downing is incompatible", "sbr.strategy is incompatible"]);
    assert_eq!(here.check_joiner(&values(&[("downing", "sbr")])), []);
    let hidden = config(&[(HIDE, "sbr.strategy")]);
    assert_eq!(hidden.check_joiner(&config(&[("sbr.strategy", "down-all")]).join_config()), []);
}

/// CHK-9: a missing key is an answer, and never an error.
#[test]
fn a_missing_key_is_a_difference() {
    let told = told(&config(&[]).check_joiner(&values(&[("quorate.version", "9")])));
    assert_eq!(told, ["downing is missing"]);
}

/// CHK-3 to CHK-6, CHK-42: all differences are told; those that are missing before those that differ.
#[test]
fn a_full_match_tells_everything_that_differs() {
    let settings = [("roles", "web"), (CHECK, "full-match b sbr.stable-after a roles")];
    let here = config(&settings);
    let theirs = values(&[("downing", "none"), ("sbr.stable-after", "7s"), ("roles", "web")]);
    let expected =
        ["downing is incompatible", "b is missing", "a is missing", "sbr.stable-after is incompatible"];
    assert_eq!(told(&here.check_joiner(&theirs)), expected);
}

/// CHK-40, CHK-41: a rolling update that brings a new key passes both ways if it is compared only when present; CHK-43: with a
/// full match the joiner finds it missing.
#[test]
fn a_new_key_passes_a_rolling_update_when_it_is_compared_only_if_present() {
    let old = config(&[]);
    for (checker, differences) in [("when-present app.shards", 0), ("full-match app.shards", 1)] {
        let new = config(&[(SHARDS, "30"), (CHECK, checker)]);
        let ConfigVerdict::Compatible(answer) = old.verdict_on(&new.join_config()) else { panic!("refused") };
        assert_eq!(answer.get("app.shards"), None);
        assert_eq!(new.check_cluster(&answer).len(), differences);
        assert_eq!(new.check_joiner(&old.join_config()).len(), differences);
    }
    let (here, there) =
        (config(&[(SHARDS, "30"), (CHECK, "when-present app.shards")]), config(&[(SHARDS, "31")]));
    let theirs = values(&[("downing", "sbr"), ("app.shards", "31")]);
    assert_eq!(told(&here.check_joiner(&theirs)), ["app.shards is incompatible"]);
    assert_eq!(there.compatibility.application.len(), 1);
}

/// CHK-11, CHK-12, CHK-13: what is sensitive leaves neither node; it is a plain prefix. CHK-14: the joiner itself may compare it.
#[test]
fn what_is_sensitive_never_travels() {
    let settings = [(SHARDS, "30"), (CHECK, "when-present app.shards"), (HIDE, "app.sh")];
    let (hiding, open) = (config(&settings), config(&settings[..2]));
    assert_eq!(hiding.join_config().get("app.shards"), None);
    assert_eq!(hiding.answer_to(&open.join_config()).get("app.shards"), None);
    assert_eq!(told(&hiding.check_joiner(&open.join_config())), ["app.shards is incompatible"]);
    assert_eq!(hiding.check_cluster(&open.join_config()), []);
    let longer = config(&[(SHARDS, "30"), (CHECK, "when-present app.shards"), (HIDE, "app.shards.")]);
    assert!(longer.join_config().get("app.shards").is_some());
}

/// CHK-13: a cluster answers with its values of what it was asked for, whatever its own checkers read.
#[test]
fn an_answer_holds_what_was_asked_for() {
    let here = config(&[(SHARDS, "30"), (CHECK, "when-present app.shards")]);
    let answer =
        here.answer_to(&values(&[("downing", "none"), ("sbr.stable-after", "1s"), ("unknown", "x")]));
    let told: Vec<_> = answer.iter().map(|(key, value)| (&**key, &**value)).collect();
    assert_eq!(told, [("downing", "sbr"), ("sbr.stable-after", "20s")]);
}

/// CHK-20, CHK-21: the three answers; a refusal names keys and no values.
#[test]
fn a_verdict_is_compatible_incompatible_or_unchecked() {
    let here = config(&[("configuration-compatibility-check.enforce-on-join", "off")]);
    assert_eq!(here.verdict_on(&JoinConfig::empty()), ConfigVerdict::Unchecked);
    let joiner = here.join_config();
    assert_eq!(here.verdict_on(&joiner), ConfigVerdict::Compatible(joiner.clone()));
    let other = config(&[("downing", "external")]).join_config();
    let refused = ConfigVerdict::Incompatible(alloc::vec![Difference::Incompatible("downing".into())]);
    assert_eq!(here.verdict_on(&other), refused);
}

/// REP-3: nodes with other repairs do not fit, whatever the checkers; without any nothing of it travels.
#[test]
fn nodes_must_have_the_same_repairs() {
    let plain = config(&[]);
    let repaired =
        config(&[("repairs.keep-self", "on"), ("configuration-compatibility-check.checkers.cluster", "")]);
    assert_eq!(plain.join_config().get("repairs"), None);
    assert_eq!(repaired.check_joiner(&repaired.join_config()), []);
    assert_eq!(told(&repaired.check_joiner(&plain.join_config())), ["repairs is incompatible"]);
    assert!(told(&plain.check_joiner(&repaired.join_config())).contains(&"repairs is incompatible".into()));
    let usual = Config::default();
    assert!(usual.join_config().get("repairs").is_some_and(|told| told.contains("keep-self")));
    assert_eq!(usual.check_joiner(&usual.join_config()), []);
}

/// CHK-2: the same checker under two names counts once; CHK-7: values have one form, so spelling makes no difference.
#[test]
fn a_checker_counts_once_and_a_value_has_one_form() {
    let second = "configuration-compatibility-check.checkers.again";
    let here = config(&[(CHECK, "full-match a"), (second, "full-match a"), ("sbr.stable-after", "80s")]);
    let theirs = values(&[("downing", "sbr")]);
    assert_eq!(told(&here.check_joiner(&theirs)), ["a is missing"]);
    assert_eq!(&**here.comparable("sbr.stable-after").as_ref().unwrap(), "1m20s");
}

/// Nothing that a peer sends makes a node hold more than this.
#[test]
fn more_than_the_limits_is_refused() {
    let entry = |n: usize| (Arc::from(format!("k{n}")), Arc::from("v"));
    let many = (0..=JOIN_CONFIG_ENTRIES_MAX).map(entry).collect::<Vec<_>>();
    assert_eq!(JoinConfig::try_from(many), Err(JoinConfigError::TooMany { entries: 65 }));
    let long: Arc<str> = "x".repeat(JOIN_CONFIG_ENTRY_BYTES_MAX).into();
    let too_long = Err(JoinConfigError::TooLong { bytes: 1025 });
    assert_eq!(JoinConfig::try_from(alloc::vec![("k".into(), long.clone())]), too_long);
    let twice = JoinConfig::try_from(alloc::vec![entry(1), entry(1)]);
    assert!(matches!(twice, Err(JoinConfigError::Twice { .. })));
    assert!(Config::from_settings([(SHARDS, &*long), (CHECK, "when-present app.shards")]).is_err());
}
