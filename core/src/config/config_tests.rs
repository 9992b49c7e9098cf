use super::*;

/// CFG-1: every setting can be written back as it reads, and is then the same.
#[test]
fn every_setting_reads_back_what_it_was_set_to() {
    let defaults = Config::default();
    for setting in Config::settings().iter().filter(|setting| !setting.has_part()) {
        let mut config = defaults.clone();
        let value = setting.default_value();
        if !value.is_empty() {
            config.set(setting.name, &value).unwrap();
        }
        assert_eq!(config, defaults, "{}", setting.name);
        assert!(!setting.meaning.is_empty());
    }
}

/// A value of each setting that is not its default.
fn another(name: &str) -> &'static str {
    match name {
        "cluster-name" | "multi-data-center.self-data-center" => "other",
        "roles" => "web backend",
        "app-version" => "1.2.3",
        "seed-nodes" => "a:1 b:2",
        "failure-detector.kind" => "deadline",
        "multi-data-center.failure-detector.kind" | "downing" => "external",
        "sbr.strategy" => "keep-oldest",
        "failure-detector.threshold" => "12.5",
        "gossip-different-view-probability" | "multi-data-center.cross-data-center-gossip-probability" => {
            "0.5"
        }
        "configuration-compatibility-check.checkers.NAME" => "full-match a.b c",
        _ => "7",
    }
}

/// Those settings that take `on` or `off`, the other way round.
fn flipped(value: &str) -> Option<&'static str> {
    match value {
        "on" => Some("off"),
        "off" => Some("on"),
        _ => None,
    }
}

/// CFG-1: no setting is another's: each is written, read back, and written to a document and read from it, alone.
#[test]
fn every_setting_can_be_changed_alone_and_survives_a_document() {
    for setting in Config::settings() {
        let name = setting.name.replace("NAME", "mine");
        let is_switch = setting.default_value() == "on"
            || (setting.default_value() == "off" && Config::default().set(&name, "7").is_err());
        let is_switch = is_switch || setting.name.starts_with("repairs.");
        let value = match flipped(&setting.default_value()) {
            Some(value) if is_switch => value,
            _ => another(setting.name),
        };
        let mut config = Config::default();
        config.set(&name, value).unwrap();
        assert_ne!(config, Config::default(), "{name}");
        let changed = config.changed_settings();
        assert_eq!(changed.len(), 1, "{changed:?}");
        assert_eq!(changed[0].0, name);
        if config.validate().is_ok() {
            let json = serde_json::to_string(&config).unwrap();
            assert_eq!(serde_json::from_str::<Config>(&json).unwrap(), config, "{json}");
            let bytes = postcard::to_allocvec(&config).unwrap();
            assert_eq!(postcard::from_bytes::<Config>(&bytes).unwrap(), config);
        }
    }
}

/// CFG-1: a document of tables, with values as its format writes them.
#[test]
fn a_configuration_is_read_from_toml() {
    let config: Config = toml::from_str(
        r#"
        cluster-name = "shop"
        seed-nodes = ["10.0.0.7:7355", "10.0.0.8:7355"]
        roles = ["web"]
        min-nr-of-members = 2
        role.web.min-nr-of-members = 2
        gossip-interval = "200ms"
        retry-unsuccessful-join-after = "off"
        run-coordinated-shutdown-when-down = false
        [failure-detector]
        threshold = 10
        acceptable-heartbeat-pause = 5000
        [sbr]
        static-quorum.quorum-size = 3
        strategy = "static-quorum"
        [configuration-compatibility-check.application]
        "shards.count" = 30
        "#,
    )
    .unwrap();
    assert_eq!(&*config.cluster_name, "shop");
    assert_eq!(config.seed_nodes.len(), 2);
    assert_eq!(config.role_min_nr_of_members.get("web"), Some(&2));
    assert_eq!(config.gossip_interval, Duration::from_millis(200));
    assert_eq!(config.retry_unsuccessful_join_after, None);
    assert!(!config.run_coordinated_shutdown_when_down);
    assert_eq!(config.failure_detector.acceptable_heartbeat_pause, Duration::from_secs(5));
    assert!(matches!(config.sbr.strategy(), crate::sbr::Strategy::StaticQuorum { quorum_size: 3, .. }));
    assert_eq!(config.compatibility.application.get("shards.count").map(|text| &**text), Some("30"));
}

/// CFG-1, CFG-5: a document with several faults is refused with all of them.
#[test]
fn a_document_tells_everything_that_is_wrong_with_it() {
    let error = toml::from_str::<Config>(
        "gosip-interval = \"1s\"\ngossip-interval = \"soon\"\nmin-nr-of-members = 0\n[sbr]\nstrategy = \"static-quorum\"\n",
    )
    .unwrap_err();
    let text = alloc::string::ToString::to_string(&error);
    for part in [
        "there is no setting `gosip-interval`",
        "`gossip-interval` takes a duration",
        "`min-nr-of-members` must be above zero, not `0`",
        "`sbr.static-quorum.quorum-size` must be at least 1",
    ] {
        assert!(text.contains(part), "{part} is not in {text}");
    }
}

/// CFG-1: a setting given twice is no silent choice of one.
#[test]
fn a_setting_given_twice_is_refused() {
    let errors = Config::from_settings([("roles", "web"), ("roles", "db")]).unwrap_err();
    assert_eq!(errors.0, [ConfigError::Twice { name: "roles".into() }]);
    assert!(
        Config::from_settings([("repairs.keep-self", "off"), ("repairs.all", "on")])
            .is_ok_and(|config| { !config.repairs.keep_self && config.repairs.live_observers })
    );
}

/// CFG-21, MDL-20, DC-1: the data centre of a node is one of its roles.
#[test]
fn the_data_centre_is_a_role() {
    let config =
        Config::from_settings([("multi-data-center.self-data-center", "blue"), ("roles", "web")]).unwrap();
    let roles = config.member_roles().unwrap();
    assert_eq!(roles.iter().map(|role| &**role).collect::<Vec<_>>(), ["dc-blue", "web"]);
    assert_eq!(roles.data_center(), "blue");
    let longest = String::from_utf8(alloc::vec![b'x'; 62]).unwrap();
    assert!(Config::from_settings([("multi-data-center.self-data-center", &*longest)]).is_err());
    assert!(Config::from_settings([("multi-data-center.self-data-center", "")]).is_err());
}

/// LIFE-73 to LIFE-75, SBR-6, SBR-8
#[test]
fn the_margin_after_a_removal_is_the_set_one_or_that_of_the_resolver() {
    let margin = |downing: &str, margin: &str| {
        let settings = [("downing", downing), ("down-removal-margin", margin), ("sbr.stable-after", "9s")];
        Config::from_settings(settings).unwrap().removal_margin().as_secs()
    };
    assert_eq!(margin("none", "off"), 0);
    assert_eq!(margin("none", "3s"), 3);
    assert_eq!(margin("sbr", "off"), 9);
    assert_eq!(margin("sbr", "0s"), 9);
    assert_eq!(margin("sbr", "3s"), 3);
}

/// CFG: the lease is named after the cluster unless it has a name, without blanks around it.
#[test]
fn the_lease_has_a_name() {
    let mut config = Config::default();
    assert_eq!(&*config.lease_name(), "quorate-pekko-sbr");
    config.set("sbr.lease-majority.lease-name", " mine ").unwrap();
    assert_eq!(&*config.lease_name(), "mine");
    config.set("sbr.lease-majority.lease-name", "").unwrap();
    assert_eq!(&*config.lease_name(), "quorate-pekko-sbr");
}

/// CFG-1, CFG-5: all that is wrong is told at once.
#[test]
fn everything_that_is_wrong_is_told_at_once() {
    let mut config = Config::default();
    config.set("gossip-interval", "500us").unwrap();
    config.set("min-nr-of-members", "0").unwrap();
    config.set("roles", "web dc-blue").unwrap();
    config.set("repairs.tombstones-remove", "off").unwrap();
    config.set("repairs.join-checks-tombstones", "off").unwrap();
    let errors = config.validate().unwrap_err();
    assert_eq!(errors.0.len(), 6, "{errors}");
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
    assert!(config.set("sbr.static-quorum.quorum-size", "many").is_err());
    assert!(config.set("role..min-nr-of-members", "3").is_err());
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

/// CFG-6, SBR-9, SBR-11, LEASE-6: only the selected strategy's settings are asked for.
#[test]
fn a_strategy_without_what_it_needs_is_refused() {
    let mut config = Config::default();
    config.set("sbr.strategy", "static-quorum").unwrap();
    assert!(config.validate().is_err());
    config.set("sbr.static-quorum.quorum-size", "3").unwrap();
    assert!(config.validate().is_ok());
    config.set("sbr.strategy", "lease-majority").unwrap();
    let errors = config.validate().unwrap_err();
    assert_eq!(errors.0.len(), 1, "{errors}");
    config.set("sbr.lease-majority.lease-implementation", "any").unwrap();
    assert!(config.validate().is_ok());
}

/// CFG-7, CFG-24: the settings of layers above membership are none here, and an address is `host:port` and nothing else.
#[test]
fn settings_of_other_layers_and_addresses_of_another_form_are_refused() {
    for section in [
        "singleton",
        "singleton-proxy",
        "pub-sub",
        "client",
        "sharding",
        "sharded-daemon-process",
        "distributed-data",
        "metrics",
        "typed.receptionist",
        "ddata.typed",
    ] {
        let document = alloc::format!("[{section}]\nrole = \"web\"\n");
        let error = toml::from_str::<Config>(&document).unwrap_err();
        let expected = alloc::format!("there is no setting `{section}.role`");
        assert!(alloc::string::ToString::to_string(&error).contains(&expected), "{error}");
    }
    let mut config = Config::default();
    assert!(config.set("seed-nodes", "a:1 10.0.0.7:7355").is_ok());
    for text in ["pekko://shop@a:1", "a", "a:", ":1", "a:65536"] {
        assert!(config.set("seed-nodes", text).is_err(), "{text}");
    }
}

/// REP-1, DC-42, DC-62: the exact protocol has no repairs, does what Pekko does between data centres, and downs nobody unless asked.
#[test]
fn the_exact_protocol_has_no_repairs_and_no_downing() {
    let across = [Config::pekko(), Config::default()].map(|config| {
        let across = config.multi_data_center;
        (across.always_speed_up_gossip, across.forget_former_receivers)
    });
    assert_eq!(across, [(true, false), (false, true)]);
    assert_eq!(Config::pekko().repairs, Repairs::none());
    assert_eq!(Config::pekko().downing, Downing::None);
}

/// DC-5: what the settings between data centres are unless somebody says otherwise, and what they may not be.
#[test]
fn settings_between_data_centres() {
    let across = Config::pekko().multi_data_center;
    let seconds = Duration::from_secs;
    assert_eq!(&*across.self_data_center, "default");
    assert_eq!((across.cross_data_center_connections, across.cross_data_center_gossip_probability), (5, 0.2));
    let detector = across.failure_detector;
    assert_eq!(detector.kind, DetectorKind::Deadline);
    assert_eq!(
        (detector.heartbeat_interval, detector.acceptable_heartbeat_pause, detector.expected_response_after),
        (seconds(3), seconds(10), seconds(1))
    );
    for (name, value, is_fine) in [
        ("cross-data-center-connections", "0", false),
        ("cross-data-center-connections", "1", true),
        ("cross-data-center-gossip-probability", "1", true),
        ("cross-data-center-gossip-probability", "0", true),
        ("cross-data-center-gossip-probability", "1.01", false),
        ("failure-detector.heartbeat-interval", "0s", false),
        ("failure-detector.expected-response-after", "0s", false),
        ("failure-detector.acceptable-heartbeat-pause", "0s", true),
    ] {
        let read = Config::from_settings([(&*alloc::format!("multi-data-center.{name}"), value)]);
        assert_eq!(read.is_ok_and(|config| config.validate().is_ok()), is_fine, "{name} = {value}");
    }
}
