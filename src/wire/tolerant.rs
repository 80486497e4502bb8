//! What providers write in more than one way.

use crate::currency::Currency;
use crate::decimal::Decimal;
use crate::error::{Error, Kind, Result};
use crate::time::Timestamp;
use crate::wire::field::Field;
use crate::wire::source::{Number, Source};

impl<S: Source> Field<'_, S> {
    /// An amount, as text or a number, which must be there.
    pub(super) fn amount(&self) -> Result<Decimal> {
        self.required(self.optional_amount()?)
    }

    /// An amount, as text or a number, if there is one.
    pub(super) fn optional_amount(&self) -> Result<Option<Decimal>> {
        let source = self.source()?;
        let read = if let Some(text) = source.as_text() {
            Decimal::parse_number(&text)
        } else if let Some(number) = source.as_number() {
            exact(source, number)
        } else if source.is_absent() {
            return Ok(None);
        } else {
            return Err(self.fault("is not an amount"));
        };
        match read {
            Ok(value) => Ok(Some(value)),
            Err(error) if error.kind() == Kind::DecimalOutOfRange => Err(error.at(&self.path())),
            Err(_) => Err(self.fault("is not an amount")),
        }
    }

    /// Currency units per credit, 1 where it is absent. Zero can be stored (flexprice, section 1.7 no. 4); below it, credits
    /// would cost less than nothing.
    pub(super) fn rate(&self) -> Result<Decimal> {
        match self.optional_amount()? {
            Some(rate) if rate.is_negative() => Err(self.fault("is below zero")),
            rate => Ok(rate.unwrap_or(Decimal::ONE)),
        }
    }

    /// An RFC 3339 time, if there is one.
    pub(super) fn optional_time(&self) -> Result<Option<Timestamp>> {
        self.optional_text()?
            .map(|text| Timestamp::parse(&text).map_err(|error| error.at(&self.path())))
            .transpose()
    }

    /// A currency code, which must be there.
    pub(super) fn currency(&self) -> Result<Currency> {
        Currency::parse(&self.text()?).map_err(|_| self.fault("is not a currency code"))
    }

    /// A list of texts; empty where it is absent.
    pub(super) fn texts(&self) -> Result<Vec<String>> {
        self.optional_items()?.map(|item| item.text()).collect()
    }
}

/// The decimal that a number was written as.
fn exact<S: Source>(source: &S, number: Number) -> Result<Decimal> {
    match number {
        Number::Whole(whole) => Ok(Decimal::from(whole)),
        // The last digits are not certain.
        Number::Beyond => Err(Error::out_of_range()),
        // No text reads as no amount.
        Number::Other => Decimal::parse_number(&source.number_text().unwrap_or_default()),
    }
}
