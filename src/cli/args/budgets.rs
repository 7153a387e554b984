//! What may be typed of archives: how much of one file is unpacked.

use std::num::NonZeroU64;

use derbes::limits::Unpacking;

/// Budgets of archives and compressed streams, counted for each file that is scanned
#[derive(Debug, Default, clap::Args)]
pub struct Budgets {
    /// Archives that are opened one inside the other. Default: 16
    #[arg(long, value_name = "N", help_heading = "Archives")]
    pub max_depth: Option<usize>,

    /// Members of one file, in all the archives in it. Default: 10000000
    #[arg(long, value_name = "N", help_heading = "Archives")]
    pub max_members: Option<u64>,

    /// Bytes unpacked from one file, such as 500G; what comes out of archives inside counts too. Default: 16T
    #[arg(long, value_name = "SIZE", value_parser = size, help_heading = "Archives")]
    pub max_unpacked: Option<u64>,

    /// Bytes of one member. Default: 4T
    #[arg(long, value_name = "SIZE", value_parser = size, help_heading = "Archives")]
    pub max_member: Option<u64>,

    /// Bytes unpacked for each stored one, once they are more than 256M. Default: 10000
    #[arg(long, value_name = "N", help_heading = "Archives")]
    pub max_ratio: Option<NonZeroU64>,

    /// Memory to unpack one file with: dictionaries, and 7z archives inside others. Default: 96M
    #[arg(long, value_name = "SIZE", value_parser = size, help_heading = "Archives")]
    pub max_memory: Option<u64>,
}

impl Budgets {
    pub fn unpacking(&self) -> Unpacking {
        let default = Unpacking::default();
        Unpacking {
            depth: self.max_depth.unwrap_or(default.depth),
            members: self.max_members.unwrap_or(default.members),
            bytes: self.max_unpacked.unwrap_or(default.bytes),
            member: self.max_member.unwrap_or(default.member),
            ratio: self.max_ratio.map_or(default.ratio, NonZeroU64::get),
            memory: self.max_memory.unwrap_or(default.memory),
        }
    }
}

/// A number of bytes, with K, M, G or T after it for powers of 1024.
pub fn size(typed: &str) -> Result<u64, String> {
    let (digits, shift) = match typed.as_bytes().last().map(u8::to_ascii_uppercase) {
        Some(b'K') => (&typed[..typed.len() - 1], 10),
        Some(b'M') => (&typed[..typed.len() - 1], 20),
        Some(b'G') => (&typed[..typed.len() - 1], 30),
        Some(b'T') => (&typed[..typed.len() - 1], 40),
        _ => (typed, 0),
    };
    let number = digits.parse::<u64>().ok().and_then(|number| number.checked_mul(1 << shift));
    number.ok_or_else(|| "write a number of bytes, such as 512M or 2T".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_written_with_a_letter_or_without() {
        assert_eq!(size("100"), Ok(100));
        assert_eq!(size("2k"), Ok(2048));
        assert_eq!(size("16T"), Ok(16 << 40));
        for wrong in ["", "M", "1.5G", "-1", "99999999999T", "1ж"] {
            assert!(size(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_help_tells_the_defaults() {
        let default = Unpacking::default();
        assert_eq!((default.depth, default.members, default.ratio), (16, 10_000_000, 10_000));
        assert_eq!((Ok(default.bytes), Ok(default.member), Ok(default.memory)), (size("16T"), size("4T"), size("96M")));
        assert_eq!(Ok(Unpacking::FREE), size("256M"));
        assert_eq!(Budgets::default().unpacking(), default);
    }
}
