//! Lines of YAML that stand further to the left before a value.

use std::ops::Range;

use super::{Look, Notation, Step, Trail};

/// A line above: how far its first character is from the left, and where it and the line's end stand.
struct Line {
    indent: usize,
    first: usize,
    end: usize,
}

impl Look<'_> {
    /// The path of a value that follows its unquoted key on a line.
    pub(super) fn indented(&self, key: &Range<usize>) -> Option<Trail> {
        let start = self.line_start(key.start)?;
        let before = &self.text[start..key.start];
        if !before.iter().all(|byte| matches!(byte, b' ' | b'-')) {
            return None;
        }
        let mut trail = Trail::new(Notation::Dotted);
        trail.push(Step::Name(key.clone()));
        let dash = before.iter().position(|byte| *byte == b'-');
        // How far to the left the parent is, and whether it is one of elements, which begin with a dash.
        let (mut indent, mut element) = (dash.unwrap_or(before.len()), dash.is_some());
        if element {
            trail.push(Step::Each);
        }
        let mut at = start;
        loop {
            if indent == 0 && !element {
                trail.rooted = true;
                return Some(trail);
            }
            let Some(line) = self.line_above(&mut at) else {
                trail.rooted = self.begins && indent == 0;
                return Some(trail);
            };
            let is_dash = self.text[line.first] == b'-';
            let inner = if is_dash { line.indent + self.dash_width(line.first) } else { line.indent };
            if is_dash && !element && inner == indent {
                (indent, element) = (line.indent, true);
                if !trail.push(Step::Each) {
                    return Some(trail);
                }
            } else if line.indent < indent || line.indent == indent && element && !is_dash {
                let from = if is_dash { line.first + inner - line.indent } else { line.first };
                let Some(name) = self.opens(from..line.end) else { return Some(trail) };
                if !trail.push(Step::Name(name)) {
                    return Some(trail);
                }
                (indent, element) = (line.indent, is_dash);
                if is_dash && !trail.push(Step::Each) {
                    return Some(trail);
                }
            }
        }
    }

    /// The next line above that is neither blank nor a comment; `at` is where the one below it begins.
    fn line_above(&self, at: &mut usize) -> Option<Line> {
        loop {
            let end = at.checked_sub(1).filter(|end| *end > self.from)?;
            let start = self.line_start(end)?;
            *at = start;
            let line = &self.text[start..end];
            let indent = line.iter().take_while(|byte| **byte == b' ').count();
            if !matches!(line.get(indent), None | Some(b'#' | b'\r')) {
                return Some(Line { indent, first: start + indent, end });
            }
        }
    }

    fn dash_width(&self, dash: usize) -> usize {
        1 + self.text[dash + 1..].iter().take_while(|byte| **byte == b' ').count()
    }

    /// The name of a line that ends with it and a colon.
    fn opens(&self, line: Range<usize>) -> Option<Range<usize>> {
        let text = self.text[line.clone()].trim_ascii_end();
        let name = text.strip_suffix(b":")?;
        let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || b"_-.$/".contains(byte) || *byte >= 0x80;
        (!name.is_empty() && name.iter().all(is_name)).then(|| line.start..line.start + name.len())
    }
}
