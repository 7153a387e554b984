//! Pages: takes the tree of them (ISO 32000-1, 7.7.3), gives them in order, and what each shows.

use std::collections::HashSet;
use std::io;
use std::rc::Rc;

use super::file::File;
use super::object::{Dictionary, Object};
use super::pen::Pen;

/// Folders of pages inside one another.
const DEPTH: usize = 64;

/// What a page has from the folders around it.
#[derive(Clone, Default)]
struct Inherited {
    resources: Rc<Dictionary>,
    area: f32,
    depth: usize,
}

/// The pages that are still to come.
pub struct Pages {
    stack: Vec<(u32, Inherited)>,
    seen: HashSet<u32>,
    /// Pages so far.
    pub count: u32,
    /// Whether one was there that could not be read.
    pub is_broken: bool,
}

/// What is known of a page once it was drawn.
#[derive(Default)]
pub struct Page {
    pub number: u32,
    /// Whether what draws it is not there.
    pub is_broken: bool,
    /// Of its area, how much pictures cover.
    pub pictures: f32,
}

impl Pages {
    /// # Errors
    /// Those of the file; a budget that is spent.
    pub fn new(file: &mut File) -> io::Result<Self> {
        let root = file.value(&file.trailer.clone(), "Root")?;
        let first = root.dictionary().and_then(|root| root.get("Pages").reference());
        let stack = first.map(|first| (first, Inherited::default())).into_iter().collect();
        Ok(Self { stack, seen: HashSet::new(), count: 0, is_broken: first.is_none() })
    }

    /// Draws the next page of the tree.
    ///
    /// # Errors
    /// Those of the file; a budget that is spent.
    pub fn next(&mut self, file: &mut File, pen: &mut Pen) -> io::Result<Option<Page>> {
        while let Some((number, mut inherited)) = self.stack.pop() {
            if inherited.depth > DEPTH || !self.seen.insert(number) {
                self.is_broken = true;
                continue;
            }
            let object = file.get(number)?;
            let Some(dictionary) = object.dictionary() else {
                self.is_broken = true;
                continue;
            };
            inherited.take(file, dictionary)?;
            let kids = file.value(dictionary, "Kids")?;
            if dictionary.is("Type", "Pages") || !kids.array().is_empty() {
                inherited.depth += 1;
                let kids = kids.array().iter().rev().filter_map(Object::reference);
                self.stack.extend(kids.map(|kid| (kid, inherited.clone())));
                continue;
            }
            return self.draw(file, dictionary, &inherited, pen).map(Some);
        }
        Ok(None)
    }

    /// Draws a page that the tree does not lead to, if the object is one.
    ///
    /// # Errors
    /// Those of the file; a budget that is spent.
    pub fn other(&mut self, number: u32, file: &mut File, pen: &mut Pen) -> io::Result<Option<Page>> {
        if self.seen.contains(&number) {
            return Ok(None);
        }
        let object = file.get(number)?;
        let Some(dictionary) = object.dictionary().filter(|page| page.is("Type", "Page")) else { return Ok(None) };
        self.seen.insert(number);
        let mut inherited = Inherited::default();
        let parent = file.value(dictionary, "Parent")?;
        inherited.take(file, parent.dictionary().unwrap_or(&Dictionary::default()))?;
        inherited.take(file, dictionary)?;
        self.draw(file, dictionary, &inherited, pen).map(Some)
    }

    fn draw(&mut self, file: &mut File, page: &Dictionary, inherited: &Inherited, pen: &mut Pen) -> io::Result<Page> {
        self.count += 1;
        pen.turn();
        let mut drawn = Page { number: self.count, ..Page::default() };
        let contents = page.get("Contents").clone();
        let contents = match file.resolve(&contents)? {
            Object::Array(parts) => parts,
            _ if contents == Object::Null => Vec::new(),
            _ => vec![contents],
        };
        for part in &contents {
            match file.resolve(part)? {
                Object::Stream(stream) => pen.stream(file, &stream, &inherited.resources, 0)?,
                _ => drawn.is_broken = true,
            }
        }
        drawn.pictures = pen.pictures / inherited.area.max(1.0);
        self.remarks(file, page, pen)?;
        Ok(drawn)
    }

    /// Draws what remarks and fields look like, unless they say in words what they show.
    fn remarks(&mut self, file: &mut File, page: &Dictionary, pen: &mut Pen) -> io::Result<()> {
        for remark in file.value(page, "Annots")?.array() {
            let remark = file.resolve(remark)?;
            let Some(remark) = remark.dictionary() else { continue };
            let looks = file.value(remark, "AP")?;
            let normal = match looks.dictionary() {
                Some(looks) => file.value(looks, "N")?,
                None => continue,
            };
            let parent = file.value(remark, "Parent")?;
            let is_said = [Some(remark), parent.dictionary()].into_iter().flatten();
            let is_said =
                is_said.into_iter().any(|of| ["V", "Contents"].iter().any(|key| *of.get(key) != Object::Null));
            match normal {
                Object::Stream(look) if is_said => {
                    pen.read.insert(look.at);
                }
                Object::Stream(look) => {
                    let area: Vec<f64> =
                        file.value(remark, "Rect")?.array().iter().filter_map(Object::number).collect();
                    let (x, y) = area.first().zip(area.get(1)).map_or((0.0, 0.0), |(x, y)| (*x as f32, *y as f32));
                    pen.within(file, &look, &Dictionary::default(), [1.0, 0.0, 0.0, 1.0, x, y], 1)?;
                }
                _ => {}
            }
        }
        Ok(())
    }
}

impl Inherited {
    fn take(&mut self, file: &mut File, of: &Dictionary) -> io::Result<()> {
        if let Object::Dictionary(resources) = file.value(of, "Resources")? {
            self.resources = Rc::new(resources);
        }
        let area: Vec<f64> = file.value(of, "MediaBox")?.array().iter().filter_map(Object::number).collect();
        if let [left, low, right, high] = area[..] {
            self.area = ((right - left) * (high - low)).abs() as f32;
        }
        Ok(())
    }
}
