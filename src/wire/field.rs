//! Values with where they stand, so that a fault is told with its path.

use crate::decimal::Decimal;
use crate::error::{Error, Result};
use crate::wire::source::{Number, Source};

/// A value and its path.
///
/// What cannot be read at all becomes a fault when it is asked for, so that the way to it needs no check at every
/// step.
#[derive(Debug)]
pub struct Field<'a, S> {
    source: Option<S>,
    path: Path<'a>,
    fault: fn(&str, &str) -> Error,
}

#[derive(Clone, Copy, Debug)]
enum Path<'a> {
    Root(&'a str),
    Key(&'a Path<'a>, &'a str),
    Item(&'a Path<'a>, usize),
}

impl Path<'_> {
    fn write(&self, text: &mut String) {
        match self {
            Self::Root(name) => text.push_str(name),
            Self::Key(parent, key) => {
                parent.write(text);
                if !text.is_empty() {
                    text.push('.');
                }
                text.push_str(key);
            }
            Self::Item(parent, index) => {
                parent.write(text);
                text.push('[');
                text.push_str(&index.to_string());
                text.push(']');
            }
        }
    }
}

impl<S: Source> Field<'_, S> {
    /// A provider's answer: its faults are `invalid_response`.
    pub fn answer(source: S, name: &'static str) -> Self {
        Self {
            source: Some(source),
            path: Path::Root(name),
            fault: Error::invalid_response,
        }
    }

    /// A caller's request, whose faults are `invalid_input`; without a name, paths begin at its keys.
    pub fn input(source: S, name: &'static str) -> Self {
        Self {
            fault: Error::invalid_input,
            ..Self::answer(source, name)
        }
    }

    /// The value of a key of an object.
    #[inline(never)]
    pub fn get(&self, key: &'static str) -> Field<'_, S> {
        Field {
            source: self.source.as_ref().and_then(|source| source.get(key)),
            path: Path::Key(&self.path, key),
            fault: self.fault,
        }
    }

    /// An element of a list.
    #[inline(never)]
    pub fn item(&self, index: usize) -> Field<'_, S> {
        Field {
            source: self.source.as_ref().and_then(|source| source.item(index)),
            path: Path::Item(&self.path, index),
            fault: self.fault,
        }
    }

    /// A value that came by another way, told as if it were that of a key.
    pub fn with(&self, key: &'static str, source: S) -> Field<'_, S> {
        Field {
            source: Some(source),
            path: Path::Key(&self.path, key),
            fault: self.fault,
        }
    }

    /// Where this stands, as `wallets[3].balance_cents`.
    pub fn path(&self) -> String {
        let mut text = String::new();
        self.path.write(&mut text);
        text
    }

    /// The fault of this value.
    pub fn fault(&self, message: &str) -> Error {
        (self.fault)(&self.path(), message)
    }

    /// The value itself.
    ///
    /// # Errors
    /// That it cannot be read.
    pub fn source(&self) -> Result<&S> {
        self.source
            .as_ref()
            .ok_or_else(|| self.fault("cannot be read"))
    }

    /// This, which must be an object.
    ///
    /// # Errors
    /// That it is missing, or something else.
    #[inline(never)]
    pub fn object(&self) -> Result<&Self> {
        self.required(self.optional_object()?)
    }

    /// This, which must be an object or absent.
    ///
    /// # Errors
    /// That it is something else.
    pub fn optional_object(&self) -> Result<Option<&Self>> {
        let read = |source: &S| source.is_object().then_some(self);
        self.optional(read, "is not an object")
    }

    /// Refuses keys that are not among these.
    ///
    /// # Errors
    /// The key that is not known.
    pub fn only(&self, known: &[&str]) -> Result<()> {
        let keys = self.source()?.keys();
        let keys = keys.ok_or_else(|| self.fault("cannot be read"))?;
        match keys.iter().find(|key| !known.contains(&key.as_str())) {
            None => Ok(()),
            Some(key) => {
                let mut path = String::new();
                Path::Key(&self.path, key).write(&mut path);
                Err((self.fault)(&path, "is not known"))
            }
        }
    }

    /// The elements, of which there must be a list.
    ///
    /// # Errors
    /// That it is missing, or no list.
    pub fn items(&self) -> Result<impl Iterator<Item = Field<'_, S>>> {
        let length = self.required(self.length()?)?;
        Ok((0..length).map(|index| self.item(index)))
    }

    /// The elements; none of what is absent.
    ///
    /// # Errors
    /// That it is no list.
    pub fn optional_items(&self) -> Result<impl Iterator<Item = Field<'_, S>>> {
        let length = self.length()?.unwrap_or(0);
        Ok((0..length).map(|index| self.item(index)))
    }

    #[inline(never)]
    fn length(&self) -> Result<Option<usize>> {
        self.optional(S::length, "is not a list")
    }

    /// The text, which must be there.
    ///
    /// # Errors
    /// That it is missing, or no text.
    #[inline(never)]
    pub fn text(&self) -> Result<String> {
        self.required(self.optional_text()?)
    }

    /// The text, if there is one.
    ///
    /// # Errors
    /// That it is no text.
    #[inline(never)]
    pub fn optional_text(&self) -> Result<Option<String>> {
        self.optional(S::as_text, "is not text")
    }

    /// A truth value, which must be there.
    ///
    /// # Errors
    /// That it is missing, or neither true nor false.
    pub fn bool(&self) -> Result<bool> {
        self.required(self.optional_bool()?)
    }

    /// A truth value, if there is one.
    ///
    /// # Errors
    /// That it is neither true nor false.
    pub fn optional_bool(&self) -> Result<Option<bool>> {
        self.optional(S::as_bool, "is neither true nor false")
    }

    /// A whole number, if there is one.
    ///
    /// # Errors
    /// That it is no integer, or not a safe one.
    pub fn optional_integer(&self) -> Result<Option<i64>> {
        let read = |source: &S| match source.as_number() {
            Some(Number::Whole(whole)) => Some(whole),
            _ => None,
        };
        self.optional(read, "is not an integer")
    }

    /// A decimal as text in plain notation, if there is one.
    ///
    /// # Errors
    /// That it is no text; `invalid_decimal`; `decimal_out_of_range`.
    pub fn optional_decimal(&self) -> Result<Option<Decimal>> {
        self.optional_text()?
            .map(|text| Decimal::parse(&text).map_err(|error| error.at(&self.path())))
            .transpose()
    }

    fn optional<T>(
        &self,
        read: impl FnOnce(&S) -> Option<T>,
        otherwise: &str,
    ) -> Result<Option<T>> {
        let source = self.source()?;
        match read(source) {
            None if !source.is_absent() => Err(self.fault(otherwise)),
            value => Ok(value),
        }
    }

    pub(super) fn required<T>(&self, value: Option<T>) -> Result<T> {
        value.ok_or_else(|| self.fault("is missing"))
    }
}
