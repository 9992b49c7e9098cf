//! SIM-4: messages as bytes.

use quorate::{Codec, Envelope};

use super::step::WireFault;

/// What an envelope becomes on its way through bytes; it must be what it was.
pub(super) fn round_trip(codec: &mut Codec, envelope: &Envelope) -> Result<Envelope, WireFault> {
    let frame = codec.encode(envelope).map_err(WireFault::NotEncoded)?;
    let decoded = codec.decode(&frame).map_err(WireFault::NotDecoded)?;
    if decoded == *envelope { Ok(decoded) } else { Err(WireFault::Different) }
}

#[cfg(test)]
mod tests {
    use quorate::{Address, Destination, Limits, Message, UniqueAddress};

    use super::*;

    /// SIM-4
    #[test]
    fn a_message_that_does_not_fit_through_the_wire_is_told() {
        let address = Address::new("a", 1).unwrap();
        let envelope = Envelope {
            cluster: "test".into(),
            from: UniqueAddress::new(address.clone(), 1),
            to: Destination::Address(address),
            message: Message::InitJoin { attempt: 3, config: quorate::JoinConfig::empty() },
        };
        assert_eq!(round_trip(&mut Codec::default(), &envelope), Ok(envelope.clone()));
        let mut limits = Limits::default();
        limits.frame_bytes = 4;
        let refused = round_trip(&mut Codec::new(limits), &envelope);
        assert!(matches!(refused, Err(WireFault::NotEncoded(_))), "{refused:?}");
    }
}
