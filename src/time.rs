//! Instants in milliseconds, and the calendar arithmetic to read them. There is no clock here.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

const MS_PER_DAY: i64 = 86_400_000;

/// Milliseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// Later than every other.
    pub const NEVER: Self = Self(i64::MAX);

    /// The next millisecond.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }

    /// Reads RFC 3339, as `2026-08-20T00:00:12Z` or `2026-08-20T02:00:12.5+02:00`. Digits beyond
    /// milliseconds are dropped.
    ///
    /// # Errors
    /// `invalid_response`: only providers send text.
    ///
    /// ```
    /// use creditgate::time::Timestamp;
    ///
    /// assert_eq!(Timestamp::parse("1970-01-02T00:00:00.25+01:00")?, Timestamp(82_800_250));
    /// # Ok::<(), creditgate::error::Error>(())
    /// ```
    pub fn parse(text: &str) -> Result<Self> {
        read(text).ok_or_else(|| Error::invalid_response("", "not an RFC 3339 time"))
    }
}

fn read(text: &str) -> Option<Timestamp> {
    let (year, rest) = number(text, 4)?;
    let (month, rest) = number(rest.strip_prefix('-')?, 2)?;
    let (day, rest) = number(rest.strip_prefix('-')?, 2)?;
    let (hour, rest) = number(rest.strip_prefix(['T', 't', ' '])?, 2)?;
    let (minute, rest) = number(rest.strip_prefix(':')?, 2)?;
    let (second, rest) = number(rest.strip_prefix(':')?, 2)?;
    let (millisecond, rest) = fraction(rest)?;
    let offset = offset(rest)?;
    let in_range = (1..=12).contains(&month)
        && (1..=days_in_month(year, month)).contains(&day)
        && hour <= 23
        && minute <= 59
        && second <= 60;
    if !in_range {
        return None;
    }
    let of_day = hour
        .checked_mul(60)?
        .checked_add(minute)?
        .checked_sub(offset)?
        .checked_mul(60)?
        .checked_add(second)?
        .checked_mul(1000)?
        .checked_add(millisecond)?;
    let days = days_from_civil(year, month, day)?;
    days.checked_mul(MS_PER_DAY)?
        .checked_add(of_day)
        .map(Timestamp)
}

fn number(text: &str, digits: usize) -> Option<(i64, &str)> {
    let (head, rest) = text.split_at_checked(digits)?;
    if !head.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    Some((head.parse().ok()?, rest))
}

fn fraction(text: &str) -> Option<(i64, &str)> {
    let Some(rest) = text.strip_prefix('.') else {
        return Some((0, text));
    };
    let end = rest.bytes().position(|byte| !byte.is_ascii_digit())?;
    let (digits, rest) = rest.split_at_checked(end)?;
    let mut milliseconds = 0_i64;
    for place in 0..3 {
        let digit = digits
            .as_bytes()
            .get(place)
            .map_or(0, |byte| byte.saturating_sub(b'0'));
        milliseconds = milliseconds
            .checked_mul(10)?
            .checked_add(i64::from(digit))?;
    }
    (end > 0).then_some((milliseconds, rest))
}

/// Minutes east of UTC.
fn offset(text: &str) -> Option<i64> {
    if matches!(text, "Z" | "z") {
        return Some(0);
    }
    let east = match text.bytes().next()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let (hours, rest) = number(text.get(1..)?, 2)?;
    let (minutes, rest) = number(rest.strip_prefix(':')?, 2)?;
    let total = hours.checked_mul(60)?.checked_add(minutes)?;
    (rest.is_empty() && hours <= 23 && minutes <= 59).then_some(total.checked_mul(east)?)
}

fn is_leap(year: i64) -> bool {
    let divides = |by: i64| year.checked_rem(by) == Some(0);
    divides(4) && (!divides(100) || divides(400))
}

fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if is_leap(year) => 29,
        2 => 28,
        _ => 31,
    }
}

/// Days from 1970-01-01 to a date of the Gregorian calendar, by counting 400-year eras from 1 March of year 0.
fn days_from_civil(year: i64, month: i64, day: i64) -> Option<i64> {
    let shifted = if month <= 2 {
        year.checked_sub(1)?
    } else {
        year
    };
    let era = shifted.div_euclid(400);
    let year_of_era = shifted.rem_euclid(400);
    let month_from_march = month.checked_add(9)?.rem_euclid(12);
    let day_of_year = month_from_march
        .checked_mul(153)?
        .checked_add(2)?
        .div_euclid(5)
        .checked_add(day)?
        .checked_sub(1)?;
    let day_of_era = year_of_era
        .checked_mul(365)?
        .checked_add(year_of_era.div_euclid(4))?
        .checked_sub(year_of_era.div_euclid(100))?
        .checked_add(day_of_year)?;
    era.checked_mul(146_097)?
        .checked_add(day_of_era)?
        .checked_sub(719_468)
}
