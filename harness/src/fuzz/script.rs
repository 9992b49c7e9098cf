//! Bytes as a script: each choice takes what it needs, and when they end everything is the first choice.

/// The bytes that are left.
#[derive(Clone, Copy, Debug)]
pub(super) struct Script<'a>(&'a [u8]);

impl<'a> Script<'a> {
    pub(super) const fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub(super) const fn is_over(self) -> bool {
        self.0.is_empty()
    }

    /// The next byte; zero when there is none.
    pub(super) fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        *first
    }

    /// A number below `n`, of one byte.
    pub(super) fn below(&mut self, n: usize) -> usize {
        usize::from(self.byte()) % n.max(1)
    }

    pub(super) fn coin(&mut self) -> bool {
        self.byte() & 1 == 1
    }

    pub(super) fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }

    /// A number of any size, mostly a small one.
    pub(super) fn number(&mut self) -> u64 {
        match self.byte() {
            small @ 0..=250 => u64::from(small),
            251 => u64::MAX,
            252 => u64::MAX >> 1,
            _ => u64::from_le_bytes(core::array::from_fn(|_| self.byte())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_that_is_over_takes_the_first_choice() {
        let mut script = Script::new(&[5, 255, 1]);
        assert_eq!((script.below(3), script.number()), (2, 1));
        assert!(script.is_over());
        assert_eq!((script.byte(), script.pick(&[7, 8]), script.coin()), (0, 7, false));
    }
}
