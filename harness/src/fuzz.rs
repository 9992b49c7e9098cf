//! The bodies of the fuzz targets, so that stable tests run them too.

use quorate::{Codec, NEWEST_FORMAT, OLDEST_FORMAT};

/// Any bytes are an envelope or an error, and an envelope is the same after another trip.
///
/// # Panics
/// If an envelope that was decoded does not come back from its own frame.
pub fn decode(frame: &[u8]) {
    let mut codec = Codec::default();
    if let Ok(Some(envelope)) = codec.decode(frame) {
        for format in OLDEST_FORMAT..=NEWEST_FORMAT {
            let mut reader = Codec::default();
            let mut again = None;
            for frame in codec.encode_in(format, &envelope).expect("no larger than it came") {
                again = reader.decode(frame).expect("what was just written");
            }
            assert_eq!(again.as_ref(), Some(&envelope));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use proptest::test_runner::{Config, RngSeed};

    #[test]
    fn no_bytes_make_the_decoder_panic() {
        let config = Config { failure_persistence: None, rng_seed: RngSeed::Fixed(1), ..Config::default() };
        proptest!(config, |(body in proptest::collection::vec(any::<u8>(), 0..400), whole in any::<bool>())| {
            let head: &[u8] = if whole { b"Qr\x01" } else { b"" };
            decode(&[head, &body].concat());
        });
    }
}
