use super::*;

/// CFG-1: every setting can be written back as it reads, and is then the same.
#[test]
fn every_setting_reads_back_what_it_was_set_to() {
    let defaults = Config::default();
    for setting in Config::settings() {
        let mut config = defaults.clone();
        let value = config.get(setting.name).unwrap();
        if !(value.is_empty() || setting.name.contains("NAME")) {
            config.set(setting.name, &value).unwrap();
        }
        assert_eq!(config, defaults, "{}", setting.name);
        assert!(!setting.meaning.is_empty());
    }
}

/// CFG-1, CFG-5: all that is wrong is told at once.
#[test]
fn everything_that_is_wrong_is_told_at_once() {
    let mut config = Config::default();
    config.set("gossip-interval", "500us").unwrap();
    config.set("min-nr-of-members", "0").unwrap();
    config.set("roles", "web dc-blue").unwrap();
    config.set("repairs.introduce", "on").unwrap();
    let errors = config.validate().unwrap_err();
    assert_eq!(errors.0.len(), 7, "{errors}");
    assert!(Config::default().validate().is_ok());
    assert!(Config::pekko().validate().is_ok());
}

#[test]
fn a_wrong_name_or_value_says_what_was_expected() {
    let mut config = Config::default();
    let error = config.set("gosip-interval", "1s").unwrap_err();
    assert_eq!(alloc::format!("{error}"), "there is no setting `gosip-interval`");
    let error = config.set("gossip-interval", "soon").unwrap_err();
    assert_eq!(
        alloc::format!("{error}"),
        "`gossip-interval` takes a duration such as `3s` or `1m20s`, not `soon`"
    );
    assert!(config.set("sbr.static-quorum.quorum-size", "3").is_err());
}

/// LDR-8, CFG-22
#[test]
fn a_role_can_have_a_minimum_of_its_own() {
    let mut config = Config::default();
    config.set("role.backend.min-nr-of-members", "2").unwrap();
    assert_eq!(config.role_min_nr_of_members.get("backend"), Some(&2));
}

/// SBR-10
#[test]
fn the_limit_of_unrest_follows_stable_after() {
    let limit = |stable: &str, unstable: &str| {
        let mut config = Config::default();
        config.set("sbr.stable-after", stable).unwrap();
        config.set("sbr.down-all-when-unstable", unstable).unwrap();
        config.sbr.unrest_limit().map(|limit| limit.as_millis())
    };
    assert_eq!(limit("20s", "on"), Some(15_000));
    assert_eq!(limit("7s", "on"), Some(5_250));
    assert_eq!(limit("5s", "on"), Some(4_000));
    assert_eq!(limit("0s", "on"), Some(4_000));
    assert_eq!(limit("20s", "off"), None);
    assert_eq!(limit("20s", "3s"), Some(3_000));
}

/// SBR-9, SBR-11: only the selected strategy's settings are asked for.
#[test]
fn a_quorum_of_none_is_refused() {
    let mut config = Config::default();
    config.set("sbr.strategy", "static-quorum").unwrap();
    assert!(config.validate().is_err());
    config.set("sbr.static-quorum.quorum-size", "3").unwrap();
    assert!(config.validate().is_ok());
}

/// REP-1: the exact protocol has no repairs, and downs nobody unless asked.
#[test]
fn the_exact_protocol_has_no_repairs_and_no_downing() {
    assert_eq!(Config::pekko().repairs, Repairs::none());
    assert_eq!(Config::pekko().downing, Downing::None);
}
