//! The table of contents of a pg_dump archive among the members of a container: takes the members as they come, gives
//! what stands before the text of those that it lists.

use std::io::{Cursor, Read};

use crate::decode::{LONGEST_TOC, Member, TOC_FILE, TOC_MAGIC, Toc};

/// What the members so far tell of one another.
pub struct Contents {
    /// The folder of the last table of contents, and what it says.
    archive: Option<(String, Toc)>,
    /// Whether all members come after it.
    first: bool,
}

impl Default for Contents {
    fn default() -> Self {
        Self { archive: None, first: true }
    }
}

impl Contents {
    /// Reads the table of contents, which tells what later members are. Gives the content again, and what is wrong with it.
    pub fn read<'c>(&mut self, member: &Member, content: &'c mut dyn Read) -> (impl Read + use<'c>, Option<String>) {
        let (mut bytes, mut fault) = (Vec::new(), None);
        let (folder, file) = member.name.rsplit_once('/').unwrap_or(("", &member.name));
        if file == TOC_FILE {
            // An error comes again where the bytes before it have been read.
            let _ = content.take(TOC_MAGIC.len() as u64).read_to_end(&mut bytes);
            if bytes == TOC_MAGIC {
                let _ = content.take(LONGEST_TOC).read_to_end(&mut bytes);
                match Toc::read(&mut &bytes[..]) {
                    Ok(toc) => self.archive = Some((folder.to_owned(), toc)),
                    Err(error) => fault = Some(error.to_string()),
                }
            }
        }
        (Cursor::new(bytes).chain(content), fault)
    }

    /// What stands before the content of a member, where its container or a table of contents beside it tells.
    pub fn before(&mut self, member: &Member) -> Option<String> {
        if let Some(before) = &member.before {
            return Some(before.clone().into_owned());
        }
        let (folder, file) = member.name.rsplit_once('/').unwrap_or(("", &member.name));
        let Some((archive, toc)) = &mut self.archive else {
            self.first = false;
            return None;
        };
        let entry = toc.entry_of(file).filter(|_| archive == folder)?;
        toc.found(entry);
        toc.before(entry)
    }

    /// Files of data that are listed and did not come, once all members have; none where it cannot be told.
    pub fn missing(&self) -> usize {
        self.archive.as_ref().filter(|_| self.first).map_or(0, |(_, toc)| toc.missing())
    }
}
