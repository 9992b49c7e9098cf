//! Places for values that are found by number and leave again.

/// Values by slot; a slot that became free is used again before a new one is made.
#[derive(Clone, Debug)]
pub(super) struct Slab<T> {
    slots: Vec<Option<T>>,
    free: Vec<u32>,
}

impl<T> Default for Slab<T> {
    fn default() -> Self {
        Self { slots: Vec::new(), free: Vec::new() }
    }
}

impl<T> Slab<T> {
    /// Takes a slot whose value follows with [`Slab::fill`].
    #[inline]
    pub(super) fn reserve(&mut self) -> u32 {
        self.free.pop().unwrap_or_else(|| {
            self.slots.push(None);
            u32::try_from(self.slots.len() - 1).expect("memory ends before four billion things wait at once")
        })
    }

    /// How many slots are not free.
    pub(super) fn taken(&self) -> usize {
        self.slots.len() - self.free.len()
    }

    #[inline]
    pub(super) fn fill(&mut self, slot: u32, value: T) {
        self.slots[slot as usize] = Some(value);
    }

    /// Takes the value out; the slot is free then.
    #[inline]
    pub(super) fn take(&mut self, slot: u32) -> Option<T> {
        self.free.push(slot);
        self.slots[slot as usize].take()
    }
}
