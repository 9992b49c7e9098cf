//! A frame of any bytes.

use quorate::{Codec, EncodeError, Envelope, Limits, NEWEST_FORMAT, OLDEST_FORMAT, internals};

/// So small that what a fuzzer's bytes can hold comes in parts.
const SMALL_FRAME_BYTES: usize = 300;

/// FRM-2, FRM-3, FRM-10, FRM-20: any bytes are an envelope or an error, whether or not their checksum fits, and an envelope is the same after
/// another trip: in each format, in one frame and in parts.
///
/// # Panics
/// If an envelope that was decoded does not come back from its own frames.
pub fn decode(frame: &[u8]) {
    let mut codec = Codec::default();
    if let Ok(Some(envelope)) = codec.decode(frame) {
        travels(&mut codec, &envelope);
    }
    // A fuzzer does not guess checksums.
    let mut sealed = frame.to_vec();
    internals::seal(&mut sealed);
    if sealed != frame
        && let Ok(Some(envelope)) = codec.decode(&sealed)
    {
        travels(&mut codec, &envelope);
    }
}

fn travels(codec: &mut Codec, envelope: &Envelope) {
    let mut small = Limits::default();
    small.frame_bytes = SMALL_FRAME_BYTES;
    for format in OLDEST_FORMAT..=NEWEST_FORMAT {
        travels_in(format, codec, &mut Codec::default(), envelope);
        travels_in(format, &mut Codec::new(small), &mut Codec::new(small), envelope);
    }
}

fn travels_in(format: u8, writer: &mut Codec, reader: &mut Codec, envelope: &Envelope) {
    let frames = match writer.encode_in(format, envelope) {
        // Names alone may leave a small frame no room.
        Err(EncodeError::NoRoom { .. }) => return,
        frames => frames.expect("no larger than it came"),
    };
    let mut again = None;
    for frame in frames {
        again = reader.decode(frame).expect("what was just written");
    }
    assert_eq!(again.as_ref(), Some(envelope));
}
