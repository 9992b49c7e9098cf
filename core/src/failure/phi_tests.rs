use super::*;
use crate::testing::proptest_config;
use alloc::vec;
use alloc::vec::Vec;
use core::f64::consts::LOG10_2;
use proptest::prelude::*;

fn at(ms: u64) -> Instant {
    Instant::from_nanos(ms * 1_000_000)
}

fn settings() -> PhiSettings {
    PhiSettings {
        threshold: 8.0,
        max_sample_size: 1000,
        min_std_deviation: Duration::from_millis(100),
        acceptable_heartbeat_pause: Duration::from_secs(3),
        first_estimate: Duration::from_secs(1),
    }
}

fn default_rule() -> PhiRule {
    PhiRule::new(&settings()).unwrap()
}

/// A detector that was heard at these moments, and the warnings that it gave.
fn heard(rule: &PhiRule, moments: impl IntoIterator<Item = u64>) -> (PhiDetector, Vec<u64>) {
    let mut detector = PhiDetector::new(rule);
    let warnings = moments.into_iter().filter_map(|ms| detector.heartbeat(rule, at(ms))).collect();
    (detector, warnings)
}

fn intervals(detector: &PhiDetector) -> Vec<u64> {
    detector.history().intervals().collect()
}

/// The first whole millisecond of silence after the last heartbeat at which the peer is unavailable.
fn needed_silence(rule: &PhiRule, detector: &PhiDetector) -> u64 {
    let last = detector.last_ms().unwrap();
    (0..).find(|silence| !detector.is_available(rule, at(last + silence))).unwrap()
}

/// PHI-33
fn assert_close(got: f64, expected: f64, of: &str) {
    let tolerance = expected.abs() * 1e-9;
    assert!(
        got.total_cmp(&expected).is_eq() || (got - expected).abs() <= tolerance,
        "{got}, not {expected}: {of}"
    );
}

/// PHI-23, PHI-24, PHI-25, PHI-27, PHI-28
#[test]
fn phi_has_the_known_values() {
    let table = [
        (0.0, 0.0, 10.0, LOG10_2),
        (6.0, 0.0, 10.0, 0.562_054_078_720_753_1),
        (15.0, 0.0, 10.0, 1.174_268_679_590_664),
        (20.0, 0.0, 10.0, 1.642_827_885_487_112),
        (25.0, 0.0, 10.0, 2.216_071_266_294_15),
        (35.0, 0.0, 10.0, 3.742_445_063_624_936),
        (40.0, 0.0, 10.0, 4.736_694_582_705_181),
        (22.0, 20.0, 3.0, 0.597_950_314_783_611_3),
        (10.0, 0.0, 1.0, 37.584_713_052_871_22),
        (-25.0, 0.0, 1.0, -0.0),
        (0.0, 1000.0, 100.0, -0.0),
        (500.0, 1000.0, 100.0, 2.176_892_221_964_508e-8),
        (900.0, 1000.0, 100.0, 0.075_033_032_141_039_88),
        (1000.0, 1000.0, 100.0, LOG10_2),
        (1001.0, 1000.0, 100.0, 0.304_513_011_046_106_7),
        (1100.0, 1000.0, 100.0, 0.799_508_320_839_559_8),
        (1100.0, 1000.0, 500.0, 0.376_073_791_933_186_9),
        (1200.0, 1000.0, 100.0, 1.642_827_885_487_112),
        (1400.0, 1000.0, 100.0, 4.736_694_582_705_181),
        (1600.0, 1000.0, 100.0, 10.782_600_858_295_71),
        (1700.0, 1000.0, 100.0, 15.368_525_622_645_26),
        (3999.0, 4000.0, 250.0, 0.299_644_553_876_066_8),
        (4001.0, 4000.0, 250.0, 0.302_419_871_294_592_5),
        (4500.0, 4000.0, 250.0, 1.642_827_885_487_112),
        (5306.0, 4000.0, 250.0, 7.993_635_145_812_706),
        (5307.0, 4000.0, 250.0, 8.006_454_303_546_29),
        (4500.0, 4000.0, 100.0, 7.299_947_394_460_206),
        (4522.0, 4000.0, 100.0, 7.980_831_357_387_225),
        (4523.0, 4000.0, 100.0, 8.012_869_649_581_168),
        (5000.0, 4000.0, 100.0, 37.584_713_052_871_22),
        (6000.0, 4000.0, 100.0, 259.047_972_565_651_7),
        (6159.0, 4000.0, 100.0, 323.306_215_343_115_8),
        (6160.0, 4000.0, 100.0, f64::INFINITY),
    ];
    for (silence, mean, std_deviation, expected) in table {
        let of = alloc::format!("{silence}, {mean}, {std_deviation}");
        assert_close(phi(silence, mean, std_deviation), expected, &of);
    }
}

/// PHI-26 and the table of silences needed: the limit stands where phi reaches the threshold.
#[test]
fn thresholds_have_the_known_limits() {
    let table = [
        (3.0, 3.058_937_819_4, 4305.9, 4764.7),
        (4.0, 3.638_109_756_8, 4363.8, 4909.5),
        (5.0, 4.119_191_491_0, 4411.9, 5029.8),
        (8.0, 5.225_986_644_1, 4522.6, 5306.5),
        (10.0, 5.799_024_714_7, 4579.9, 5449.8),
        (12.0, 6.292_124_098_2, 4629.2, 5573.0),
        (16.0, 7.119_680_927_8, 4712.0, 5779.9),
    ];
    for (threshold, y, calm, at_start) in table {
        let limit = least_y_that_reaches(threshold);
        assert!((limit - y).abs() < 1e-10, "{limit} for threshold {threshold}");
        assert!((4000.0 + 100.0 * limit - calm).abs() <= 0.051, "threshold {threshold}");
        assert!((4000.0 + 250.0 * limit - at_start).abs() <= 0.051, "threshold {threshold}");
    }
}

/// PHI-26
#[test]
fn the_limit_is_the_least_number_whose_phi_reaches_the_threshold() {
    for threshold in
        [f64::MIN_POSITIVE, 0.1, phi_of(0.0), 0.5, 1.0, 8.0, 100.0, 323.0, f64::MAX, f64::INFINITY]
    {
        let limit = least_y_that_reaches(threshold);
        assert!(phi_of(limit) >= threshold, "{threshold}");
        assert!(phi_of(limit.next_down()) < threshold, "{threshold}");
    }
    assert!(least_y_that_reaches(0.3) < 0.0);
    assert!(least_y_that_reaches(0.302) > 0.0);
    for number in [-64.0, -1.5, -0.0, 0.0, 1e-300, 5.2, 64.0] {
        assert_eq!(ranked(rank(number)).to_bits(), f64::to_bits(number));
    }
    assert_eq!(rank(0.0) - rank(-0.0), 1);
}

/// PHI-26
#[test]
fn phi_equal_to_the_threshold_is_unavailable() {
    let (unsettled, _) = heard(&default_rule(), [0]);
    let threshold = unsettled.phi(&default_rule(), at(5000));
    let rule = PhiRule::new(&PhiSettings { threshold, ..settings() }).unwrap();
    let (detector, _) = heard(&rule, [0]);
    assert!(detector.is_available(&rule, at(4999)));
    assert!(!detector.is_available(&rule, at(5000)));
}

/// PHI-26, PHI-28
#[test]
fn a_threshold_below_that_of_the_mean_may_refuse_silence_within_the_pause() {
    let impatient = PhiSettings { threshold: 0.1, first_estimate: Duration::from_millis(1), ..settings() };
    let rule = PhiRule::new(&impatient).unwrap();
    let (detector, _) = heard(&rule, [0]);
    // The mean with the pause is 3001 ms, the deviation 100 ms.
    assert_close(detector.phi(&rule, at(3000)), phi(3000.0, 3001.0, 100.0), "within the pause");
    assert!(!detector.is_available(&rule, at(3000)));
    assert!(detector.is_available(&rule, at(2800)));
}

/// PHI-12, PHI-14, PHI-20, PHI-21
#[test]
fn the_first_heartbeat_starts_from_the_seed_and_records_nothing() {
    let rule = default_rule();
    let mut detector = PhiDetector::new(&rule);
    assert!(!detector.is_monitoring());
    assert_eq!(detector.phi(&rule, Instant::MAX).to_bits(), 0.0_f64.to_bits());
    assert_eq!(detector.heartbeat(&rule, at(1_000_000)), None);
    assert!(detector.is_monitoring());
    assert_eq!(intervals(&detector), [750, 1250]);
    assert_eq!(intervals(&PhiDetector { history: seed(1003, 1000), last_ms: None }), [753, 1253]);
    assert_eq!(intervals(&PhiDetector { history: seed(3, 1000), last_ms: None }), [3, 3]);
}

/// PHI-13
#[test]
fn a_window_of_one_keeps_the_second_seed_value() {
    let rule = PhiRule::new(&PhiSettings { max_sample_size: 1, ..settings() }).unwrap();
    let (mut detector, _) = heard(&rule, [0]);
    assert_eq!(intervals(&detector), [1250]);
    detector.heartbeat(&rule, at(900));
    assert_eq!(intervals(&detector), [900]);
}

/// PHI-18
#[test]
fn the_seed_leaves_with_the_last_intervals_that_fill_the_window() {
    let rule = PhiRule::new(&PhiSettings { max_sample_size: 5, ..settings() }).unwrap();
    let after = |recorded: u64| intervals(&heard(&rule, (0..=recorded).map(|count| count * 1000)).0);
    assert_eq!(after(3), [750, 1250, 1000, 1000, 1000]);
    assert_eq!(after(4), [1250, 1000, 1000, 1000, 1000]);
    assert_eq!(after(5), [1000; 5]);
}

/// PHI-15, PHI-22, PHI-31
#[test]
fn the_worked_detector_has_the_known_statistics() {
    let table = [
        (0, 2, 2000, 2_125_000, 1000.0, 250.0, None),
        (1003, 3, 3003, 3_131_009, 1001.0, 204.129_044_152_6, None),
        (1998, 4, 3998, 4_121_034, 999.5, 176.800_028_280_5, None),
        (3050, 5, 5050, 5_227_738, 1010.0, 159.523_039_088_4, None),
        (4010, 6, 6010, 6_149_338, 1_001.666_666_667, 146.811_292_329_8, None),
        (6500, 7, 8500, 12_349_438, 1_214.285_714_286, 538.252_387_503_4, Some(2490)),
        (7480, 8, 9480, 13_309_838, 1185.0, 509.416_087_300_0, None),
        (8475, 9, 10475, 14_299_863, 1_163.888_888_889, 483.979_670_014_8, None),
    ];
    let rule = default_rule();
    let mut detector = PhiDetector::new(&rule);
    for (ms, len, sum, squared_sum, mean, std_deviation, warning) in table {
        assert_eq!(detector.heartbeat(&rule, at(ms)), warning, "at {ms}");
        let history = detector.history();
        assert_eq!((history.len(), history.sum(), history.squared_sum()), (len, sum, squared_sum), "at {ms}");
        assert_close(history.mean(), mean, "mean");
        assert_close(history.std_deviation(), std_deviation, "deviation");
    }
    let silences = [
        (3000, 0.003_477_639_561_546),
        (4000, 0.198_815_859_490_8),
        (4500, 0.613_350_190_615_6),
        (5000, 1.375_349_464_808),
        (5500, 2.561_432_325_912),
        (6000, 4.305_636_632_475),
        (6500, 6.795_532_975_882),
        (7000, 10.232_741_224_06),
    ];
    for (silence, expected) in silences {
        assert_close(detector.phi(&rule, at(8475 + silence)), expected, "phi of the worked detector");
    }
}

/// PHI-15, PHI-16
#[test]
fn the_gap_of_an_outage_never_enters_the_statistics() {
    let rule = default_rule();
    let (mut detector, _) = heard(&rule, [0, 1000, 2000, 3000]);
    assert_close(detector.phi(&rule, at(3000 + 4826)), 7.993_900_008_961, "at 4826");
    assert_close(detector.phi(&rule, at(3000 + 4827)), 8.014_176_445_503, "at 4827");
    assert_eq!(needed_silence(&rule, &detector), 4827);
    // PHI-31: nor does it give a warning.
    assert_eq!(detector.heartbeat(&rule, at(13_000)), None);
    assert_eq!(intervals(&detector), [750, 1250, 1000, 1000, 1000]);
    assert!(detector.is_available(&rule, at(13_001)));
    detector.heartbeat(&rule, at(14_000));
    assert_eq!(intervals(&detector), [750, 1250, 1000, 1000, 1000, 1000]);
}

/// PHI-15, and the table of silences needed after k intervals of one second
#[test]
fn regular_replies_shorten_the_needed_silence() {
    let rule = default_rule();
    let table = [
        (0, 5307),
        (1, 5067),
        (2, 4924),
        (3, 4827),
        (5, 4699),
        (8, 4585),
        (10, 4534),
        (11, 4523),
        (100, 4523),
    ];
    for (recorded, expected) in table {
        let (detector, _) = heard(&rule, (0..=recorded).map(|count| count * 1000));
        assert_eq!(needed_silence(&rule, &detector), expected, "after {recorded} intervals");
    }
}

/// PHI-17
#[test]
fn an_accepted_late_reply_makes_the_detector_slower_until_it_leaves_the_window() {
    let rule = default_rule();
    let (mut detector, _) = heard(&rule, (0..=100).map(|count| count * 1000));
    assert_eq!(needed_silence(&rule, &detector), 4523);
    assert_eq!(detector.heartbeat(&rule, at(104_000)), Some(4000));
    assert!((detector.history().mean() - 1_029.13).abs() < 0.005);
    assert!((detector.history().std_deviation() - 296.22).abs() < 0.005);
    assert_eq!(needed_silence(&rule, &detector), 5578);
    let mut ms = 104_000;
    for count in 1..=1000 {
        ms += 1000;
        detector.heartbeat(&rule, at(ms));
        match count {
            100 => assert_eq!(needed_silence(&rule, &detector), 5121),
            999 => assert!(needed_silence(&rule, &detector) > 4523),
            1000 => assert_eq!(needed_silence(&rule, &detector), 4523),
            _ => {}
        }
    }
}

/// PHI-19
#[test]
fn two_heartbeats_in_one_millisecond_record_an_interval_of_zero() {
    let (detector, _) = heard(&default_rule(), [5, 5]);
    assert_eq!(intervals(&detector), [750, 1250, 0]);
}

/// PHI-2
#[test]
fn fractions_of_a_millisecond_do_not_count() {
    let rule = default_rule();
    let mut detector = PhiDetector::new(&rule);
    detector.heartbeat(&rule, Instant::from_nanos(1_999_999));
    detector.heartbeat(&rule, Instant::from_nanos(1_002_000_000));
    assert_eq!(intervals(&detector), [750, 1250, 1001]);
    let fractions = PhiSettings {
        min_std_deviation: Duration::from_micros(100_900),
        acceptable_heartbeat_pause: Duration::from_micros(3_000_900),
        first_estimate: Duration::from_micros(1_000_900),
        ..settings()
    };
    assert_eq!(PhiRule::new(&fractions).unwrap(), rule);
}

/// PHI-29
#[test]
fn phi_grows_with_silence_and_falls_with_deviation() {
    for std_deviation in [1.0, 100.0, 538.25] {
        for silence in 0..8000 {
            let (now, later) = (f64::from(silence), f64::from(silence + 1));
            assert!(phi(now, 4000.0, std_deviation) <= phi(later, 4000.0, std_deviation), "{silence}");
        }
    }
    for silence in 4001..5000 {
        let silence = f64::from(silence);
        assert!(phi(silence, 4000.0, 200.0) < phi(silence, 4000.0, 100.0), "{silence}");
    }
}

/// PHI-30
#[test]
fn only_a_heartbeat_ends_unavailability() {
    let rule = default_rule();
    let (mut detector, _) = heard(&rule, [0]);
    for ms in [5307, 10_000, 10_000_000, 10_000_000_000_000] {
        assert!(!detector.is_available(&rule, at(ms)), "at {ms}");
    }
    detector.heartbeat(&rule, at(10_000_000_000_001));
    assert!(detector.is_available(&rule, at(10_000_000_000_001)));
}

/// PHI-31
#[test]
fn a_warning_is_due_from_two_thirds_of_the_pause_on() {
    assert_eq!([3000, 10_000, 3001, 3005, 2, 0].map(warning_ms), [2000, 6666, 2000, 2002, 0, 0]);
    let rule = default_rule();
    assert_eq!(heard(&rule, [0, 1999, 3999, 5998]).1, [2000]);
    let no_pause = PhiSettings { acceptable_heartbeat_pause: Duration::ZERO, ..settings() };
    assert_eq!(heard(&PhiRule::new(&no_pause).unwrap(), [7, 7]).1, [0]);
}

#[test]
fn a_clock_that_stands_still_or_runs_backwards_counts_as_no_silence() {
    let rule = default_rule();
    let (mut detector, _) = heard(&rule, [1000]);
    assert!(detector.is_available(&rule, Instant::ZERO));
    assert_eq!(detector.heartbeat(&rule, at(400)), None);
    assert_eq!((intervals(&detector), detector.last_ms()), (vec![750, 1250, 0], Some(1000)));
    detector.heartbeat(&rule, at(2000));
    assert_eq!(intervals(&detector), [750, 1250, 0, 1000]);
}

#[test]
fn new_detectors_share_the_samples_of_the_seed() {
    let rule = default_rule();
    assert_eq!(PhiDetector::new(&rule), PhiDetector::new(&rule));
    let (changed, _) = heard(&rule, [0, 1000]);
    assert_eq!(intervals(&changed).len(), 3);
    assert_eq!(intervals(&PhiDetector::new(&rule)), [750, 1250]);
}

/// PHI-7 to PHI-9, PHI-15, PHI-17: a detector of which every answer is lost with the same chance, after 20,000 that were not, and how much
/// silence it needs then, by all that it remembers, on average over as many more.
fn needed_silence_under_loss(lost: f64) -> f64 {
    let (rule, mut now_ms) = (default_rule(), 0);
    let (mut detector, mut total) = (PhiDetector::new(&rule), 0.0);
    let mut word = 1_u64;
    let mut chance = || {
        word ^= word >> 12;
        word ^= word << 25;
        word ^= word >> 27;
        word.wrapping_mul(0x2545_F491_4F6C_DD1D) as f64 / u64::MAX as f64
    };
    let answers = 20_000_u64;
    for answer in 0..2 * answers {
        now_ms += 1000;
        while chance() <= lost {
            now_ms += 1000;
        }
        detector.heartbeat(&rule, at(now_ms));
        if answer >= answers {
            let history = detector.history();
            let mean = history.mean() + rule.pause_ms as f64;
            total += mean + rule.y_limit * history.std_deviation().max(rule.min_std_deviation_ms as f64);
        }
    }
    total / answers as f64
}

/// The table of part 03, section 7.2, for a lossy link: each gap that is accepted makes the detector more patient.
#[test]
fn loss_makes_the_detector_as_patient_as_the_table_says() {
    for (lost, expected) in [(0.01, 4566.0), (0.05, 5275.0), (0.10, 5940.0), (0.20, 7162.0), (0.30, 8496.0)] {
        let needed = needed_silence_under_loss(lost);
        assert!(
            (needed - expected).abs() < 0.01 * expected,
            "{needed}, not {expected}, where {lost} is lost"
        );
    }
}

/// The detector once more, slowly: a plain list, no running sums, phi in full at each verdict.
struct Twin {
    settings: PhiSettings,
    list: Vec<u64>,
    last: Option<u64>,
}

impl Twin {
    fn new(settings: &PhiSettings) -> Self {
        let estimate = settings.first_estimate.as_millis() as u64;
        let mut twin = Self { settings: settings.clone(), list: Vec::new(), last: None };
        twin.push(estimate - estimate / 4);
        twin.push(estimate + estimate / 4);
        twin
    }

    fn push(&mut self, interval: u64) {
        self.list.push(interval);
        let first = self.list.len().saturating_sub(self.settings.max_sample_size as usize);
        self.list.drain(..first);
    }

    fn phi(&self, now: u64) -> f64 {
        let Some(last) = self.last else { return 0.0 };
        let len = self.list.len() as f64;
        let mean = self.list.iter().sum::<u64>() as f64 / len;
        let squares = self.list.iter().map(|&x| u128::from(x) * u128::from(x)).sum::<u128>() as f64;
        let deviation = libm::sqrt((squares / len - mean * mean).max(0.0));
        let least_deviation = self.settings.min_std_deviation.as_millis() as f64;
        let mean = mean + self.settings.acceptable_heartbeat_pause.as_millis() as f64;
        phi((now - last) as f64, mean, deviation.max(least_deviation))
    }

    fn heartbeat(&mut self, now: u64) -> Option<u64> {
        let recorded = self.last.filter(|_| self.phi(now) < self.settings.threshold).map(|last| now - last);
        recorded.into_iter().for_each(|interval| self.push(interval));
        self.last = Some(now);
        let pause = self.settings.acceptable_heartbeat_pause.as_millis() as u64;
        recorded.filter(|&interval| interval >= pause / 3 * 2)
    }
}

fn any_settings() -> impl Strategy<Value = PhiSettings> {
    (0.01..20.0_f64, 1..80_u32, 1..500_u64, prop_oneof![Just(0), 0..10_000_u64], 1..5_000_u64).prop_map(
        |(threshold, max_sample_size, deviation, pause, estimate)| PhiSettings {
            threshold,
            max_sample_size,
            min_std_deviation: Duration::from_millis(deviation),
            acceptable_heartbeat_pause: Duration::from_millis(pause),
            first_estimate: Duration::from_millis(estimate),
        },
    )
}

proptest! {
    #![proptest_config(proptest_config())]

    /// PHI-15, PHI-22, PHI-26, PHI-31: the verdict that computes no logarithm is the one that does.
    #[test]
    fn a_detector_behaves_like_its_slow_twin(
        settings in any_settings(),
        steps in prop::collection::vec((any::<bool>(), prop_oneof![4 => 0..3_000_u64, 1 => 0..100_000_u64]), 1..300),
    ) {
        let rule = PhiRule::new(&settings).unwrap();
        let (mut fast, mut slow) = (PhiDetector::new(&rule), Twin::new(&settings));
        let mut now = 0;
        for (is_heartbeat, step) in steps {
            now += step;
            prop_assert_eq!(fast.phi(&rule, at(now)).to_bits(), slow.phi(now).to_bits());
            prop_assert_eq!(fast.is_available(&rule, at(now)), slow.phi(now) < settings.threshold);
            if is_heartbeat {
                prop_assert_eq!(fast.heartbeat(&rule, at(now)), slow.heartbeat(now));
                prop_assert_eq!(&intervals(&fast), &slow.list);
            }
        }
    }
}
