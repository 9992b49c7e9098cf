//! SIM-4: messages as bytes.

use quorate::{Codec, Envelope, InputKind};

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

/// What a node is told of the frames that somebody wrote: an envelope, or that they are none.
pub(super) fn heard(writer: &mut Codec, reader: &mut Codec, envelope: &Envelope) -> InputKind {
    let Ok(frames) = writer.encode(envelope) else { return InputKind::Received(envelope.clone()) };
    let read: Result<Vec<_>, _> = frames.map(|frame| reader.decode(frame)).collect();
    match read {
        Ok(mut parts) => {
            parts.pop().flatten().map_or_else(|| InputKind::Received(envelope.clone()), InputKind::Received)
        }
        Err(error) => InputKind::Undecodable { from: Some(envelope.from.address.clone()), error },
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use quorate::{
        Address, Config, Destination, Instant, Limits, Message, NEWEST_FORMAT, OLDEST_FORMAT, UniqueAddress,
    };

    use super::*;
    use crate::{Action, HostSpec, World};

    /// FRM-11, FRM-13: nodes that hear each other use the newest format; a new incarnation has heard nobody.
    #[test]
    fn a_new_incarnation_begins_with_the_oldest_format() {
        let mut world: World = World::new(1);
        world.set_wire(true);
        let addresses = ["a", "b"].map(|name| Address::new(name, 1).unwrap());
        let [a, b] = [0, 1].map(|place: usize| {
            let address = addresses[place].clone();
            let host = world.add_host(HostSpec::new(address.host(), address.clone(), Config::default()));
            let host = host.unwrap();
            let seeds = vec![addresses[0].clone()];
            world.schedule(Instant::ZERO, Action::Start { host, seeds, spread: None });
            host
        });
        let run = |world: &mut World, secs| {
            let until = Instant::ZERO + Duration::from_secs(secs);
            while world.step_until(until).is_some() {}
        };
        let format = |world: &mut World, from: crate::HostId, to: usize| {
            world.hosts[from.index()].codec().format_for(&addresses[to])
        };
        run(&mut world, 20);
        assert_eq!((format(&mut world, a, 1), format(&mut world, b, 0)), (NEWEST_FORMAT, NEWEST_FORMAT));
        let now = world.now();
        world.schedule(now, Action::Crash { host: a });
        world.schedule(now, Action::Start { host: a, seeds: Vec::new(), spread: None });
        run(&mut world, 20);
        assert_eq!((format(&mut world, a, 1), format(&mut world, b, 0)), (OLDEST_FORMAT, NEWEST_FORMAT));
    }

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
