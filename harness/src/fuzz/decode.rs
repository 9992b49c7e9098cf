//! A frame of any bytes.

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
