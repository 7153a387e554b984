//! Which of 64 bytes are what: one bit a byte, the first byte in the lowest bit.

use super::lanes::{PIECE, SEEN, masks, seen_in};

/// 64 bytes, as an engine compares them.
pub trait Bytes: Copy {
    fn load(bytes: &[u8; SEEN]) -> Self;

    /// The bytes with the bit set that makes small letters of capitals.
    fn small(self) -> Self;

    fn equal(self, byte: u8) -> u64;

    /// Bytes from `first` to `last`.
    fn within(self, first: u8, last: u8) -> u64;

    /// Bytes of a class of [`classes`].
    fn among(self, class: &'static [u8; 16]) -> u64;

    /// Bytes beyond ASCII.
    fn high(self) -> u64;

    /// The masks of the first `steps` of a piece, and maybe of those after them.
    #[inline(always)]
    fn masks(text: &[u8; PIECE], steps: usize, masks: &mut MasksOfPiece) {
        for step in 0..steps {
            masks.set(step, Masks::of(Self::load(seen_in(text, step))));
        }
    }

    /// The same for the marks, where the masks are known.
    #[inline(always)]
    fn marks(text: &[u8; PIECE], steps: usize, _masks: &MasksOfPiece, marks: &mut MarksOfPiece) {
        for step in 0..steps {
            marks.set(step, Marks::of(Self::load(seen_in(text, step))));
        }
    }

    /// The same for the signs.
    #[inline(always)]
    fn signs(text: &[u8; PIECE], steps: usize, _masks: &MasksOfPiece, signs: &mut SignsOfPiece) {
        for step in 0..steps {
            signs.set(step, Signs::of(Self::load(seen_in(text, step))));
        }
    }

    /// What a table says of each byte; of bytes beyond ASCII, anything.
    fn look_up(self, table: &Table) -> Self;

    /// The bits that both have.
    fn and(self, other: Self) -> Self;

    /// Bytes other than NUL.
    fn any(self) -> u64;
}

/// Eight bits for each ASCII character, and for what has the same low or high half: an engine may take what both halves of a
/// byte have, which is never less than what the byte itself has.
pub struct Table {
    pub ascii: [[u8; 64]; 2],
    pub low: [u8; 16],
    pub high: [u8; 16],
}

impl Table {
    pub fn new() -> Self {
        Self { ascii: [[0; 64]; 2], low: [0; 16], high: [0; 16] }
    }

    pub fn add(&mut self, byte: u8, bits: u8) {
        let byte = usize::from(byte & 0x7F);
        self.ascii[byte / 64][byte % 64] |= bits;
        self.low[byte % 16] |= bits;
        self.high[byte / 16] |= bits;
    }
}

/// Bytes that a shuffle looks up by their low four bits: each class has no two with the same ones. Where a class has none,
/// stands a byte with other low bits, which equals none that is looked up there.
pub mod classes {
    /// The table of a class.
    const fn table(class: &[u8]) -> [u8; 16] {
        let mut table = [0xFF; 16];
        table[0xF] = 0;
        let mut at = 0;
        while at < class.len() {
            table[(class[at] & 0xF) as usize] = class[at];
            at += 1;
        }
        table
    }

    pub static JOINT: [u8; 16] = table(b" -");
    pub static SEPARATOR: [u8; 16] = table(b" -.()");
    pub static ESCAPE: [u8; 16] = table(b"@%\\&");
    pub static QUOTE: [u8; 16] = table(b"\"'\\");
    pub static LAST: [u8; 16] = table(b"dehs");
    pub static MARK: [u8; 16] = table(b" .,-");
    pub static J_OR_S: [u8; 16] = table(b"JS");
}

masks! {
    /// The classes of bytes that candidates are made of.
    Masks, MasksOfPiece {
        digit,
        /// ASCII letters.
        letter,
        /// Capitals of ASCII.
        capital,
        /// `0`, `1`: how the months begin.
        zero_or_one,
        /// `6`, `7`, `8`: how telephone numbers begin.
        six_to_eight,
        /// What stands between the digits of a telephone number: spaces, `-`, `.`, brackets.
        separator,
        /// What joins groups of digits: a space, a hyphen.
        joint,
        /// `@`, and what may begin an escape: `%`, `\\`, `&`.
        at,
        /// `=`, which begins an escape of quoted-printable.
        equals,
        colon,
        line_end,
        /// Bytes beyond ASCII.
        high,
    }
}

impl Masks {
    #[inline(always)]
    pub fn of(bytes: impl Bytes) -> Self {
        Self {
            digit: bytes.within(b'0', b'9'),
            letter: bytes.small().within(b'a', b'z'),
            capital: bytes.within(b'A', b'Z'),
            zero_or_one: bytes.within(b'0', b'1'),
            six_to_eight: bytes.within(b'6', b'8'),
            separator: bytes.among(&classes::SEPARATOR),
            joint: bytes.among(&classes::JOINT),
            at: bytes.among(&classes::ESCAPE),
            equals: bytes.equal(b'='),
            colon: bytes.equal(b':'),
            line_end: bytes.equal(b'\n'),
            high: bytes.high(),
        }
    }
}

masks! {
    /// The further classes that the candidates of [`wide`](super::wide) are made of.
    Marks, MarksOfPiece {
        space,
        hyphen,
        dot,
        slash,
        comma,
        /// `T`, which stands between a date and its time.
        t,
    }
}

impl Marks {
    #[inline(always)]
    pub fn of(bytes: impl Bytes) -> Self {
        Self {
            space: bytes.equal(b' '),
            hyphen: bytes.equal(b'-'),
            dot: bytes.equal(b'.'),
            slash: bytes.equal(b'/'),
            comma: bytes.equal(b','),
            t: bytes.equal(b'T'),
        }
    }
}

masks! {
    /// The classes that the candidates of [`signed`](super::signed) are made of besides.
    Signs, SignsOfPiece {
        /// `"`, `'`, and the backslash before an escaped one.
        quote,
        angle,
        plus,
        /// `d`, `e`, `h`, `s` in either case: the last letters of `password`, `Cookie`, `password_hash`, `pass`.
        last,
        /// `J` or `S`, and `T` or `U`: together they begin the base64 of `IIN` within a certificate.
        j_or_s,
        t_or_u,
    }
}

impl Signs {
    #[inline(always)]
    pub fn of(bytes: impl Bytes) -> Self {
        Self {
            quote: bytes.among(&classes::QUOTE),
            angle: bytes.equal(b'<'),
            plus: bytes.equal(b'+'),
            last: bytes.small().among(&classes::LAST),
            j_or_s: bytes.among(&classes::J_OR_S),
            t_or_u: bytes.within(b'T', b'U'),
        }
    }
}

masks! {
    /// The classes that the candidates of [`words`](super::words) are made of besides.
    Beyond, BeyondOfPiece {
        space,
        /// What stands after a word before a name or a number: ` `, `.`, `,`, `-`.
        mark,
        slash,
        /// In UTF-8, `р` to `я` are D1 and a byte that continues, `а` to `п` are D0 and a late one of those.
        d0,
        d1,
        continuation,
        late,
        /// In UTF-8, the first byte of a no-break space.
        c2,
    }
}

impl Beyond {
    #[inline(always)]
    pub fn of(bytes: impl Bytes) -> Self {
        Self {
            space: bytes.equal(b' '),
            mark: bytes.among(&classes::MARK),
            slash: bytes.equal(b'/'),
            d0: bytes.equal(0xD0),
            d1: bytes.equal(0xD1),
            continuation: bytes.within(0x80, 0xBF),
            late: bytes.within(0xB0, 0xBF),
            c2: bytes.equal(0xC2),
        }
    }
}
