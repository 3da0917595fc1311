//! A stream of numbers from a seed, the same in any language.

use sha2::{Digest, Sha256};

use super::Seed;

/// A stream of numbers from a seed: SHA-256(seed ‖ label ‖ counter), eight bytes at a time.
pub(super) struct Stream {
    seed: Seed,
    label: &'static [u8],
    counter: u64,
}

impl Stream {
    pub(super) const fn new(seed: Seed, label: &'static [u8]) -> Self {
        Self { seed, label, counter: 0 }
    }

    fn next(&mut self) -> u64 {
        let mut hash = Sha256::new();
        hash.update(self.seed);
        hash.update(self.label);
        hash.update(self.counter.to_be_bytes());
        self.counter += 1;
        let bytes: [u8; 32] = hash.finalize().into();
        bytes.iter().take(8).fold(0, |number, byte| (number << 8) | u64::from(*byte))
    }

    /// A number below a bound, every one equally likely (numbers past the last full round are thrown away).
    fn below(&mut self, bound: usize) -> usize {
        let bound = u64::try_from(bound).unwrap_or(u64::MAX).max(1);
        let fair = u64::MAX - u64::MAX % bound;
        loop {
            let number = self.next();
            if number < fair {
                return usize::try_from(number % bound).unwrap_or(0);
            }
        }
    }

    /// Fisher and Yates's shuffle, from the end.
    pub(super) fn shuffle<T>(&mut self, things: &mut [T]) {
        for last in (1..things.len()).rev() {
            let other = self.below(last + 1);
            things.swap(last, other);
        }
    }
}
