//! Encrypted documents that open without a password (ISO 32000-1, 7.6, and 32000-2, 7.6): takes what the document says of
//! its encryption, gives texts and streams as they were before.

use std::io::{self, Read};

use aes::cipher::{Array, BlockCipherDecrypt, BlockCipherEncrypt, KeyInit};
use aes::{Aes128, Aes256};
use md5::{Digest, Md5};
use sha2::{Sha256, Sha384, Sha512};

use super::object::{Dictionary, Object, Stream};

/// What an empty password is filled up with.
const PADDING: [u8; 32] = [
    0x28, 0xBF, 0x4E, 0x5E, 0x4E, 0x75, 0x8A, 0x41, 0x64, 0x00, 0x4E, 0x56, 0xFF, 0xFA, 0x01, 0x08, 0x2E, 0x2E, 0x00,
    0xB6, 0xD0, 0x68, 0x3E, 0x80, 0x2F, 0x0C, 0xA9, 0xFE, 0x64, 0x53, 0x69, 0x7A,
];

const BLOCK: usize = 16;

#[derive(Clone, Copy, PartialEq)]
enum Method {
    Clear,
    Rc4,
    Aes128,
    Aes256,
}

pub struct Cipher {
    key: Vec<u8>,
    texts: Method,
    streams: Method,
    /// Whether what is said of the document is encrypted too.
    metadata: bool,
}

impl Cipher {
    /// None where a password is needed, or the method is not known.
    pub fn new(encryption: &Dictionary, id: &[u8]) -> Option<Self> {
        let number = |key: &str| encryption.get(key).number();
        let (version, revision) = (number("V")? as u32, number("R")? as u32);
        let metadata = *encryption.get("EncryptMetadata") != Object::Boolean(false);
        let method = |key: &str| {
            let filters = encryption.get("CF").dictionary();
            let filter = encryption.get(key).name().and_then(|name| std::str::from_utf8(name).ok());
            let filter = filters.zip(filter).and_then(|(filters, filter)| filters.get(filter).dictionary());
            match filter.and_then(|filter| filter.get("CFM").name()) {
                None | Some(b"None") => Some(Method::Clear),
                Some(b"V2") => Some(Method::Rc4),
                Some(b"AESV2") => Some(Method::Aes128),
                Some(b"AESV3") => Some(Method::Aes256),
                Some(_) => None,
            }
        };
        let (texts, streams) = match version {
            1..=3 => (Method::Rc4, Method::Rc4),
            4 | 5 => (method("StrF")?, method("StmF")?),
            _ => return None,
        };
        if !encryption.is("Filter", "Standard") {
            return None;
        }
        let key = if version == 5 {
            long_key(encryption, revision)?
        } else {
            let length = if version == 1 {
                5
            } else {
                number("Length").unwrap_or(if version == 4 { 128.0 } else { 40.0 }) as usize / 8
            };
            short_key(encryption, revision, length.clamp(5, 16), metadata, id)?
        };
        Some(Self { key, texts, streams, metadata })
    }

    /// Deciphers the texts in an object.
    pub fn texts(&self, object: &mut Object, number: u32, generation: u16) {
        match object {
            Object::Text(text) => {
                let mut clear = Vec::new();
                let source = self.through(self.texts, number, generation, Box::new(&text[..]));
                if source.take(text.len() as u64).read_to_end(&mut clear).is_ok() {
                    *text = clear;
                }
            }
            Object::Array(array) => array.iter_mut().for_each(|part| self.texts(part, number, generation)),
            Object::Dictionary(dictionary) => self.values(dictionary, number, generation),
            Object::Stream(stream) => self.values(&mut stream.dictionary, number, generation),
            _ => {}
        }
    }

    fn values(&self, dictionary: &mut Dictionary, number: u32, generation: u16) {
        dictionary.0.iter_mut().for_each(|(_, value)| self.texts(value, number, generation));
    }

    /// Reads what a stream was before.
    pub fn open<'s>(&self, stream: &Stream, stored: Box<dyn Read + 's>) -> Box<dyn Read + 's> {
        let is_clear = !self.metadata && stream.dictionary.is("Type", "Metadata");
        let has_own = stream.dictionary.get("Filter").array().iter().chain([stream.dictionary.get("Filter")]);
        let is_clear = is_clear || has_own.into_iter().any(|filter| filter.name() == Some(b"Crypt"));
        let method = if is_clear { Method::Clear } else { self.streams };
        self.through(method, stream.number, stream.generation, stored)
    }

    fn through<'s>(
        &self,
        method: Method,
        number: u32,
        generation: u16,
        source: Box<dyn Read + 's>,
    ) -> Box<dyn Read + 's> {
        if method == Method::Clear {
            return source;
        }
        if method == Method::Aes256 {
            let Ok(cipher) = Aes256::new_from_slice(&self.key) else { return source };
            return Box::new(Chained::new(source, cipher));
        }
        let mut digest = Md5::new();
        digest.update(&self.key);
        digest.update(&number.to_le_bytes()[..3]);
        digest.update(generation.to_le_bytes());
        if method == Method::Aes128 {
            digest.update(b"sAlT");
        }
        let digest = digest.finalize();
        let key = &digest[..(self.key.len() + 5).min(16)];
        if method == Method::Rc4 {
            return Box::new(Rc4Reader { source, rc4: Rc4::new(key) });
        }
        let Ok(cipher) = Aes128::new_from_slice(key) else { return source };
        Box::new(Chained::new(source, cipher))
    }
}

/// The key of versions up to 4, if the empty password is the right one.
fn short_key(encryption: &Dictionary, revision: u32, length: usize, metadata: bool, id: &[u8]) -> Option<Vec<u8>> {
    let (owner, user) = (encryption.get("O").text()?, encryption.get("U").text()?);
    let permissions = encryption.get("P").number()? as i64 as u32;
    let mut digest = Md5::new();
    digest.update(PADDING);
    digest.update(owner.get(..32)?);
    digest.update(permissions.to_le_bytes());
    digest.update(id);
    if revision >= 4 && !metadata {
        digest.update([0xFF; 4]);
    }
    let mut key = digest.finalize().to_vec();
    if revision >= 3 {
        for _ in 0..50 {
            key = Md5::digest(&key[..length]).to_vec();
        }
    }
    key.truncate(length);
    let is_right = if revision >= 3 {
        let mut digest = Md5::new();
        digest.update(PADDING);
        digest.update(id);
        let mut expected = digest.finalize().to_vec();
        for round in 0..20_u8 {
            let key: Vec<u8> = key.iter().map(|byte| byte ^ round).collect();
            Rc4::new(&key).apply(&mut expected);
        }
        user.starts_with(&expected)
    } else {
        let mut expected = PADDING;
        Rc4::new(&key).apply(&mut expected);
        user.starts_with(&expected)
    };
    is_right.then_some(key)
}

/// The key of version 5, if the empty password is the right one.
fn long_key(encryption: &Dictionary, revision: u32) -> Option<Vec<u8>> {
    let (user, sealed) = (encryption.get("U").text()?, encryption.get("UE").text()?);
    let (expected, salts) = user.split_at_checked(32)?;
    let (check, seal) = salts.get(..16)?.split_at(8);
    if digest(check, revision) != expected {
        return None;
    }
    let cipher = Aes256::new_from_slice(&digest(seal, revision)).ok()?;
    let mut key = Vec::new();
    let zeros = [0; BLOCK].chain(sealed.get(..32)?);
    Chained { last: None, ..Chained::new(Box::new(zeros), cipher) }.read_whole(&mut key).ok()?;
    Some(key)
}

/// The digest of an empty password with a salt: SHA-256, of revision 6 hardened (ISO 32000-2, algorithm 2.B).
fn digest(salt: &[u8], revision: u32) -> Vec<u8> {
    let mut key = Sha256::digest(salt).to_vec();
    if revision < 6 {
        return key;
    }
    let mut round = 0;
    loop {
        let mut bytes = key.repeat(64);
        let (Ok(cipher), Some(before)) = (Aes128::new_from_slice(&key[..16]), key.get(16..32)) else { return key };
        let mut before: [u8; BLOCK] = before.try_into().unwrap_or_default();
        for block in bytes.chunks_exact_mut(BLOCK) {
            let mut mixed: [u8; BLOCK] = std::array::from_fn(|at| block[at] ^ before[at]);
            let sealed: &mut Array<u8, _> = (&mut mixed).into();
            cipher.encrypt_block(sealed);
            before = mixed;
            block.copy_from_slice(&mixed);
        }
        let sum: u32 = bytes[..16].iter().map(|byte| u32::from(*byte)).sum();
        key = match sum % 3 {
            0 => Sha256::digest(&bytes).to_vec(),
            1 => Sha384::digest(&bytes).to_vec(),
            _ => Sha512::digest(&bytes).to_vec(),
        };
        round += 1;
        if round >= 64 && u32::from(bytes[bytes.len() - 1]) <= round - 32 {
            key.truncate(32);
            return key;
        }
    }
}

/// Blocks of AES that are chained, with the first vector before them and a filled block at the end.
struct Chained<'s, C> {
    source: Box<dyn Read + 's>,
    cipher: C,
    /// The block before the next.
    before: Option<[u8; BLOCK]>,
    /// What was deciphered last and may be the end, which is filled.
    last: Option<[u8; BLOCK]>,
    given: Vec<u8>,
    ended: bool,
}

impl<'s, C: BlockCipherDecrypt<BlockSize = aes::cipher::consts::U16>> Chained<'s, C> {
    fn new(source: Box<dyn Read + 's>, cipher: C) -> Self {
        Self { source, cipher, before: None, last: None, given: Vec::new(), ended: false }
    }

    fn block(&mut self) -> io::Result<Option<[u8; BLOCK]>> {
        let mut block = [0; BLOCK];
        let mut length = 0;
        while length < BLOCK {
            match self.source.read(&mut block[length..])? {
                0 => return Ok(None),
                more => length += more,
            }
        }
        Ok(Some(block))
    }

    /// The next block, deciphered.
    fn next(&mut self) -> io::Result<Option<[u8; BLOCK]>> {
        if self.before.is_none() {
            self.before = self.block()?;
        }
        let Some((block, before)) = self.block()?.zip(self.before) else { return Ok(None) };
        let mut clear = block;
        let opened: &mut Array<u8, _> = (&mut clear).into();
        self.cipher.decrypt_block(opened);
        self.before = Some(block);
        Ok(Some(std::array::from_fn(|at| clear[at] ^ before[at])))
    }

    /// Reads all of it, where no block is filled.
    fn read_whole(mut self, whole: &mut Vec<u8>) -> io::Result<()> {
        while let Some(block) = self.next()? {
            whole.extend(block);
        }
        Ok(())
    }
}

impl<C: BlockCipherDecrypt<BlockSize = aes::cipher::consts::U16>> Read for Chained<'_, C> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        while self.given.is_empty() && !self.ended {
            let next = self.next()?;
            self.ended = next.is_none();
            if let Some(last) = std::mem::replace(&mut self.last, next) {
                let filled = if self.ended { usize::from(last[BLOCK - 1]) } else { 0 };
                self.given.extend(&last[..if filled <= BLOCK { BLOCK - filled } else { BLOCK }]);
            }
        }
        let length = self.given.len().min(buf.len());
        buf[..length].copy_from_slice(&self.given[..length]);
        self.given.drain(..length);
        Ok(length)
    }
}

struct Rc4 {
    state: [u8; 256],
    i: u8,
    j: u8,
}

impl Rc4 {
    fn new(key: &[u8]) -> Self {
        let mut state: [u8; 256] = std::array::from_fn(|at| at as u8);
        let mut j = 0_u8;
        for i in 0..256 {
            j = j.wrapping_add(state[i]).wrapping_add(key[i % key.len()]);
            state.swap(i, usize::from(j));
        }
        Self { state, i: 0, j: 0 }
    }

    fn apply(&mut self, bytes: &mut [u8]) {
        for byte in bytes {
            self.i = self.i.wrapping_add(1);
            self.j = self.j.wrapping_add(self.state[usize::from(self.i)]);
            self.state.swap(usize::from(self.i), usize::from(self.j));
            let at = self.state[usize::from(self.i)].wrapping_add(self.state[usize::from(self.j)]);
            *byte ^= self.state[usize::from(at)];
        }
    }
}

struct Rc4Reader<'s> {
    source: Box<dyn Read + 's>,
    rc4: Rc4,
}

impl Read for Rc4Reader<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let length = self.source.read(buf)?;
        self.rc4.apply(&mut buf[..length]);
        Ok(length)
    }
}
