//! SIM-4: messages as bytes.

use quorate::{Codec, Envelope};

use super::step::WireFault;

/// What an envelope becomes on its way through the bytes of its sender and its receiver; it must be what it was.
pub(super) fn round_trip(
    sender: &mut Codec,
    receiver: &mut Codec,
    envelope: &Envelope,
) -> Result<Envelope, WireFault> {
    let mut decoded = None;
    for frame in sender.encode(envelope).map_err(WireFault::NotEncoded)? {
        decoded = receiver.decode(frame).map_err(WireFault::NotDecoded)?;
    }
    decoded.filter(|decoded| decoded == envelope).ok_or(WireFault::Different)
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
        let mut receiver = Codec::default();
        assert_eq!(round_trip(&mut Codec::default(), &mut receiver, &envelope), Ok(envelope.clone()));
        let mut limits = Limits::default();
        limits.frame_bytes = 4;
        let refused = round_trip(&mut Codec::new(limits), &mut receiver, &envelope);
        assert!(matches!(refused, Err(WireFault::NotEncoded(_))), "{refused:?}");
    }
}
