//! Which host is at an address.

use quorate::Address;

use crate::host::HostId;

/// Addresses by their fixed hash, in an open table that is at most half full: one or two looks in a few cache lines,
/// where a search by address text would compare strings for every message.
#[derive(Clone, Debug, Default)]
pub(crate) struct Routes {
    addresses: Vec<Address>,
    /// Places counted from one in `addresses`; zero is free. The length is a power of two.
    table: Vec<u32>,
}

impl Routes {
    /// Gives the next host its address. The address must be free.
    pub(crate) fn add(&mut self, address: Address) {
        self.addresses.push(address);
        if self.table.len() < self.addresses.len() * 2 {
            self.table = vec![0; (self.addresses.len() * 4).next_power_of_two()];
            (0..self.addresses.len()).for_each(|place| self.enter(place));
        } else {
            self.enter(self.addresses.len() - 1);
        }
    }

    fn enter(&mut self, place: usize) {
        let mask = self.table.len() - 1;
        let mut look = self.addresses[place].hash64() as usize & mask;
        while self.table[look] != 0 {
            look = (look + 1) & mask;
        }
        self.table[look] = u32::try_from(place + 1).expect("hosts are numbered in 32 bits");
    }

    /// The host at an address.
    #[inline]
    pub(crate) fn host_of(&self, address: &Address) -> Option<HostId> {
        let mask = self.table.len().checked_sub(1)?;
        let mut look = address.hash64() as usize & mask;
        loop {
            let place = self.table[look].checked_sub(1)? as usize;
            if self.addresses[place] == *address {
                return Some(HostId::from_index(place));
            }
            look = (look + 1) & mask;
        }
    }

    /// The address of a host.
    pub(crate) fn address(&self, host: HostId) -> &Address {
        &self.addresses[host.index()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_host_is_found_at_its_address_and_nobody_elsewhere() {
        let mut routes = Routes::default();
        let address = |port| Address::new("n", port).unwrap();
        assert_eq!(routes.host_of(&address(1)), None);
        for count in 1..300u16 {
            routes.add(address(count));
            for port in 1..=count {
                assert_eq!(routes.host_of(&address(port)), Some(HostId::from_index(usize::from(port) - 1)));
            }
            assert_eq!(routes.host_of(&address(count + 1)), None);
        }
        assert_eq!(*routes.address(HostId::from_index(7)), address(8));
    }
}
