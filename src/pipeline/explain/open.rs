//! Opening what is explained: takes a spot, gives the passage of its text, be it that of a file or of a member of a
//! container, however deep, as a scan comes to it.

use std::fs::File;
use std::io::{self, Read};
use std::rc::Rc;

use jiff::civil::Date;

use super::Spot;
use super::passage::{Failure, Passage};
use crate::decode::{Container, Decoder, Input, Member, Meter, Table, Visitor};
use crate::error::{Error, Result};
use crate::input::{Store, Target};
use crate::layout::table::Reader;
use crate::pipeline::Shared;
use crate::pipeline::contents::Contents;
use crate::pipeline::excerpt::Missing;
use crate::pipeline::scan::{day, modified, phrase};

/// What is to be explained.
pub struct Opened<'a> {
    /// The file, or the member.
    pub target: Target,
    pub modified: Option<Date>,
    pub passage: Passage<'a>,
}

/// Opens the text that a spot is in.
///
/// # Errors
/// What cannot be read; a line, column or member that is not there; a container, that has no lines.
pub fn open<'a>(spot: &Spot, scans: &'a [Shared<'a>; 2]) -> Result<Opened<'a>> {
    let place = spot.target.origin.to_string();
    let failed = |error: &io::Error| Error::new(phrase(error)).at(&place);
    let wanted = spot.member.as_ref().map_or_else(|| place.clone(), |member| format!("{place}!{member}"));
    let mut search = Search {
        spot,
        scans,
        wanted,
        meter: Meter::generous(),
        depth: 0,
        container: spot.target.clone(),
        modified: None,
        contents: Contents::default(),
        found: None,
        failure: None,
        again: false,
    };
    match &spot.target.store {
        Store::Stdin => search.look(spot.target.clone(), &mut io::stdin().lock(), None, None),
        Store::File(path) => {
            let file = File::open(path).map_err(|error| failed(&error))?;
            search.modified = file.metadata().ok().as_ref().and_then(modified);
            let before = scans[0].archived(path).and_then(|archived| archived.before);
            let tables = before.as_deref().map(Reader::after);
            search.look(spot.target.clone(), &mut &file, Some(&file), tables);
        }
        Store::Blob(_) | Store::Member => {
            let help = "write it to a file of its own and explain that";
            return Err(Error::new("only files and standard input are explained").at(place).help(help));
        }
    }
    search.finish()
}

/// A way through containers to a text.
struct Search<'s, 'a> {
    spot: &'s Spot,
    scans: &'a [Shared<'a>; 2],
    /// The path of the text, as reports name it.
    wanted: String,
    meter: Rc<Meter>,
    /// Containers around what is looked at, the innermost of them, and what of it was modified when and stands before what.
    depth: usize,
    container: Target,
    modified: Option<Date>,
    contents: Contents,
    found: Option<Opened<'a>>,
    /// Why something on the way could not be gone through.
    failure: Option<Error>,
    /// Whether another text has the same path.
    again: bool,
}

impl<'a> Search<'_, 'a> {
    /// Reads the text that is wanted, or goes into the container that it may be in.
    fn look(&mut self, target: Target, stored: &mut dyn Read, file: Option<&File>, tables: Option<Reader>) {
        let is_wanted = target.origin.as_str() == self.wanted;
        if is_wanted && self.found.is_some() {
            self.again = true;
            return;
        }
        let decoder = match Decoder::metered(stored, self.scans[0].plan.limits.layers, &self.meter) {
            Ok(decoder) => decoder,
            Err(error) => return self.fail(&target, phrase(&error)),
        };
        match decoder.container() {
            Some(container) if is_wanted => {
                let error = Error::new(format!("this is read as {}, not as lines of text", container.name));
                let help =
                    format!("only members of it are explained, named as reports do: {}!MEMBER:LINE", self.wanted);
                self.failure = Some(error.at(target.origin.as_str()).help(help));
            }
            Some(container) => self.within(target, container, decoder, file),
            None if is_wanted => match Passage::read(decoder, self.spot, &target, tables, self.scans) {
                Ok(passage) => self.found = Some(Opened { target, modified: self.modified, passage }),
                Err(failure) => self.failure = Some(missing(failure, self.spot, &self.wanted)),
            },
            None => {
                let error = Error::new("this has no members").at(target.origin.as_str());
                self.failure.get_or_insert(error.help(format!("name a line of it: {}:LINE", target.origin)));
            }
        }
    }

    /// Goes over the members of a container.
    fn within(&mut self, target: Target, container: &Container, mut decoder: Decoder, file: Option<&File>) {
        let most = self.meter.budgets().depth;
        if self.depth == most {
            return self.fail(&target, format!("more than {most} containers inside one another"));
        }
        let file = file.filter(|_| decoder.layers() == 0);
        let outer = std::mem::replace(&mut self.container, target);
        let contents = std::mem::take(&mut self.contents);
        self.depth += 1;
        let meter = self.meter.clone();
        let mut input = Input::new(&mut decoder, file, &meter);
        input.beside = file.and_then(|_| self.scans[0].beside(&self.container));
        let given = (container.open)(&mut input, self);
        self.depth -= 1;
        self.contents = contents;
        let target = std::mem::replace(&mut self.container, outer);
        if let Err(error) = given {
            self.fail(&target, phrase(&error));
        }
    }

    fn fail(&mut self, target: &Target, message: String) {
        self.failure.get_or_insert_with(|| {
            let help = "write the text to a file of its own and explain that";
            Error::new(message).at(target.origin.as_str()).help(help)
        });
    }

    /// Whether what is wanted is this, or may be in it.
    fn leads(&self, target: &Target) -> bool {
        let rest = self.wanted.strip_prefix(target.origin.as_str());
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('!'))
    }

    fn finish(self) -> Result<Opened<'a>> {
        if self.again {
            let help = "write the right one to a file of its own and explain that";
            return Err(Error::new("there are several texts with this path").at(self.wanted).help(help));
        }
        self.found.ok_or_else(|| {
            self.failure.unwrap_or_else(|| {
                let help = "name it as reports do: backup.zip!dumps.tar.gz!users.sql:12";
                Error::new("there is no such member").at(self.wanted).help(help)
            })
        })
    }
}

impl Visitor for Search<'_, '_> {
    fn member(&mut self, member: &Member, content: &mut dyn Read) -> io::Result<()> {
        let target = self.container.member(&member.name);
        let (mut content, _) = self.contents.read(member, content);
        let tables = self.contents.before(member).as_deref().map(Reader::after);
        if self.leads(&target) {
            let outer = self.modified;
            self.modified = member.modified.and_then(day).or(outer);
            self.look(target, &mut content, None, tables);
            self.modified = outer;
        }
        Ok(())
    }

    /// Rows have no lines.
    fn table(&mut self, _: &Table, _: &mut dyn Read) -> io::Result<()> {
        Ok(())
    }

    fn text(&mut self, _: &mut dyn Read) -> io::Result<()> {
        Ok(())
    }

    fn skip(&mut self, name: Option<&str>, reason: &str, _: u64) -> io::Result<()> {
        let target = name.map_or_else(|| self.container.clone(), |name| self.container.member(name));
        if self.leads(&target) {
            self.fail(&target, format!("a scan does not open this: {reason}"));
        }
        Ok(())
    }

    fn problem(&mut self, _: &str) {}
}

/// What is wrong with a spot.
fn missing(failure: Failure, spot: &Spot, place: &str) -> Error {
    match failure {
        Failure::Missing(Missing::Line(lines)) => {
            Error::new(format!("there is no line {}: the text has {lines}", spot.line)).at(place)
        }
        Failure::Missing(Missing::Column(bytes)) => {
            let message = format!("there is no column {}: the line has {bytes} bytes", spot.column.unwrap_or(0));
            Error::new(message).at(format!("{place}:{}", spot.line))
        }
        Failure::Read(error) => Error::new(phrase(&error)).at(place),
    }
}
