//! SIM-3: what becomes of messages on links that do more than delay and lose: copies, flipped bits, narrow pipes, and
//! links that hold what is sent on them.

use std::time::Duration;

use quorate::{DecodeError, NEWEST_FORMAT, Output};

use super::{Body, Parcel, World};
use crate::application::Application;
use crate::host::HostId;
use crate::keyed;
use crate::network::links::Odd;
use crate::network::mishap::Mishap;

impl<A: Application> World<A> {
    #[cold]
    pub(super) fn send_oddly(&mut self, from: HostId, to: HostId, place: usize, hash: u64, odd: Odd) {
        let Output::Send(envelope) = &self.outputs[place] else { return };
        let kind = envelope.message.kind();
        self.mishaps.extend(odd.misfortune.map(|what| Mishap { from, to, kind, what }));
        let mut envelope = envelope.clone();
        if self.wire
            && let Some(decoded) = self.through_wire(from, to, place)
        {
            envelope = decoded;
        }
        // Its length does not depend on whether messages travel as bytes, so neither does the run.
        let frame = (odd.weighed_on.is_some() || odd.corrupt.is_some())
            .then(|| self.scale.encode_in(NEWEST_FORMAT, &envelope).ok())
            .flatten()
            .map(|frames| frames.collect::<Vec<_>>().concat());
        let bytes = frame.as_ref().map_or(0, |frame| frame.len() as u64);
        let body = match odd.corrupt.zip(frame) {
            None => Some(Body::Envelope(envelope)),
            Some((draw, frame)) => {
                self.counts.corrupted += 1;
                let error = self.flip(to, frame, draw);
                error.map(|error| Body::Garbled { error })
            }
        };
        let Some(body) = body else { return };
        self.push_oddly(to, Parcel { from, sent_at: self.now, hash, body }, odd, bytes);
    }

    /// Flips the bit that a draw names. Gives what the receiver finds wrong with the frame.
    fn flip(&mut self, to: HostId, mut frame: Vec<u8>, draw: u64) -> Option<DecodeError> {
        let bit = keyed::below(draw, frame.len() as u64 * 8);
        let byte = frame.get_mut((bit / 8) as usize)?;
        *byte ^= 1 << (bit % 8);
        let read = self.hosts[to.index()].codec().decode(&frame);
        debug_assert!(read.is_err(), "the checksum sees one flipped bit");
        read.err()
    }

    /// Sends a parcel on its way as its link wants it.
    pub(super) fn push_oddly(&mut self, to: HostId, parcel: Parcel<A::Message>, odd: Odd, bytes: u64) {
        if odd.is_held {
            self.counts.held += 1;
            return self.held.push((to, parcel));
        }
        let passes =
            odd.weighed_on.map_or(Ok(0), |link| self.network.links.pass(self.now.as_nanos(), link, bytes));
        let passes = match passes {
            Ok(passes) => passes,
            Err(why) => return self.count_unsent(why),
        };
        let arrives = |delay| self.now + Duration::from_nanos(passes) + Duration::from_nanos(delay);
        if odd.delay.is_none() {
            self.counts.lost += 1;
        }
        for (number, delay) in [odd.delay, odd.copy].into_iter().flatten().enumerate() {
            self.counts.copies += u64::from(number > 0 || odd.delay.is_none());
            self.queue.push_parcel(arrives(delay), to, parcel.clone());
        }
    }
}
