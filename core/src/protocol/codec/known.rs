//! What a codec remembers of those that it has heard: addresses, so that reading one again allocates nothing, and the
//! newest format that each reads.

use alloc::boxed::Box;
use alloc::vec::Vec;

use crate::format::OLDEST_FORMAT;
use crate::membership::Address;
use crate::mix::mix;

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
    /// The address of these parts, and its place. `None` if they are none. What is known already need not be looked at again.
    pub(super) fn address(&mut self, host: &[u8], port: u16) -> Option<(Address, usize)> {
        let places = self.0.get_or_insert_with(|| {
            let nobody: Vec<Option<Peer>> = (0..PLACES).map(|_| None).collect();
            nobody.into_boxed_slice()
        });
        let at = place_of(host, port);
        let place = &mut places[at];
        match place {
            Some(Peer { address, .. }) if address.port() == port && address.host().as_bytes() == host => {
                Some((address.clone(), at))
            }
            _ => {
                let address = Address::new(core::str::from_utf8(host).ok()?, port).ok()?;
                *place = Some(Peer { address: address.clone(), reads: OLDEST_FORMAT });
                Some((address, at))
            }
        }
    }

    /// The newest format that the node at an address is known to read.
    pub(super) fn reads(&self, address: &Address) -> u8 {
        let place = place_of(address.host().as_bytes(), address.port());
        let peer = self.0.as_ref().and_then(|places| places[place].as_ref());
        peer.filter(|peer| peer.address == *address).map_or(OLDEST_FORMAT, |peer| peer.reads)
    }

    /// Remembers the newest format that a node says it reads, whose address was at this place when it was read.
    pub(super) fn heard(&mut self, place: usize, address: &Address, reads: u8) {
        let peer = self.0.as_mut().and_then(|places| places.get_mut(place)?.as_mut());
        if let Some(peer) = peer.filter(|peer| peer.address == *address) {
            peer.reads = reads;
        }
    }
}

fn place_of(host: &[u8], port: u16) -> usize {
    let (words, rest) = host.as_chunks();
    let rest = rest.iter().fold(u64::from(port), |word, byte| word << 8 | u64::from(*byte));
    let hash = words.iter().fold(host.len() as u64, |hash, word| mix(hash, u64::from_le_bytes(*word)));
    mix(hash, rest) as usize % PLACES
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;

    #[test]
    fn an_address_that_was_read_before_is_the_same_pointer() {
        let mut known = Known::default();
        let (first, place) = known.address(b"a", 1).unwrap();
        let (again, same_place) = known.address(b"a", 1).unwrap();
        assert!(core::ptr::eq(first.host(), again.host()));
        assert_eq!(place, same_place);
        assert_eq!(known.address(b"a", 2).unwrap().0.port(), 2);
        assert!(known.address(b"", 2).is_none() && known.address(b"a\xFF", 2).is_none());
    }

    #[test]
    fn what_a_peer_reads_is_remembered_until_its_place_is_lost() {
        let mut known = Known::default();
        let (a, place) = known.address(b"a", 1).unwrap();
        assert_eq!(known.reads(&a), OLDEST_FORMAT);
        known.heard(place, &a, 2);
        assert_eq!(known.reads(&a), 2);
        for port in 0..20 * PLACES as u16 {
            known.address(format!("b{port}").as_bytes(), port).unwrap();
        }
        // Whoever has its place now is not taken for it.
        known.heard(place, &a, 2);
        assert_eq!(known.reads(&a), OLDEST_FORMAT);
        assert_eq!(known.0.unwrap().len(), PLACES);
    }
}
