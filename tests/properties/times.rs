//! Times against a calendar that counts day by day.

use creditgate::time::Timestamp;
use proptest::prelude::*;

use super::cases;

fn is_leap(year: i64) -> bool {
    (year % 4 == 0 && year % 100 != 0) || year % 400 == 0
}

fn month_length(year: i64, month: usize) -> i64 {
    let february = if is_leap(year) { 29 } else { 28 };
    [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]
}

/// Days from 1970-01-01, year by year and month by month.
fn days(year: i64, month: usize, day: i64) -> i64 {
    let length = |year: i64| if is_leap(year) { 366 } else { 365 };
    let years: i64 = if year >= 1970 {
        (1970..year).map(length).sum()
    } else {
        -(year..1970).map(length).sum::<i64>()
    };
    years
        + (1..month)
            .map(|month| month_length(year, month))
            .sum::<i64>()
        + day
        - 1
}

proptest! {
    #![proptest_config(cases(500))]

    #[test]
    fn a_time_is_its_days_and_milliseconds(
        year in 0..=9999_i64,
        month in 1..=12_usize,
        day in 1..=31_i64,
        (hour, minute, second) in (0..24_i64, 0..60_i64, 0..60_i64),
        fraction in "[0-9]{0,9}",
        offset in -1439..=1439_i64,
        as_utc: bool,
    ) {
        let point = if fraction.is_empty() { String::new() } else { format!(".{fraction}") };
        let zone = if as_utc {
            "Z".to_owned()
        } else {
            let sign = if offset < 0 { '-' } else { '+' };
            format!("{sign}{:02}:{:02}", offset.abs() / 60, offset.abs() % 60)
        };
        let text = format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{point}{zone}");
        let read = Timestamp::parse(&text);
        if day > month_length(year, month) {
            prop_assert!(read.is_err(), "{}", text);
        } else {
            let milliseconds: i64 = format!("{fraction:0<3}")[..3].parse().unwrap();
            let minutes = hour * 60 + minute - if as_utc { 0 } else { offset };
            let expected = ((days(year, month, day) * 1440 + minutes) * 60 + second) * 1000 + milliseconds;
            prop_assert_eq!(read, Ok(Timestamp(expected)), "{}", text);
        }
    }
}

#[test]
fn known_instants_are_read() {
    for (text, expected) in [
        ("1970-01-01T00:00:00Z", 0),
        ("2000-02-29T12:00:00Z", 951_825_600_000),
        ("2026-08-21T18:02:11.987654Z", 1_787_335_331_987),
        ("2026-08-10T13:45:03.512Z", 1_786_369_503_512),
        ("1969-12-31T23:59:59.999Z", -1),
        ("2026-08-20T02:00:00+02:00", 1_787_184_000_000),
        ("2016-12-31T23:59:60Z", 1_483_228_800_000),
    ] {
        assert_eq!(Timestamp::parse(text), Ok(Timestamp(expected)), "{text}");
    }
}

#[test]
fn what_is_no_time_is_refused() {
    for text in [
        "",
        "2026",
        "2026-08-20",
        "2026-08-20T00:00:00",
        "2026-13-01T00:00:00Z",
        "2026-00-01T00:00:00Z",
        "2026-02-29T00:00:00Z",
        "1900-02-29T00:00:00Z",
        "2026-08-20T24:00:00Z",
        "2026-08-20T00:60:00Z",
        "2026-08-20T00:00:61Z",
        "2026-08-20T00:00:00.Z",
        "2026-08-20T00:00:00ZZ",
        "2026-08-20T00:00:00+2:00",
        "2026-08-20T00:00:00+24:00",
        "+026-08-20T00:00:00Z",
        "2026-8-20T00:00:00Z",
        "1787184000",
        "never",
    ] {
        let error = Timestamp::parse(text).expect_err(text);
        assert_eq!(error.code(), "invalid_response", "{text}");
    }
}
