//! Random choices that are the same for the same seed on every machine.

/// SplitMix64.
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ mixed >> 31
    }

    /// From `first` to `last`, both included.
    pub fn from(&mut self, first: u32, last: u32) -> u32 {
        first + (self.next() % u64::from(last - first + 1)) as u32
    }

    pub fn chance(&mut self, one_in: u32) -> bool {
        self.from(1, one_in) == 1
    }

    pub fn pick<'a, T: ?Sized>(&mut self, all: &[&'a T]) -> &'a T {
        all[self.from(0, all.len() as u32 - 1) as usize]
    }

    pub fn of(&mut self, alphabet: &str, count: usize) -> String {
        let alphabet = alphabet.as_bytes();
        (0..count).map(|_| char::from(alphabet[self.from(0, alphabet.len() as u32 - 1) as usize])).collect()
    }

    /// So many digits, neither all the same nor counting.
    pub fn digits(&mut self, count: usize) -> String {
        loop {
            let digits = self.of("0123456789", count);
            let steps = |step: u8| digits.as_bytes().windows(2).all(|p| (p[0] - b'0' + step) % 10 == p[1] - b'0');
            if count < 2 || !steps(0) && !steps(1) {
                return digits;
            }
        }
    }

    pub fn hex(&mut self, count: usize) -> String {
        self.of("0123456789abcdef", count)
    }
}
