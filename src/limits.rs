//! Vocabulary of budgets: every loop over foreign bytes takes its bounds from here, and none is global.

/// How many places a finding lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Places {
    First(usize),
    All,
}

impl Places {
    pub fn bound(self) -> usize {
        match self {
            Self::First(n) => n,
            Self::All => usize::MAX,
        }
    }
}

/// The bounds of one run.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Bytes read at a time, 64 at least. Results do not depend on it.
    pub block: usize,
    /// A file longer than this is cut into splits of this many bytes for several threads, of an eighth of them where there
    /// are tables. Results do not depend on it.
    pub split: u64,
    /// Places listed in a finding; hits are counted exactly all the same.
    pub places: Places,
    /// Distinct fields named in one text file; the findings under further ones name no field.
    pub fields: usize,
    /// Columns of one table that are told apart; hits in further ones fall under no field.
    pub columns: usize,
    /// Compressed layers that are opened one inside the other.
    pub layers: usize,
    pub unpacking: Unpacking,
}

/// What may come out of one file, in all its layers and containers together. What goes beyond is not examined, and said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unpacking {
    /// Containers that are opened one inside the other.
    pub depth: usize,
    pub members: u64,
    /// Bytes, those of containers inside containers included.
    pub bytes: u64,
    /// Bytes of one member.
    pub member: u64,
    /// Bytes for each stored one, once more than [`FREE`](Self::FREE) are unpacked.
    pub ratio: u64,
    /// Bytes of memory that its decompressors hold at a time, dictionaries and members that have to be held whole.
    pub memory: u64,
}

impl Unpacking {
    /// Unpacked bytes that no ratio counts for: a short text of one letter is no bomb.
    pub const FREE: u64 = 256 << 20;
}

impl Default for Unpacking {
    fn default() -> Self {
        let (bytes, member) = (16 << 40, 4 << 40);
        Self { depth: 16, members: 10_000_000, bytes, member, ratio: 10_000, memory: 96 << 20 }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            block: 128 << 10,
            split: 16 << 20,
            places: Places::First(10),
            fields: 1000,
            columns: 4096,
            layers: 4,
            unpacking: Unpacking::default(),
        }
    }
}
