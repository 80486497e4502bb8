//! Instants in milliseconds, and the calendar arithmetic to read them. There is no clock here.

use core::fmt;

use crate::error::{Error, Result};

const MS_PER_DAY: i64 = 86_400_000;

/// Milliseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// Later than every other.
    pub const NEVER: Self = Self(i64::MAX);

    /// The next millisecond: when a credit that can still be used at its expiry no longer can (flexprice 19).
    ///
    /// ```
    /// use creditgate::time::Timestamp;
    ///
    /// assert_eq!(Timestamp(999).next(), Timestamp(1000));
    /// assert_eq!(Timestamp::NEVER.next(), Timestamp::NEVER);
    /// ```
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }

    /// So many days of 24 hours later; `None` beyond what fits (flexprice 45).
    ///
    /// ```
    /// use creditgate::time::Timestamp;
    ///
    /// let week = Timestamp::parse("2026-02-25T10:00:00Z")?.plus_days(7);
    /// assert_eq!(week, Some(Timestamp::parse("2026-03-04T10:00:00Z")?));
    /// # Ok::<(), creditgate::error::Error>(())
    /// ```
    pub fn plus_days(self, days: i64) -> Option<Self> {
        days.checked_mul(MS_PER_DAY)
            .and_then(|ms| self.0.checked_add(ms))
            .map(Self)
    }

    /// So many calendar months later, at the same time of day; a day that the month lacks rolls into the next one
    /// (flexprice 45). `None` beyond what fits.
    ///
    /// ```
    /// use creditgate::time::Timestamp;
    ///
    /// let month = Timestamp::parse("2026-01-31T10:00:00Z")?.plus_months(1);
    /// assert_eq!(month, Some(Timestamp::parse("2026-03-03T10:00:00Z")?));
    /// # Ok::<(), creditgate::error::Error>(())
    /// ```
    pub fn plus_months(self, months: i64) -> Option<Self> {
        let (year, month, day) = civil_from_days(self.0.div_euclid(MS_PER_DAY))?;
        let month = month.checked_sub(1)?.checked_add(months)?;
        let year = year.checked_add(month.div_euclid(12))?;
        let first = days_from_civil(year, month.rem_euclid(12).checked_add(1)?, 1)?;
        let days = first.checked_add(day)?.checked_sub(1)?;
        let of_day = self.0.rem_euclid(MS_PER_DAY);
        days.checked_mul(MS_PER_DAY)?.checked_add(of_day).map(Self)
    }

    /// Midnight, UTC, at the start of a day written `YYYYMMDD`; `None` for one that is no day (flexprice 42).
    ///
    /// ```
    /// use creditgate::time::Timestamp;
    ///
    /// assert_eq!(Timestamp::from_day_number(20260820), Some(Timestamp::parse("2026-08-20T00:00:00Z")?));
    /// assert_eq!(Timestamp::from_day_number(20260230), None);
    /// # Ok::<(), creditgate::error::Error>(())
    /// ```
    pub fn from_day_number(number: i64) -> Option<Self> {
        let (year, month_and_day) = (number.div_euclid(10_000), number.rem_euclid(10_000));
        let (month, day) = (month_and_day.div_euclid(100), month_and_day.rem_euclid(100));
        let in_range = (1..=12).contains(&month) && (1..=days_in_month(year, month)).contains(&day);
        let days = if in_range {
            days_from_civil(year, month, day)?
        } else {
            return None;
        };
        days.checked_mul(MS_PER_DAY).map(Self)
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

impl fmt::Display for Timestamp {
    /// RFC 3339 in UTC, with milliseconds where there are any.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) =
            civil_from_days(self.0.div_euclid(MS_PER_DAY)).ok_or(fmt::Error)?;
        let of_day = self.0.rem_euclid(MS_PER_DAY);
        let (seconds, ms) = (of_day.div_euclid(1000), of_day.rem_euclid(1000));
        let (minutes, second) = (seconds.div_euclid(60), seconds.rem_euclid(60));
        let (hour, minute) = (minutes.div_euclid(60), minutes.rem_euclid(60));
        // Digit by digit: the formatting of padded numbers would weigh more than all of this.
        let mut text = String::with_capacity(24);
        push(&mut text, year, 4);
        for (before, number) in [
            ('-', month),
            ('-', day),
            ('T', hour),
            (':', minute),
            (':', second),
        ] {
            text.push(before);
            push(&mut text, number, 2);
        }
        if ms != 0 {
            text.push('.');
            push(&mut text, ms, 3);
        }
        text.push('Z');
        f.write_str(&text)
    }
}

/// Appends the last digits of a number that is not negative.
fn push(text: &mut String, number: i64, digits: u32) {
    for place in (0..digits).rev() {
        let digit = number
            .div_euclid(10_i64.saturating_pow(place))
            .rem_euclid(10);
        let digit = u32::try_from(digit).unwrap_or_default();
        text.push(char::from_digit(digit, 10).unwrap_or('0'));
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

/// A day of the Gregorian calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Date {
    year: i64,
    month: i64,
    day: i64,
    /// Days since 1970-01-01.
    number: i64,
}

impl Date {
    /// The day of a date; `None` for one that the calendar does not have.
    ///
    /// ```
    /// use creditgate::time::Date;
    ///
    /// assert!(Date::new(2024, 2, 29).is_some_and(Date::is_last_of_month));
    /// assert_eq!(Date::new(2023, 2, 29), None);
    /// ```
    pub fn new(year: i64, month: i64, day: i64) -> Option<Self> {
        let is_date = (1..=12).contains(&month) && (1..=days_in_month(year, month)).contains(&day);
        Some(Self {
            year,
            month,
            day,
            number: days_from_civil(year, month, day).filter(|_| is_date)?,
        })
    }

    /// The day of an instant, in UTC.
    ///
    /// ```
    /// use creditgate::time::{Date, Timestamp};
    ///
    /// assert_eq!(Date::of(Timestamp::parse("2026-08-20T01:00:00+02:00")?), Date::new(2026, 8, 19));
    /// # Ok::<(), creditgate::error::Error>(())
    /// ```
    pub fn of(instant: Timestamp) -> Option<Self> {
        let (year, month, day) = civil_from_days(instant.0.div_euclid(MS_PER_DAY))?;
        Self::new(year, month, day)
    }

    /// The month, counted from year 0, so that two of them can be subtracted (R-INT-2).
    ///
    /// ```
    /// use creditgate::time::Date;
    ///
    /// let month = |year, month| Date::new(year, month, 1).map(Date::month_number);
    /// assert_eq!(month(2026, 2).zip(month(2025, 11)).map(|(later, earlier)| later - earlier), Some(3));
    /// ```
    pub fn month_number(self) -> i64 {
        self.year.saturating_mul(12).saturating_add(self.month)
    }

    /// 1 to 31.
    ///
    /// ```
    /// use creditgate::time::Date;
    ///
    /// assert_eq!(Date::new(2026, 8, 20).map(Date::day), Some(20));
    /// ```
    pub fn day(self) -> i64 {
        self.day
    }

    /// The same number for days of the same name (R-INT-2).
    ///
    /// ```
    /// use creditgate::time::Date;
    ///
    /// let weekday = |day| Date::new(2026, 8, day).map(Date::weekday);
    /// assert_eq!(weekday(20), weekday(27));
    /// assert_ne!(weekday(20), weekday(21));
    /// ```
    pub fn weekday(self) -> i64 {
        self.number.rem_euclid(7)
    }

    /// Whether the next day is in another month (R-INT-3).
    ///
    /// ```
    /// use creditgate::time::Date;
    ///
    /// assert!(Date::new(2023, 2, 28).is_some_and(Date::is_last_of_month));
    /// assert!(!Date::new(2024, 2, 28).is_some_and(Date::is_last_of_month));
    /// ```
    pub fn is_last_of_month(self) -> bool {
        self.day == days_in_month(self.year, self.month)
    }
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

/// The date of a number of days from 1970-01-01: the inverse of [`days_from_civil`].
fn civil_from_days(days: i64) -> Option<(i64, i64, i64)> {
    let shifted = days.checked_add(719_468)?;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = day_of_era
        .checked_sub(day_of_era.div_euclid(1_460))?
        .checked_add(day_of_era.div_euclid(36_524))?
        .checked_sub(day_of_era.div_euclid(146_096))?
        .div_euclid(365);
    let before = year_of_era
        .checked_mul(365)?
        .checked_add(year_of_era.div_euclid(4))?
        .checked_sub(year_of_era.div_euclid(100))?;
    let day_of_year = day_of_era.checked_sub(before)?;
    let month_from_march = day_of_year.checked_mul(5)?.checked_add(2)?.div_euclid(153);
    let start = month_from_march
        .checked_mul(153)?
        .checked_add(2)?
        .div_euclid(5);
    let day = day_of_year.checked_sub(start)?.checked_add(1)?;
    let month = month_from_march
        .checked_add(2)?
        .rem_euclid(12)
        .checked_add(1)?;
    let year = year_of_era
        .checked_add(era.checked_mul(400)?)?
        .checked_add(i64::from(month <= 2))?;
    Some((year, month, day))
}
