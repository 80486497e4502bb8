//! Answers as JSON text.

use crate::boundary::target::Target;

/// JSON text, to which keys may be added while it is an object.
pub(crate) struct Json {
    text: String,
    /// Its closing brace is still to come.
    is_open: bool,
}

impl Json {
    fn closed(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            is_open: false,
        }
    }

    /// A value that is JSON text already.
    #[cfg(feature = "rules")]
    pub(crate) fn written(text: String) -> Self {
        Self {
            text,
            is_open: false,
        }
    }

    /// The whole text.
    pub(crate) fn finish(mut self) -> String {
        if self.is_open {
            self.text.push('}');
        }
        self.text
    }
}

impl Target for Json {
    fn null() -> Self {
        Self::closed("null")
    }

    fn literal(text: &'static str) -> Self {
        Self::text(text)
    }

    fn text(text: &str) -> Self {
        let mut quoted = String::with_capacity(text.len().saturating_add(2));
        write_text(text, &mut quoted);
        Self {
            text: quoted,
            is_open: false,
        }
    }

    fn integer(number: i64) -> Self {
        Self::closed(&number.to_string())
    }

    fn boolean(truth: bool) -> Self {
        Self::closed(if truth { "true" } else { "false" })
    }

    fn list(items: impl Iterator<Item = Self>) -> Self {
        let mut text = String::from("[");
        for item in items {
            if text.len() > 1 {
                text.push(',');
            }
            text.push_str(&item.finish());
        }
        text.push(']');
        Self {
            text,
            is_open: false,
        }
    }

    fn object() -> Self {
        Self {
            text: String::from("{"),
            is_open: true,
        }
    }

    fn with(mut self, key: &'static str, value: Self) -> Self {
        if self.text.len() > 1 {
            self.text.push(',');
        }
        write_text(key, &mut self.text);
        self.text.push(':');
        self.text.push_str(&value.finish());
        self
    }
}

/// A text in quotes.
fn write_text(text: &str, to: &mut String) {
    to.push('"');
    for character in text.chars() {
        match character {
            '"' => to.push_str("\\\""),
            '\\' => to.push_str("\\\\"),
            '\0'..='\x1f' => {
                let code = character as u8;
                to.push_str("\\u00");
                for digit in [code >> 4, code & 15] {
                    to.push(char::from_digit(digit.into(), 16).unwrap_or('0'));
                }
            }
            _ => to.push(character),
        }
    }
    to.push('"');
}
