//! A heap of small entries of one size, four children to a parent.
//!
//! Four rather than two: half as deep, and the children that are compared lie side by side.

/// What is due when, and where to find it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// When, in nanoseconds.
    pub(super) at: u64,
    /// The how-manieth thing that was ever scheduled: decides between two of one instant, and is never used twice.
    pub(super) sequence: u64,
    /// Where what is due is kept.
    pub(super) slot: u32,
    /// Which host it is for.
    pub(super) host: u32,
}

impl Entry {
    const fn key(&self) -> u128 {
        ((self.at as u128) << 64) | self.sequence as u128
    }
}

const CHILDREN: usize = 4;

#[derive(Clone, Debug, Default)]
pub(super) struct Heap {
    entries: Vec<Entry>,
}

impl Heap {
    /// When the first entry is due, `u64::MAX` when there is none.
    pub(super) fn first_at(&self) -> u64 {
        self.entries.first().map_or(u64::MAX, |entry| entry.at)
    }

    pub(super) fn push(&mut self, entry: Entry) {
        let key = entry.key();
        let mut hole = self.entries.len();
        self.entries.push(entry);
        while hole > 0 {
            let parent = (hole - 1) / CHILDREN;
            if self.entries[parent].key() <= key {
                break;
            }
            self.entries[hole] = self.entries[parent];
            hole = parent;
        }
        self.entries[hole] = entry;
    }

    pub(super) fn pop(&mut self) -> Option<Entry> {
        let last = self.entries.pop()?;
        let Some(&first) = self.entries.first() else { return Some(last) };
        let key = last.key();
        let mut hole = 0;
        while let Some((child, least)) = self.least_child(hole) {
            if key <= least.key() {
                break;
            }
            self.entries[hole] = least;
            hole = child;
        }
        self.entries[hole] = last;
        Some(first)
    }

    fn least_child(&self, parent: usize) -> Option<(usize, Entry)> {
        let first = parent * CHILDREN + 1;
        let end = (first + CHILDREN).min(self.entries.len());
        let children = self.entries.get(first..end)?;
        let (&eldest, younger) = children.split_first()?;
        let mut least = (first, eldest);
        for (place, child) in (first + 1..).zip(younger) {
            if child.key() < least.1.key() {
                least = (place, *child);
            }
        }
        Some(least)
    }
}
