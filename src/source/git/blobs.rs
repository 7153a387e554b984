//! [`Blobs`]: takes the names of blobs, gives their bytes, all from one `git cat-file --batch`. Each thread has one of
//! its own.

use std::collections::VecDeque;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

use super::{command, start};
use crate::input::ObjectId;

/// Bytes taken from git at a time.
const BLOCK: usize = 64 << 10;

/// Reads blobs one after the other.
pub struct Blobs {
    git: Child,
    requests: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
    /// Asked for and not yet read, in this order.
    asked: VecDeque<ObjectId>,
    /// Bytes of the open blob that are still to be read, with the line end after it.
    left: u64,
}

impl Blobs {
    /// # Errors
    /// Git cannot be run.
    pub fn start() -> io::Result<Self> {
        let mut command = command();
        command.args(["cat-file", "--batch"]).stdin(Stdio::piped()).stderr(Stdio::null());
        let mut git = start(&mut command).map_err(io::Error::other)?.0;
        let (requests, answers) = (git.stdin.take(), git.stdout.take());
        let answers = answers.ok_or_else(|| io::Error::other("git cannot be read from"))?;
        let answers = BufReader::with_capacity(BLOCK, answers);
        Ok(Self { git, requests, answers, asked: VecDeque::new(), left: 0 })
    }

    /// Asks for blobs that will be opened next, in this order, so that git works ahead. A few dozen at a time: git reads
    /// no further while nobody reads its answers.
    ///
    /// # Errors
    /// Git has ended.
    pub fn ask<'a>(&mut self, ids: impl IntoIterator<Item = &'a ObjectId>) -> io::Result<()> {
        let ids: Vec<_> = ids.into_iter().cloned().collect();
        let lines: String = ids.iter().map(|id| format!("{id}\n")).collect();
        self.asked.extend(ids);
        let requests = self.requests.as_mut().ok_or_else(ended)?;
        requests.write_all(lines.as_bytes()).map_err(|_| ended())
    }

    /// Opens a blob: the one that was asked for next, or any if none was. Gives its length; [`Read`] gives its bytes.
    ///
    /// # Errors
    /// A blob that is missing or broken; git has ended.
    pub fn open(&mut self, id: &ObjectId) -> io::Result<u64> {
        self.pass_over()?;
        if self.asked.is_empty() {
            self.ask([id])?;
        }
        if self.asked.pop_front().as_ref() != Some(id) {
            return Err(io::Error::other("git was asked for another object"));
        }
        let mut head = String::new();
        self.answers.read_line(&mut head)?;
        let length = match head.trim_end().rsplit_once(' ') {
            None => return Err(ended()),
            Some((_, "missing")) => return Err(io::Error::other(format!("object {id} is missing"))),
            Some((kind, length)) if kind.ends_with(" blob") => length.parse::<u64>().map_err(io::Error::other)?,
            Some(_) => return Err(io::Error::other(format!("object {id} is no file"))),
        };
        self.left = length + 1;
        Ok(length)
    }

    /// Goes over what was left unread of the open blob.
    fn pass_over(&mut self) -> io::Result<()> {
        let left = std::mem::take(&mut self.left);
        let read = io::copy(&mut (&mut self.answers).take(left), &mut io::sink())?;
        if read < left { Err(ended()) } else { Ok(()) }
    }
}

impl Read for Blobs {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = buffer.len().min(usize::try_from(self.left.saturating_sub(1)).unwrap_or(usize::MAX));
        if most == 0 {
            return Ok(0);
        }
        let length = self.answers.read(&mut buffer[..most])?;
        if length == 0 {
            self.left = 0;
            return Err(ended());
        }
        self.left -= length as u64;
        Ok(length)
    }
}

impl Drop for Blobs {
    fn drop(&mut self) {
        // Git ends when nobody asks any more, unless it is in the middle of an answer.
        drop(self.requests.take());
        if self.left > 0 || !self.asked.is_empty() {
            let _ = self.git.kill();
        }
        let _ = self.git.wait();
    }
}

/// Whether a file that begins so stands for one that Git LFS keeps elsewhere.
pub fn is_lfs_pointer(head: &[u8]) -> bool {
    head.starts_with(b"version https://git-lfs.github.com/spec/v")
}

fn ended() -> io::Error {
    io::Error::other("git ended before it gave the object")
}
