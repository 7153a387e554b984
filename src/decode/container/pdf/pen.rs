//! Drawing of a page: takes what draws it (ISO 32000-1, 8.4 and 9.4), gives the pieces of text that it shows, and whether
//! it shows pictures.

use std::collections::{HashMap, HashSet};
use std::io;
use std::rc::Rc;

use super::file::File;
use super::font::Font;
use super::lines::{COLUMN, Piece, SPACE};
use super::object::{Dictionary, Lexer, Object, Stream};
use super::text;

/// Forms inside one another.
const DEPTH: usize = 12;

/// States that are saved.
const SAVED: usize = 256;

const OPERANDS: usize = 32;

/// Pieces of a page, and bytes of their text.
const PIECES: usize = 1 << 17;
const BYTES: usize = 16 << 20;

/// What fonts that are kept may weigh.
const FONTS: usize = 300_000;

type Matrix = [f32; 6];

const IDENTITY: Matrix = [1.0, 0.0, 0.0, 1.0, 0.0, 0.0];

fn product(a: Matrix, b: Matrix) -> Matrix {
    [
        a[0] * b[0] + a[1] * b[2],
        a[0] * b[1] + a[1] * b[3],
        a[2] * b[0] + a[3] * b[2],
        a[2] * b[1] + a[3] * b[3],
        a[4] * b[0] + a[5] * b[2] + b[4],
        a[4] * b[1] + a[5] * b[3] + b[5],
    ]
}

fn shift(x: f32, y: f32) -> Matrix {
    [1.0, 0.0, 0.0, 1.0, x, y]
}

#[derive(Clone)]
struct State {
    page: Matrix,
    font: Option<Rc<Font>>,
    size: f32,
    between_letters: f32,
    between_words: f32,
    stretch: f32,
    leading: f32,
    rise: f32,
}

impl Default for State {
    fn default() -> Self {
        Self {
            page: IDENTITY,
            font: None,
            size: 0.0,
            between_letters: 0.0,
            between_words: 0.0,
            stretch: 1.0,
            leading: 0.0,
            rise: 0.0,
        }
    }
}

/// Fonts that were read.
#[derive(Default)]
pub struct Fonts {
    known: HashMap<u32, Rc<Font>>,
    weight: usize,
}

/// What was drawn so far.
#[derive(Default)]
pub struct Pen {
    state: State,
    saved: Vec<State>,
    text: Matrix,
    line: Matrix,
    pub pieces: Vec<Piece>,
    bytes: usize,
    pub glyphs: u64,
    /// Glyphs that no letter is known of.
    pub unknown: u64,
    /// How much of a unit square pictures cover, of all.
    pub pictures: f32,
    pub fonts: Fonts,
    /// Where the streams begin that were read.
    pub read: HashSet<u64>,
    /// Why not all of them could be.
    pub fault: Option<String>,
    /// Whether there was more than is kept.
    pub is_short: bool,
}

impl Pen {
    /// Makes ready for a page.
    pub fn turn(&mut self) {
        (self.state, self.text, self.line) = (State::default(), IDENTITY, IDENTITY);
        self.saved.clear();
        self.pieces.clear();
        (self.bytes, self.glyphs, self.unknown, self.pictures) = (0, 0, 0, 0.0);
        self.fault = None;
    }

    /// Draws what a stream says.
    ///
    /// # Errors
    /// Those of the file; a budget that is spent.
    pub fn stream(&mut self, file: &mut File, stream: &Stream, resources: &Dictionary, depth: usize) -> io::Result<()> {
        self.read.insert(stream.at);
        let content = text::read(file, stream)?;
        if let Some(fault) = content.fault {
            self.fault.get_or_insert(fault);
        }
        let mut lexer = Lexer::new(&content.bytes, 0);
        let mut operands: Vec<Object> = Vec::new();
        while let Some(object) = lexer.next() {
            let Object::Word(word) = object else {
                if operands.len() < OPERANDS {
                    operands.push(object);
                }
                continue;
            };
            match &word[..] {
                b"BI" => self.picture(),
                b"ID" => lexer.skip_image(),
                b"Do" => self.form(file, &operands, resources, depth)?,
                b"Tf" => self.font(file, &operands, resources)?,
                word => self.draw(word, &operands),
            }
            operands.clear();
        }
        self.is_short |= lexer.is_short;
        Ok(())
    }

    fn draw(&mut self, word: &[u8], operands: &[Object]) {
        let number = |at: usize| operands.get(at).and_then(Object::number).unwrap_or(0.0) as f32;
        let matrix = || [number(0), number(1), number(2), number(3), number(4), number(5)];
        let state = &mut self.state;
        match word {
            b"q" if self.saved.len() < SAVED => self.saved.push(state.clone()),
            b"Q" => *state = self.saved.pop().unwrap_or_else(|| state.clone()),
            b"cm" => state.page = product(matrix(), state.page),
            b"BT" => (self.text, self.line) = (IDENTITY, IDENTITY),
            b"Tc" => state.between_letters = number(0),
            b"Tw" => state.between_words = number(0),
            b"Tz" => state.stretch = number(0) / 100.0,
            b"TL" => state.leading = number(0),
            b"Ts" => state.rise = number(0),
            b"Tm" => (self.text, self.line) = (matrix(), matrix()),
            b"Td" => self.go(number(0), number(1)),
            b"TD" => {
                state.leading = -number(1);
                self.go(number(0), number(1));
            }
            b"T*" => self.go(0.0, -self.state.leading),
            b"Tj" | b"TJ" => self.show(operands),
            b"'" => {
                self.go(0.0, -self.state.leading);
                self.show(operands);
            }
            b"\"" => {
                (state.between_words, state.between_letters) = (number(0), number(1));
                self.go(0.0, -self.state.leading);
                self.show(operands.get(2..).unwrap_or_default());
            }
            _ => {}
        }
    }

    fn go(&mut self, x: f32, y: f32) {
        self.line = product(shift(x, y), self.line);
        self.text = self.line;
    }

    fn font(&mut self, file: &mut File, operands: &[Object], resources: &Dictionary) -> io::Result<()> {
        self.state.size = operands.get(1).and_then(Object::number).unwrap_or(0.0) as f32;
        let name = operands.first().and_then(Object::name).and_then(|name| std::str::from_utf8(name).ok());
        let fonts = file.value(resources, "Font")?;
        let font = name.zip(fonts.dictionary()).map(|(name, fonts)| fonts.get(name).clone()).unwrap_or_default();
        let number = font.reference();
        if let Some(known) = number.and_then(|number| self.fonts.known.get(&number)) {
            self.state.font = Some(known.clone());
            return Ok(());
        }
        let font = file.resolve(&font)?;
        let made = Rc::new(Font::new(file, font.dictionary().unwrap_or(&Dictionary::default()))?);
        if let Some(number) = number {
            if self.fonts.weight > FONTS {
                self.fonts = Fonts::default();
            }
            self.fonts.weight += made.weight();
            self.fonts.known.insert(number, made.clone());
        }
        self.state.font = Some(made);
        Ok(())
    }

    fn form(&mut self, file: &mut File, operands: &[Object], resources: &Dictionary, depth: usize) -> io::Result<()> {
        let name = operands.first().and_then(Object::name).and_then(|name| std::str::from_utf8(name).ok());
        let forms = file.value(resources, "XObject")?;
        let form = name.zip(forms.dictionary()).map(|(name, forms)| forms.get(name).clone()).unwrap_or_default();
        let Object::Stream(form) = file.resolve(&form)? else { return Ok(()) };
        if form.dictionary.is("Subtype", "Image") {
            self.picture();
            return Ok(());
        }
        if depth == DEPTH {
            self.is_short = true;
            return Ok(());
        }
        self.within(file, &form, resources, IDENTITY, depth + 1)
    }

    /// Draws a form.
    ///
    /// # Errors
    /// Those of the file; a budget that is spent.
    pub fn within(
        &mut self,
        file: &mut File,
        form: &Stream,
        resources: &Dictionary,
        place: Matrix,
        depth: usize,
    ) -> io::Result<()> {
        let own = file.value(&form.dictionary, "Resources")?;
        let matrix = numbers(&file.value(&form.dictionary, "Matrix")?).unwrap_or(IDENTITY);
        let (state, saved) = (self.state.clone(), std::mem::take(&mut self.saved));
        let (text, line) = (self.text, self.line);
        self.state.page = product(product(matrix, place), self.state.page);
        self.stream(file, form, own.dictionary().unwrap_or(resources), depth)?;
        (self.state, self.saved, self.text, self.line) = (state, saved, text, line);
        Ok(())
    }

    fn picture(&mut self) {
        let [a, b, c, d, ..] = self.state.page;
        self.pictures += (a * d - b * c).abs();
    }

    fn show(&mut self, operands: &[Object]) {
        let Some(font) = self.state.font.clone() else { return };
        let parts = match operands.first() {
            Some(Object::Array(parts)) => &parts[..],
            _ => operands,
        };
        let mut shown = Shown::default();
        for part in parts {
            match part {
                Object::Text(bytes) => self.spell(bytes, &font, &mut shown),
                part => {
                    let back = part.number().unwrap_or(0.0) as f32 / 1000.0;
                    let width = -back * self.state.size * self.state.stretch;
                    if back.abs() > COLUMN {
                        self.end(&mut shown);
                    } else if -back > SPACE && !shown.text.is_empty() && !shown.text.ends_with(' ') {
                        shown.text.push(' ');
                    }
                    self.text = product(shift(width, 0.0), self.text);
                }
            }
        }
        self.end(&mut shown);
    }

    /// Spells a text, and goes on by its width.
    fn spell(&mut self, mut bytes: &[u8], font: &Font, shown: &mut Shown) {
        if shown.text.is_empty() {
            shown.begins = product(shift(0.0, self.state.rise), self.text);
        }
        let mut width = 0.0;
        while !bytes.is_empty() {
            let glyph = font.spell(bytes, &mut shown.text);
            let space = if glyph.length == 1 && bytes[0] == b' ' { self.state.between_words } else { 0.0 };
            width += (glyph.width * self.state.size + self.state.between_letters + space) * self.state.stretch;
            self.glyphs += 1;
            self.unknown += u64::from(!glyph.is_known);
            bytes = &bytes[glyph.length..];
        }
        self.text = product(shift(width, 0.0), self.text);
    }

    /// Keeps what was spelled, as one piece.
    fn end(&mut self, shown: &mut Shown) {
        let text = std::mem::take(&mut shown.text);
        if text.is_empty() {
            return;
        }
        if self.pieces.len() >= PIECES || self.bytes + text.len() > BYTES {
            self.is_short = true;
            return;
        }
        self.bytes += text.len();
        let (begins, ends) = (product(shown.begins, self.state.page), product(self.text, self.state.page));
        let length = begins[0].hypot(begins[1]).max(f32::MIN_POSITIVE);
        let (x, y) = (begins[0] / length, begins[1] / length);
        let along = |at: Matrix| at[4] * x + at[5] * y;
        self.pieces.push(Piece {
            angle: y.atan2(x).to_degrees().round() as i32,
            from: along(begins),
            to: along(ends),
            height: begins[5] * x - begins[4] * y,
            size: (self.state.size * begins[2].hypot(begins[3])).abs().max(0.1),
            text: text.chars().map(plain).collect(),
        });
    }
}

/// What one operator shows.
#[derive(Default)]
struct Shown {
    begins: Matrix,
    text: String,
}

/// The six numbers of a matrix.
fn numbers(object: &Object) -> Option<Matrix> {
    let numbers: Vec<f32> = object.array().iter().filter_map(Object::number).map(|number| number as f32).collect();
    numbers.try_into().ok()
}

/// Spaces of any kind as a space; what would end a line, too.
fn plain(letter: char) -> char {
    match letter {
        _ if letter.is_whitespace() || letter.is_control() => ' ',
        '\u{AD}' | '\u{2010}' | '\u{2011}' => '-',
        letter => letter,
    }
}
