use super::*;
use crate::failure::settings::{DeadlineSettings, PhiSettings};
use crate::testing::proptest_config;
use alloc::collections::BTreeMap;
use alloc::vec;
use core::time::Duration;
use proptest::prelude::*;

fn at(ms: u64) -> Instant {
    Instant::from_nanos(ms * 1_000_000)
}

fn address(port: u16) -> Address {
    Address::new("h", port).unwrap()
}

fn phi_rule() -> Arc<DetectorRule> {
    let settings = PhiSettings {
        threshold: 8.0,
        max_sample_size: 1000,
        min_std_deviation: Duration::from_millis(100),
        acceptable_heartbeat_pause: Duration::from_secs(3),
        first_estimate: Duration::from_secs(1),
    };
    Arc::new(DetectorRule::phi(&settings).unwrap())
}

fn deadline_rule() -> Arc<DetectorRule> {
    let settings = DeadlineSettings {
        acceptable_heartbeat_pause: Duration::from_secs(10),
        heartbeat_interval: Duration::from_secs(3),
    };
    Arc::new(DetectorRule::deadline(&settings).unwrap())
}

/// PHI-42, PHI-43
#[test]
fn a_peer_without_a_detector_is_available_and_not_monitored() {
    let registry = Registry::new(phi_rule());
    assert!(registry.is_available(&address(1), Instant::MAX));
    assert!(!registry.is_monitoring(&address(1)));
    assert_eq!(registry.phi(&address(1), at(0)), None);
    assert_eq!(registry.len(), 0);
}

/// PHI-38, PHI-39
#[test]
fn each_address_has_a_detector_of_its_own() {
    for rule in [phi_rule(), deadline_rule()] {
        let mut registry = Registry::new(rule);
        registry.heartbeat(&address(1), at(0));
        registry.heartbeat(&address(2), at(20_000));
        assert!(!registry.is_available(&address(1), at(20_001)));
        assert!(registry.is_available(&address(2), at(20_001)));
        assert!(registry.is_monitoring(&address(1)) && registry.is_monitoring(&address(2)));
        assert_eq!(registry.len(), 2);
    }
}

/// PHI-31, PHI-39
#[test]
fn a_growing_interval_comes_back_to_be_warned_of() {
    let mut registry = Registry::new(phi_rule());
    assert_eq!(registry.heartbeat(&address(1), at(0)), None);
    assert_eq!(registry.heartbeat(&address(1), at(1000)), None);
    assert_eq!(registry.heartbeat(&address(1), at(3500)), Some(2500));
    assert_eq!(registry.heartbeat(&address(2), at(6000)), None);
    assert!(registry.phi(&address(1), at(6000)).unwrap() > 0.0);
    // PHI-37
    let mut registry = Registry::new(deadline_rule());
    registry.heartbeat(&address(1), at(0));
    assert_eq!(registry.heartbeat(&address(1), at(12_999)), None);
    assert_eq!(registry.phi(&address(1), at(12_999)), None);
}

/// PHI-40
#[test]
fn a_removed_peer_starts_from_the_seed_again() {
    let mut registry = Registry::new(phi_rule());
    for second in 0..20 {
        registry.heartbeat(&address(1), at(second * 1000));
    }
    registry.heartbeat(&address(2), at(0));
    registry.remove(&address(1));
    assert!(registry.is_available(&address(1), Instant::MAX));
    assert!(!registry.is_monitoring(&address(1)));
    assert_eq!(registry.len(), 1);
    registry.remove(&address(1));
    registry.heartbeat(&address(1), at(30_000));
    let mut fresh = Registry::new(phi_rule());
    fresh.heartbeat(&address(1), at(30_000));
    assert_eq!(registry.detector(&address(1)), fresh.detector(&address(1)));
}

/// PHI-41
#[test]
fn a_reset_forgets_all_peers() {
    let mut registry = Registry::new(phi_rule());
    registry.heartbeat(&address(1), at(0));
    registry.heartbeat(&address(2), at(0));
    registry.reset();
    assert_eq!(registry, Registry::new(phi_rule()));
    assert_eq!(registry.fingerprint(), Registry::new(phi_rule()).fingerprint());
}

#[test]
fn the_fingerprint_tells_apart_what_is_remembered() {
    for rule in [phi_rule(), deadline_rule()] {
        let of = |heartbeats: &[(u16, u64)]| {
            let mut registry = Registry::new(rule.clone());
            for &(port, ms) in heartbeats {
                registry.heartbeat(&address(port), at(ms));
            }
            registry.fingerprint()
        };
        let base = of(&[(1, 0), (2, 5), (1, 1000)]);
        assert_eq!(of(&[(2, 5), (1, 0), (1, 1000)]), base);
        for other in [
            &[][..],
            &[(1, 0), (2, 5)],
            &[(1, 0), (2, 5), (1, 1001)],
            &[(1, 0), (2, 6), (1, 1000)],
            &[(1, 0), (3, 5), (1, 1000)],
        ] {
            assert_ne!(of(other), base, "{other:?}");
        }
        assert_ne!(of(&[(1, 0)]), of(&[(2, 0)]), "the same state of another peer");
    }
    let of = |second| {
        let mut registry = Registry::new(phi_rule());
        for ms in [0, second, 2000] {
            registry.heartbeat(&address(1), at(ms));
        }
        registry.fingerprint()
    };
    assert_ne!(of(1000), of(1001), "the same last heartbeat after another history");
}

#[test]
fn a_stored_registry_with_foreign_or_doubled_detectors_is_refused() {
    let phi = phi_rule().new_detector();
    let read = |rule: Arc<DetectorRule>, detectors| {
        let stored = postcard::to_allocvec(&StoredRegistry { rule, detectors }).unwrap();
        Registry::try_from(postcard::from_bytes::<StoredRegistry>(&stored).unwrap())
    };
    let foreign = read(deadline_rule(), vec![(address(1), phi.clone())]);
    assert_eq!(foreign, Err(RegistryError::ForeignDetector { address: address(1) }));
    let doubled = read(phi_rule(), vec![(address(1), phi.clone()), (address(1), phi.clone())]);
    assert_eq!(doubled, Err(RegistryError::TwoDetectors { address: address(1) }));
    assert_eq!(read(phi_rule(), vec![(address(2), phi.clone()), (address(1), phi)]).unwrap().len(), 2);
}

proptest! {
    #![proptest_config(proptest_config())]

    /// PHI-38 to PHI-43: the same as an ordered map of detectors, and a stored copy is the same again.
    #[test]
    fn a_registry_behaves_like_a_map(
        is_phi in any::<bool>(),
        steps in prop::collection::vec((0..10_u8, 1..12_u16, 0..6_000_u64), 1..100),
    ) {
        let rule = if is_phi { phi_rule() } else { deadline_rule() };
        let mut registry = Registry::new(rule.clone());
        let mut map: BTreeMap<Address, Detector> = BTreeMap::new();
        let mut now = 0;
        for (action, port, step) in steps {
            now += step;
            let peer = address(port);
            match action {
                0 => {
                    registry.remove(&peer);
                    map.remove(&peer);
                }
                _ => {
                    let detector = map.entry(peer.clone()).or_insert_with(|| rule.new_detector());
                    prop_assert_eq!(registry.heartbeat(&peer, at(now)), detector.heartbeat(&rule, at(now)));
                }
            }
            prop_assert_eq!(registry.len(), map.len());
            for port in 1..12 {
                let peer = address(port);
                prop_assert_eq!(registry.detector(&peer), map.get(&peer));
                let available = map.get(&peer).is_none_or(|detector| detector.is_available(&rule, at(now)));
                prop_assert_eq!(registry.is_available(&peer, at(now)), available);
                prop_assert_eq!(registry.is_monitoring(&peer), map.contains_key(&peer));
            }
        }
        let read: Registry = postcard::from_bytes(&postcard::to_allocvec(&registry).unwrap()).unwrap();
        prop_assert_eq!(read.fingerprint(), registry.fingerprint());
        prop_assert_eq!(read, registry);
    }
}
