//! Compressed pages: takes one, gives its bytes, as many as were told.

use std::io::{self, Read};

use crate::decode::corrupt;

/// Uncompresses to no more than `length` bytes.
///
/// # Errors
/// A codec that is not known; bytes that are none of it, or give another length.
pub fn unpack(codec: i64, packed: &[u8], length: usize) -> io::Result<Vec<u8>> {
    let bytes = match codec {
        0 => packed.to_vec(),
        1 => snappy(packed, length)?,
        2 => read(flate2::read::MultiGzDecoder::new(packed), length)?,
        4 => read(brotli_decompressor::Decompressor::new(packed, 4096), length)?,
        5 => framed_lz4(packed, length).map_or_else(|| lz4(packed, length), Ok)?,
        6 => {
            let mut decoder = zstd::stream::read::Decoder::new(packed)?;
            // No page refers further back than it is long.
            decoder.window_log_max(usize::BITS - length.max(1 << 10).leading_zeros() + 1)?;
            read(decoder, length)?
        }
        7 => lz4(packed, length)?,
        3 => return Err(corrupt("pages that are compressed with LZO")),
        codec => return Err(corrupt(&format!("pages of the unknown codec {codec}"))),
    };
    if bytes.len() == length { Ok(bytes) } else { Err(wrong()) }
}

fn wrong() -> io::Error {
    corrupt("a compressed page that is damaged")
}

/// All that a reader gives, if that is as much as was told.
fn read(mut reader: impl Read, length: usize) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; length];
    reader.read_exact(&mut bytes).map_err(|_| wrong())?;
    Ok(bytes)
}

fn snappy(packed: &[u8], length: usize) -> io::Result<Vec<u8>> {
    if !snap::raw::decompress_len(packed).is_ok_and(|told| told == length) {
        return Err(wrong());
    }
    let mut bytes = vec![0; length];
    snap::raw::Decoder::new().decompress(packed, &mut bytes).map_err(|_| wrong())?;
    Ok(bytes)
}

fn lz4(packed: &[u8], length: usize) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; length];
    let made = lz4_flex::block::decompress_into(packed, &mut bytes).map_err(|_| wrong())?;
    bytes.truncate(made);
    Ok(bytes)
}

/// Blocks as Hadoop writes them: each after how long it is, uncompressed and compressed.
fn framed_lz4(mut packed: &[u8], length: usize) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    while !packed.is_empty() {
        let (unpacked, rest) = packed.split_first_chunk::<4>()?;
        let (stored, rest) = rest.split_first_chunk::<4>()?;
        let (unpacked, stored) = (u32::from_be_bytes(*unpacked) as usize, u32::from_be_bytes(*stored) as usize);
        if stored > rest.len() || unpacked > length - bytes.len() {
            return None;
        }
        bytes.extend(lz4(&rest[..stored], unpacked).ok().filter(|block| block.len() == unpacked)?);
        packed = &rest[stored..];
    }
    Some(bytes)
}
