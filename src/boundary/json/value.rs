//! JSON text as input.

use std::borrow::Cow;

use crate::wire::source::{Number, Source};

/// Nested deeper than this is no request of ours.
const DEEPEST: usize = 64;

/// A value of JSON. Texts without escapes and numbers stay where they are.
pub(crate) enum Value<'a> {
    Absent,
    Truth(bool),
    /// As written, `NaN` and the infinities as JavaScript does.
    Number(&'a str),
    Text(Cow<'a, str>),
    List(Vec<Value<'a>>),
    Object(Vec<(Cow<'a, str>, Value<'a>)>),
    /// What JSON has not: a function, a bigint. Written `?`.
    Other,
    /// What JavaScript refused to read: a getter that threw. Written `!`.
    Unreadable,
}

impl<'a> Value<'a> {
    /// The one value that the text is, or `None` if it is none.
    pub(crate) fn parse(text: &'a str) -> Option<Self> {
        let mut reader = Reader { text };
        let value = reader.value(DEEPEST)?;
        reader.skip_space();
        reader.text.is_empty().then_some(value)
    }

    /// This, unless it cannot be read.
    fn readable(&'a self) -> Option<&'a Self> {
        match self {
            Self::Unreadable => None,
            value => Some(value),
        }
    }
}

impl<'a> Source for &'a Value<'a> {
    fn is_absent(&self) -> bool {
        matches!(self, Value::Absent)
    }

    fn is_object(&self) -> bool {
        matches!(self, Value::Object(_))
    }

    fn as_bool(&self) -> Option<bool> {
        match self {
            Value::Truth(truth) => Some(*truth),
            _ => None,
        }
    }

    fn as_text(&self) -> Option<String> {
        match self {
            Value::Text(text) => Some(text.as_ref().to_owned()),
            _ => None,
        }
    }

    fn as_number(&self) -> Option<Number> {
        self.number_text().map(|text| Number::written(&text))
    }

    fn number_text(&self) -> Option<String> {
        match self {
            Value::Number(text) => Some((*text).to_owned()),
            _ => None,
        }
    }

    fn length(&self) -> Option<usize> {
        match self {
            Value::List(items) => Some(items.len()),
            _ => None,
        }
    }

    fn item(&self, index: usize) -> Option<Self> {
        match self {
            Value::List(items) => items.get(index).unwrap_or(&Value::Absent).readable(),
            _ => None,
        }
    }

    fn get(&self, key: &'static str) -> Option<Self> {
        match self {
            Value::Object(entries) => {
                let found = entries.iter().rev().find(|(name, _)| name == key);
                found.map_or(&Value::Absent, |(_, value)| value).readable()
            }
            _ => None,
        }
    }

    fn keys(&self) -> Option<Vec<String>> {
        match self {
            Value::Object(entries) => Some(
                entries
                    .iter()
                    .map(|(key, _)| key.as_ref().to_owned())
                    .collect(),
            ),
            _ => None,
        }
    }
}

/// What is left to read.
struct Reader<'a> {
    text: &'a str,
}

impl<'a> Reader<'a> {
    fn skip_space(&mut self) {
        self.text = self.text.trim_start_matches([' ', '\t', '\r', '\n']);
    }

    /// Whether the text goes on so; then what comes after it is left.
    fn skip(&mut self, token: &str) -> bool {
        self.skip_space();
        match self.text.strip_prefix(token) {
            Some(rest) => {
                self.text = rest;
                true
            }
            None => false,
        }
    }

    fn value(&mut self, depth: usize) -> Option<Value<'a>> {
        let depth = depth.checked_sub(1)?;
        if self.skip("\"") {
            return self.text().map(Value::Text);
        }
        if self.skip("{") {
            return self.object(depth);
        }
        if self.skip("[") {
            return self.list(depth);
        }
        match self.word() {
            "null" => Some(Value::Absent),
            "true" => Some(Value::Truth(true)),
            "false" => Some(Value::Truth(false)),
            "?" => Some(Value::Other),
            "!" => Some(Value::Unreadable),
            "NaN" | "Infinity" | "-Infinity" => Some(Value::Number("NaN")),
            number if is_number(number) => Some(Value::Number(number)),
            _ => None,
        }
    }

    /// Up to what ends a value.
    fn word(&mut self) -> &'a str {
        let end = self.text.find([',', ']', '}', ' ', '\t', '\r', '\n']);
        let (word, rest) = self
            .text
            .split_at_checked(end.unwrap_or(self.text.len()))
            .unwrap_or_default();
        self.text = rest;
        word
    }

    fn object(&mut self, depth: usize) -> Option<Value<'a>> {
        let mut entries = Vec::new();
        if self.skip("}") {
            return Some(Value::Object(entries));
        }
        loop {
            let key = if self.skip("\"") {
                self.text()?
            } else {
                return None;
            };
            if !self.skip(":") {
                return None;
            }
            entries.push((key, self.value(depth)?));
            if self.skip("}") {
                return Some(Value::Object(entries));
            }
            if !self.skip(",") {
                return None;
            }
        }
    }

    fn list(&mut self, depth: usize) -> Option<Value<'a>> {
        let mut items = Vec::new();
        if self.skip("]") {
            return Some(Value::List(items));
        }
        loop {
            items.push(self.value(depth)?);
            if self.skip("]") {
                return Some(Value::List(items));
            }
            if !self.skip(",") {
                return None;
            }
        }
    }

    /// A text after its opening quote.
    fn text(&mut self) -> Option<Cow<'a, str>> {
        let mut read = Cow::Borrowed("");
        loop {
            let end = self.text.find(['"', '\\'])?;
            let (plain, rest) = self.text.split_at_checked(end)?;
            if read.is_empty() {
                read = Cow::Borrowed(plain);
            } else {
                read.to_mut().push_str(plain);
            }
            if let Some(rest) = rest.strip_prefix('"') {
                self.text = rest;
                return Some(read);
            }
            self.text = rest.get(1..)?;
            let escaped = self.escaped()?;
            read.to_mut().push(escaped);
        }
    }

    /// A character after its backslash. Half a pair alone is the replacement character, as JavaScript's encoder writes it.
    fn escaped(&mut self) -> Option<char> {
        let kind = self.text.chars().next()?;
        self.text = self.text.get(kind.len_utf8()..)?;
        Some(match kind {
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            '"' | '\\' | '/' => kind,
            'u' => {
                let first = self.unit()?;
                let whole = char::from_u32(first);
                let Some(low) = self.low_half(first) else {
                    return Some(whole.unwrap_or(char::REPLACEMENT_CHARACTER));
                };
                let pair = char::decode_utf16([u16::try_from(first).ok()?, low]).next()?;
                pair.unwrap_or(char::REPLACEMENT_CHARACTER)
            }
            _ => return None,
        })
    }

    /// Four hexadecimal digits.
    fn unit(&mut self) -> Option<u32> {
        let (digits, rest) = self.text.split_at_checked(4)?;
        self.text = rest;
        u32::from_str_radix(digits, 16).ok()
    }

    /// The second half of a pair, where `first` is a first half and one follows.
    fn low_half(&mut self, first: u32) -> Option<u16> {
        if !(0xd800..0xdc00).contains(&first) {
            return None;
        }
        let digits = self.text.strip_prefix("\\u")?.get(..4)?;
        let low = u16::from_str_radix(digits, 16).ok()?;
        if !(0xdc00..0xe000).contains(&low) {
            return None;
        }
        self.text = self.text.get(6..)?;
        Some(low)
    }
}

/// Whether a word begins and goes on as a number does; that it is one is for its reader to find.
fn is_number(word: &str) -> bool {
    let digits = word.strip_prefix('-').unwrap_or(word);
    digits.starts_with(|first: char| first.is_ascii_digit())
        && digits
            .bytes()
            .all(|byte| byte.is_ascii_digit() || b".eE+-".contains(&byte))
}
