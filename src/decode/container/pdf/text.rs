//! Streams held in memory: takes one, gives its bytes as far as they can be read.

use std::io::{self, Read};

use super::file::File;
use super::object::Stream;
use crate::decode;

/// Bytes of a stream that is held. Pages of books have some 10 KiB.
const LONGEST: usize = 24 << 20;

const STEP: u64 = 256 << 10;

#[derive(Default)]
pub struct Held {
    pub bytes: Vec<u8>,
    pub held: Vec<decode::Held>,
    /// Why not all of it was read.
    pub fault: Option<String>,
}

/// Reads a stream.
///
/// # Errors
/// A budget that is spent.
pub fn read(file: &mut File, stream: &Stream) -> io::Result<Held> {
    let meter = file.meter.clone();
    let (mut read, mut all) = (Held::default(), file.open(stream)?);
    loop {
        if read.bytes.len() >= LONGEST {
            read.fault = Some(format!("a stream of more than {} MiB", LONGEST >> 20));
            return Ok(read);
        }
        read.held.push(meter.hold(STEP)?);
        match all.by_ref().take(STEP).read_to_end(&mut read.bytes) {
            Ok(0) => return Ok(read),
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::QuotaExceeded => return Err(error),
            Err(error) => {
                read.fault = Some(error.to_string());
                return Ok(read);
            }
        }
    }
}
