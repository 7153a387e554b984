//! The meter of one file: counts what comes out of its layers and containers, and ends with an error what goes beyond the
//! budgets. Its errors are of the kind [`QuotaExceeded`](io::ErrorKind::QuotaExceeded) and name the option that raises
//! the budget.

use std::cell::Cell;
use std::io::{self, Read};
use std::rc::Rc;
use std::sync::{Arc, Condvar, Mutex, PoisonError};

use crate::limits::Unpacking;

/// Memory that one file's decompressors may hold without asking for the [`Gate`].
const SMALL: u64 = 12 << 20;

/// Lets one file of a run at a time hold much memory, so that threads do not add up.
#[derive(Debug, Default)]
pub struct Gate {
    taken: Mutex<bool>,
    free: Condvar,
}

impl Gate {
    fn enter(&self) {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        while *taken {
            taken = self.free.wait(taken).unwrap_or_else(PoisonError::into_inner);
        }
        *taken = true;
    }

    fn leave(&self) {
        *self.taken.lock().unwrap_or_else(PoisonError::into_inner) = false;
        self.free.notify_one();
    }
}

/// Counts for one file, whose thread alone has it.
#[derive(Debug, Default)]
pub struct Meter {
    budgets: Unpacking,
    gate: Arc<Gate>,
    stored: Cell<u64>,
    unpacked: Cell<u64>,
    members: Cell<u64>,
    held: Cell<u64>,
    /// Whether a budget of the whole file is spent: nothing more of it is to be read.
    spent: Cell<bool>,
}

impl Meter {
    pub fn new(budgets: &Unpacking, gate: Arc<Gate>) -> Rc<Self> {
        Rc::new(Self { budgets: budgets.clone(), gate, ..Self::default() })
    }

    /// One that bounds memory alone.
    pub fn generous() -> Rc<Self> {
        Self::new(&Unpacking { bytes: u64::MAX, ratio: u64::MAX, ..Unpacking::default() }, Arc::default())
    }

    pub fn budgets(&self) -> &Unpacking {
        &self.budgets
    }

    /// Counts stored bytes of the file.
    pub fn stored(&self, bytes: u64) {
        self.stored.set(self.stored.get() + bytes);
    }

    /// Reads stored bytes of a length that is not known before, and counts them.
    pub fn counting<'r>(self: &Rc<Self>, source: &'r mut dyn Read) -> impl Read + use<'r> {
        Stored { source, meter: self.clone() }
    }

    pub fn is_spent(&self) -> bool {
        self.spent.get()
    }

    /// Counts a member.
    ///
    /// # Errors
    /// More members than the budget has.
    pub fn member(&self) -> io::Result<()> {
        self.members.set(self.members.get() + 1);
        if self.members.get() <= self.budgets.members {
            return Ok(());
        }
        Err(self.spend(format!("more than {} members (--max-members)", self.budgets.members)))
    }

    /// Counts unpacked bytes.
    fn unpacked(&self, bytes: u64) -> io::Result<()> {
        let unpacked = self.unpacked.get() + bytes;
        self.unpacked.set(unpacked);
        if unpacked > self.budgets.bytes {
            return Err(self.spend(format!("more than {} bytes unpacked (--max-unpacked)", self.budgets.bytes)));
        }
        if unpacked > Unpacking::FREE && unpacked / self.budgets.ratio.max(1) > self.stored.get() {
            return Err(
                self.spend(format!("more than {} bytes from each stored one (--max-ratio)", self.budgets.ratio))
            );
        }
        Ok(())
    }

    /// Bytes that may be unpacked yet.
    fn room(&self) -> u64 {
        let by_ratio = self.budgets.ratio.max(1).saturating_mul(self.stored.get().saturating_add(1)) - 1;
        self.budgets.bytes.min(by_ratio.max(Unpacking::FREE)).saturating_sub(self.unpacked.get())
    }

    fn spend(&self, reason: String) -> io::Error {
        self.spent.set(true);
        over(reason)
    }

    /// Takes so many bytes of memory, until what is given is dropped.
    ///
    /// # Errors
    /// More than is left of the budget.
    pub fn hold(self: &Rc<Self>, bytes: u64) -> io::Result<Held> {
        let held = self.held.get();
        if bytes > self.budgets.memory.saturating_sub(held) {
            let (needed, budget) = (bytes.saturating_add(held).div_ceil(1 << 20), self.budgets.memory >> 20);
            return Err(over(format!("needs {needed} MiB of memory, more than {budget} (--max-memory)")));
        }
        if held <= SMALL && held + bytes > SMALL {
            self.gate.enter();
        }
        self.held.set(held + bytes);
        Ok(Held { meter: self.clone(), bytes })
    }
}

/// Memory that is held.
#[derive(Debug)]
pub struct Held {
    meter: Rc<Meter>,
    bytes: u64,
}

impl Drop for Held {
    fn drop(&mut self) {
        let held = self.meter.held.get();
        self.meter.held.set(held - self.bytes);
        if held > SMALL && held - self.bytes <= SMALL {
            self.meter.gate.leave();
        }
    }
}

fn over(reason: String) -> io::Error {
    io::Error::new(io::ErrorKind::QuotaExceeded, reason)
}

struct Stored<'r> {
    source: &'r mut dyn Read,
    meter: Rc<Meter>,
}

impl Read for Stored<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let length = self.source.read(buf)?;
        self.meter.stored(length as u64);
        Ok(length)
    }
}

/// Reads what is unpacked, and counts it.
pub struct Metered<R> {
    source: R,
    meter: Rc<Meter>,
    /// What a member may still give.
    left: u64,
}

impl<R: Read> Metered<R> {
    pub fn layer(source: R, meter: &Rc<Meter>) -> Self {
        Self { source, meter: meter.clone(), left: u64::MAX }
    }

    pub fn member(source: R, meter: &Rc<Meter>) -> Self {
        Self { source, meter: meter.clone(), left: meter.budgets.member }
    }
}

impl<R: Read> Read for Metered<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        // All that the budgets allow is given, however much is read at a time; one byte more tells of what is beyond them.
        let room = usize::try_from(self.left.min(self.meter.room())).unwrap_or(usize::MAX);
        let most = buf.len().min(room.max(1));
        let length = self.source.read(&mut buf[..most])?;
        let Some(left) = self.left.checked_sub(length as u64) else {
            return Err(over(format!("a member of more than {} bytes (--max-member)", self.meter.budgets.member)));
        };
        self.left = left;
        self.meter.unpacked(length as u64)?;
        Ok(length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meter(budgets: Unpacking) -> Rc<Meter> {
        Meter::new(&budgets, Arc::default())
    }

    fn copied(source: impl Read) -> (u64, Option<String>) {
        let mut source = io::BufReader::with_capacity(1000, source);
        let mut copied = 0;
        loop {
            match std::io::BufRead::fill_buf(&mut source).map(<[u8]>::len) {
                Ok(0) => return (copied, None),
                Ok(length) => copied += length as u64,
                Err(error) => return (copied, Some(error.to_string())),
            }
            let length = source.buffer().len();
            std::io::BufRead::consume(&mut source, length);
        }
    }

    #[test]
    fn all_that_is_unpacked_counts_together() {
        let meter = meter(Unpacking { bytes: 2500, ..Unpacking::default() });
        let zeros = || io::repeat(0).take(1000);
        assert_eq!(copied(Metered::layer(zeros(), &meter)), (1000, None));
        assert_eq!(copied(Metered::member(zeros(), &meter)), (1000, None));
        assert!(!meter.is_spent());
        let more = Some("more than 2500 bytes unpacked (--max-unpacked)".to_owned());
        assert_eq!(copied(Metered::member(zeros(), &meter)), (500, more));
        assert!(meter.is_spent());
    }

    #[test]
    fn a_member_that_is_too_long_spends_nothing_of_the_others() {
        let meter = meter(Unpacking { member: 1500, ..Unpacking::default() });
        let more = Some("a member of more than 1500 bytes (--max-member)".to_owned());
        assert_eq!(copied(Metered::member(io::repeat(0), &meter)), (1500, more));
        assert!(!meter.is_spent());
    }

    #[test]
    fn the_ratio_counts_once_much_is_unpacked() {
        let meter = meter(Unpacking { ratio: 100, ..Unpacking::default() });
        meter.stored(1000);
        let (copied, error) = copied(Metered::layer(io::repeat(0), &meter));
        assert_eq!(copied, Unpacking::FREE);
        assert_eq!(error.unwrap(), "more than 100 bytes from each stored one (--max-ratio)");
    }

    #[test]
    fn memory_is_given_back_and_much_of_it_to_one_file_at_a_time() {
        let gate = Arc::<Gate>::default();
        let meter = Meter::new(&Unpacking::default(), gate.clone());
        let taken = || *gate.taken.lock().unwrap();
        let small = meter.hold(SMALL).unwrap();
        assert!(!taken());
        let large = meter.hold(64 << 20).unwrap();
        assert!(taken());
        assert_eq!(
            meter.hold(64 << 20).unwrap_err().to_string(),
            "needs 140 MiB of memory, more than 96 (--max-memory)"
        );
        drop(small);
        assert!(taken());
        drop(large);
        assert!(!taken());
    }
}
