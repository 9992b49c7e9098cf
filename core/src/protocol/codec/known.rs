//! What a codec remembers of those that it has heard: addresses, so that reading one again allocates nothing, and the
//! newest format that each reads.

use alloc::boxed::Box;
use alloc::vec::Vec;

use crate::format::OLDEST_FORMAT;
use crate::membership::{Address, AddressError};
use crate::mix::Mixer;

/// A table of fixed size, in which a place is given to whoever came last: nothing that a peer sends makes it grow. Who has lost
/// its place is read anew, and written to in the oldest format until it is heard again.
#[derive(Clone, Debug, Default)]
pub(super) struct Known(Option<Box<[Option<Peer>]>>);

#[derive(Clone, Debug)]
struct Peer {
    address: Address,
    /// The newest format that it reads.
    reads: u8,
}

const PLACES: usize = 512;

impl Known {
    /// The address of these parts.
    pub(super) fn address(&mut self, host: &str, port: u16) -> Result<Address, AddressError> {
        let places = self.0.get_or_insert_with(|| {
            let nobody: Vec<Option<Peer>> = (0..PLACES).map(|_| None).collect();
            nobody.into_boxed_slice()
        });
        let place = &mut places[place_of(host, port)];
        match place {
            Some(Peer { address, .. }) if address.port() == port && address.host() == host => {
                Ok(address.clone())
            }
            _ => {
                let address = Address::new(host, port)?;
                *place = Some(Peer { address: address.clone(), reads: OLDEST_FORMAT });
                Ok(address)
            }
        }
    }

    /// The newest format that the node at an address is known to read.
    pub(super) fn reads(&self, address: &Address) -> u8 {
        let peer =
            self.0.as_ref().and_then(|places| places[place_of(address.host(), address.port())].as_ref());
        peer.filter(|peer| peer.address == *address).map_or(OLDEST_FORMAT, |peer| peer.reads)
    }

    /// Remembers the newest format that a node says it reads.
    pub(super) fn heard(&mut self, address: &Address, reads: u8) {
        let places = self.0.as_mut();
        let peer = places.and_then(|places| places[place_of(address.host(), address.port())].as_mut());
        if let Some(peer) = peer.filter(|peer| peer.address == *address) {
            peer.reads = reads;
        }
    }
}

fn place_of(host: &str, port: u16) -> usize {
    let mut mixer = Mixer::new(21);
    mixer.text(host);
    mixer.word(u64::from(port));
    mixer.finish() as usize % PLACES
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;

    #[test]
    fn an_address_that_was_read_before_is_the_same_pointer() {
        let mut known = Known::default();
        let first = known.address("a", 1).unwrap();
        assert!(core::ptr::eq(first.host(), known.address("a", 1).unwrap().host()));
        assert_eq!(known.address("a", 2).unwrap().port(), 2);
        assert!(known.address("", 2).is_err());
    }

    #[test]
    fn what_a_peer_reads_is_remembered_until_its_place_is_lost() {
        let mut known = Known::default();
        let a = known.address("a", 1).unwrap();
        assert_eq!(known.reads(&a), OLDEST_FORMAT);
        known.heard(&a, 2);
        assert_eq!(known.reads(&a), 2);
        for port in 0..20 * PLACES as u16 {
            known.address(&format!("b{port}"), port).unwrap();
        }
        assert_eq!(known.reads(&a), OLDEST_FORMAT);
        assert_eq!(known.0.unwrap().len(), PLACES);
    }
}
