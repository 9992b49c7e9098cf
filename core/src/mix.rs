//! The fixed 64-bit mixing function behind every hash of this crate.
//!
//! One multiplication of 64 by 64 bits, the halves folded together. It is the same on every machine and in every
//! build, so hashes may travel, be stored and be compared between runs. It is no protection against an adversary.

/// Mixes two words into one.
#[inline]
#[must_use]
pub const fn mix(a: u64, b: u64) -> u64 {
    let product = ((a ^ 0x9E37_79B9_7F4A_7C15) as u128) * ((b ^ 0xD1B5_4A32_D192_ED03) as u128);
    (product as u64) ^ ((product >> 64) as u64)
}

/// A running hash over a sequence of words and texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mixer(u64);

impl Mixer {
    /// Starts a hash for one purpose; hashes of different purposes don't meet.
    #[inline]
    #[must_use]
    pub const fn new(purpose: u64) -> Self {
        Self(mix(purpose, 0x6A09_E667_F3BC_C909))
    }

    /// Takes in one word.
    #[inline]
    pub const fn word(&mut self, word: u64) {
        self.0 = mix(self.0, word);
    }

    /// Takes in a text, with its length, so that adjoining texts can't be confused.
    pub fn text(&mut self, text: &str) {
        self.word(text.len() as u64);
        for chunk in text.as_bytes().chunks(8) {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            self.word(u64::from_le_bytes(word));
        }
    }

    /// The hash of all that was taken in.
    #[inline]
    #[must_use]
    pub const fn finish(self) -> u64 {
        mix(self.0, 0xBB67_AE85_84CA_A73B)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Golden values: a change here changes digests, clocks and identities everywhere.
    #[test]
    fn the_mixing_function_never_changes() {
        assert_eq!(mix(0, 0), 0xD6CB_8892_A926_A943);
        assert_eq!(mix(1, 2), 0xC8B7_F534_790F_4C6E);
        let mut mixer = Mixer::new(7);
        mixer.text("quorate membership");
        mixer.word(42);
        assert_eq!(mixer.finish(), 0x4939_CF62_2A6F_D79E);
    }

    #[test]
    fn adjoining_texts_are_kept_apart() {
        let hash = |texts: &[&str]| {
            let mut mixer = Mixer::new(0);
            texts.iter().for_each(|text| mixer.text(text));
            mixer.finish()
        };
        assert_ne!(hash(&["ab", "c"]), hash(&["a", "bc"]));
    }
}
