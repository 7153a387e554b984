//! The kinds of candidates.

/// What kind of candidate stands at a position.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Anchor {
    /// First of 12 digits, of which the third is 0 or 1, as a month begins.
    Digits12,
    /// First of 13 or more digits.
    Digits13,
    /// First of 3 or 4 digits that a space or hyphen and as many digits follow, or of 6 and any digit.
    Groups,
    /// First digit, 6, 7 or 8, of what may be a telephone number.
    Phone,
    /// `@`, or what may begin an escape: `%` as of `%40`, `\\`, `&`, and beside digits `=`.
    At,
    /// First of two letters that two digits follow, and then a space or so many letters and digits that it is 15; the second where
    /// the first is beyond ASCII.
    Iban,
    /// First of 24 or more letters and digits with a capital among the first 24, as far as a step sees so many.
    Run,
    /// First of 12 digits of any kind.
    AnyDigits12,
    /// First of 9 or 10 digits.
    Digits9,
    /// One letter before 7 digits, or two before 6, with or without a space: series and number of a document.
    Series,
    /// First byte of what is written as a vehicle's plate.
    Plate,
    /// First of 17 or more capitals and digits.
    Alphanumeric17,
    /// A letter or digit before `<<`.
    Filler,
    /// `J` or `S` before `T` or `U`: base64 of a certificate's `IIN`.
    Certificate,
    /// `+` before a digit.
    Plus,
    /// First of 1 to 3 digits before a dot, where two more dots are near.
    Dotted,
    /// First of 1 to 3 digits before a dot and 4 digits.
    Decimal,
    /// First of four letters and digits before a colon, as IPv6 addresses begin.
    Hex,
    /// First of two letters and digits before a colon or hyphen, as MAC addresses begin.
    Hardware,
    /// The dot before two or three letters and a slash.
    Profile,
    /// First digit of `dd.mm.yyyy`, `d.m.yyyy`, `dd.mm.yy`, `yyyy-mm-dd` or `dd-mmm-yy`.
    Date,
    /// First of 4 digits beside a word: a year; or of the day before a comma and a year.
    Year,
    /// The last letter of a key that may name a secret, before its `=` or `:`.
    Key,
    /// What opens a bracket around two letters, as `(at)`.
    Bracketed,
    /// Where a Latin word with a capital ends that another follows, or within it, where a step does not see its end; an initial,
    /// and the first letter after a tag such as `//FM/`.
    LatinCapital,
    /// First of 1 to 4 digits beside a Latin word.
    LatinHouse,
    /// First byte of a word beyond ASCII after another or its initial, or after a tag such as `//FM/`.
    Capital,
    /// First digit after a word beyond ASCII.
    House,
    /// First byte of what is written as a vehicle's plate with letters beyond ASCII.
    PlateBeyond,
    /// First of digits that stand apart, one by one or in pairs, after a word beyond ASCII.
    Apart,
    /// What stands before a word beyond ASCII of six letters, as «собака».
    Spelled,
}

impl Anchor {
    pub const ALL: [Self; 31] = [
        Self::Digits12,
        Self::Digits13,
        Self::Groups,
        Self::Phone,
        Self::At,
        Self::Iban,
        Self::Run,
        Self::AnyDigits12,
        Self::Digits9,
        Self::Series,
        Self::Plate,
        Self::Alphanumeric17,
        Self::Filler,
        Self::Certificate,
        Self::Plus,
        Self::Dotted,
        Self::Decimal,
        Self::Hex,
        Self::Hardware,
        Self::Profile,
        Self::Date,
        Self::Year,
        Self::Key,
        Self::Bracketed,
        Self::LatinCapital,
        Self::LatinHouse,
        Self::Capital,
        Self::House,
        Self::PlateBeyond,
        Self::Apart,
        Self::Spelled,
    ];

    /// The anchor as one bit of several.
    pub const fn bit(self) -> u64 {
        1 << self as usize
    }

    /// Whether what is encoded is told by such candidates, whomever they serve.
    pub fn tells_of_encodings(self) -> bool {
        matches!(self, Self::At | Self::Run)
    }

    /// Whether only the wide finder names such candidates.
    pub fn is_wide(self) -> bool {
        self > Self::Run && !self.is_worded()
    }

    /// Whether the dated finder names such candidates.
    pub fn is_dated(self) -> bool {
        matches!(self, Self::Date | Self::Year)
    }

    /// Whether only the whole finder names such candidates.
    pub fn is_spelled(self) -> bool {
        matches!(self, Self::Bracketed | Self::PlateBeyond | Self::Spelled)
    }

    /// Whether such candidates stand beside words beyond ASCII.
    pub fn is_worded(self) -> bool {
        self >= Self::Capital
    }
}
