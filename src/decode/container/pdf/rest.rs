//! What of a PDF is neither drawn nor said: takes the streams that were not read, older ones too, and what stands between
//! objects, gives them one after another. Pictures and fonts stay as they are stored.

use std::collections::HashSet;
use std::io::{self, Read};

use super::file::File;
use super::object::{Dictionary, Object};

pub struct Rest<'r, 'w> {
    file: &'r mut File<'w>,
    read: &'r HashSet<u64>,
    /// How many objects, and then gaps, were gone over.
    objects: usize,
    gaps: usize,
    part: Option<Box<dyn Read + 'w>>,
    /// Streams that are damaged.
    pub damaged: u32,
}

impl<'r, 'w> Rest<'r, 'w> {
    pub fn new(file: &'r mut File<'w>, read: &'r HashSet<u64>) -> Self {
        Self { file, read, objects: 0, gaps: 0, part: None, damaged: 0 }
    }

    /// The next part; none after the last.
    fn next(&mut self) -> io::Result<Option<Box<dyn Read + 'w>>> {
        while let Some(at) = self.file.placed.get(self.objects).copied() {
            self.objects += 1;
            let Some(Object::Stream(stream)) = self.file.indirect(at)?.map(|indirect| indirect.object) else {
                continue;
            };
            let is_structure = ["XRef", "ObjStm"].iter().any(|kind| stream.dictionary.is("Type", kind));
            if is_structure || self.read.contains(&stream.at) {
                continue;
            }
            if is_stored(&stream.dictionary) {
                return Ok(Some(Box::new(self.file.section(stream.at..stream.at + stream.length))));
            }
            return self.file.open(&stream).map(Some);
        }
        let gap = self.file.outside.get(self.gaps).cloned();
        self.gaps += 1;
        Ok(gap.map(|gap| Box::new(self.file.section(gap)) as Box<dyn Read>))
    }
}

impl Read for Rest<'_, '_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        loop {
            let Some(part) = &mut self.part else {
                self.part = self.next()?;
                if self.part.is_none() {
                    return Ok(0);
                }
                continue;
            };
            match part.read(buf) {
                Ok(0) if buf.is_empty() => return Ok(0),
                Ok(0) => {}
                Ok(length) => return Ok(length),
                Err(error) if matches!(error.kind(), io::ErrorKind::QuotaExceeded | io::ErrorKind::Interrupted) => {
                    return Err(error);
                }
                Err(_) => self.damaged += 1,
            }
            // No value goes on from one part to the next.
            self.part = None;
            buf[0] = b'\n';
            return Ok(1);
        }
    }
}

/// Whether a stream holds a picture or a font.
fn is_stored(stream: &Dictionary) -> bool {
    let is_font = ["Type1C", "CIDFontType0C", "OpenType"].iter().any(|kind| stream.is("Subtype", kind));
    is_font || stream.is("Subtype", "Image") || *stream.get("Length1") != Object::Null
}
