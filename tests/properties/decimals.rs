//! Decimals against arithmetic on `i128` and on digits.

use core::cmp::Ordering;

use creditgate::decimal::{Decimal, Rounding};
use creditgate::error::Result;
use proptest::prelude::*;
use serde::Deserialize;
use serde::de::IntoDeserializer;
use serde::de::value::{Error as Fault, MapDeserializer};

use super::cases;
use crate::support::dec;

const MAX: i128 = 79_228_162_514_264_337_593_543_950_335;

/// `mantissa / 10^scale` in canonical text, where it fits.
fn text(mut mantissa: i128, mut scale: u32) -> Option<String> {
    if mantissa == 0 {
        return Some("0".to_owned());
    }
    while scale > 0 && mantissa % 10 == 0 {
        mantissa /= 10;
        scale -= 1;
    }
    if mantissa.abs() > MAX || scale > 28 {
        return None;
    }
    let sign = if mantissa < 0 { "-" } else { "" };
    let places = scale as usize;
    let digits = format!("{:0>1$}", mantissa.abs().to_string(), places + 1);
    let (whole, fraction) = digits.split_at(digits.len() - places);
    let point = if places == 0 { "" } else { "." };
    Some(format!("{sign}{whole}{point}{fraction}"))
}

fn shown(result: Result<Decimal>) -> Option<String> {
    match result {
        Ok(value) => Some(value.to_string()),
        Err(error) => {
            assert_eq!(error.code(), "decimal_out_of_range");
            None
        }
    }
}

/// `numerator / denominator`, rounded to a whole number.
fn rounded(numerator: i128, denominator: i128, rounding: Rounding) -> i128 {
    let floor = numerator.div_euclid(denominator)
        - i128::from(denominator < 0 && numerator.rem_euclid(denominator) != 0);
    let exact = numerator % denominator == 0;
    match rounding {
        Rounding::Floor => floor,
        Rounding::TowardZero => numerator / denominator,
        Rounding::HalfAwayFromZero => {
            let (n, d) = (numerator.abs(), denominator.abs());
            let size = (2 * n + d) / (2 * d);
            if exact || (numerator < 0) == (denominator < 0) {
                size * (numerator.signum() * denominator.signum())
            } else {
                -size
            }
        }
    }
}

fn rounding() -> impl Strategy<Value = Rounding> {
    prop_oneof![
        Just(Rounding::HalfAwayFromZero),
        Just(Rounding::TowardZero),
        Just(Rounding::Floor)
    ]
}

fn small() -> impl Strategy<Value = (i128, u32)> {
    let mantissa = prop_oneof![-1_000_000_000..1_000_000_000_i128, -50..50_i128];
    (mantissa, 0..=9_u32)
}

/// Any decimal there is, and often one near the limits.
pub(super) fn any_decimal() -> impl Strategy<Value = Decimal> {
    let mantissa = prop_oneof![
        -MAX..=MAX,
        (0..100_i128).prop_map(|less| MAX - less),
        (0..100_i128).prop_map(|less| less - MAX),
        -1000..1000_i128,
        (0..29_u32, 1..10_i128).prop_map(|(zeros, digit)| digit.min(7) * 10_i128.pow(zeros)),
    ];
    (mantissa, 0..=28_u32).prop_map(|(m, s)| Decimal::from_parts(m, s).unwrap())
}

/// The order of two decimals by their digits alone.
fn compared(a: &str, b: &str) -> Ordering {
    let size = |a: &str, b: &str| {
        let (a_whole, a_rest) = a.split_once('.').unwrap_or((a, ""));
        let (b_whole, b_rest) = b.split_once('.').unwrap_or((b, ""));
        let whole = a_whole
            .len()
            .cmp(&b_whole.len())
            .then_with(|| a_whole.cmp(b_whole));
        whole.then_with(|| a_rest.cmp(b_rest))
    };
    match (a.strip_prefix('-'), b.strip_prefix('-')) {
        (None, None) => size(a, b),
        (Some(a), Some(b)) => size(b, a),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
    }
}

/// A whole number of any size, 32 bits a digit, the lowest first.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Whole(Vec<u32>);

impl Whole {
    fn new(mut number: u128) -> Self {
        let mut digits = Vec::new();
        while number > 0 {
            digits.push(u32::try_from(number & 0xffff_ffff).unwrap());
            number >>= 32;
        }
        Self(digits)
    }

    fn times(&self, other: &Self) -> Self {
        let mut digits = vec![0_u32; self.0.len() + other.0.len()];
        for (i, a) in self.0.iter().enumerate() {
            let mut carry = 0_u64;
            for (j, b) in other.0.iter().map(Some).chain([None]).enumerate() {
                let product = b.map_or(0, |b| u64::from(*a) * u64::from(*b));
                let sum = u64::from(digits[i + j]) + product + carry;
                digits[i + j] = u32::try_from(sum & 0xffff_ffff).unwrap();
                carry = sum >> 32;
            }
        }
        while digits.last() == Some(&0) {
            digits.pop();
        }
        Self(digits)
    }

    fn shifted(self, zeros: u32) -> Self {
        (0..zeros).fold(self, |number, _| number.times(&Self::new(10)))
    }
}

impl PartialOrd for Whole {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        let by_length = self.0.len().cmp(&other.0.len());
        Some(by_length.then_with(|| self.0.iter().rev().cmp(other.0.iter().rev())))
    }
}

proptest! {
    #![proptest_config(cases(1000))]

    #[test]
    fn a_share_of_small_numbers_is_rounded_once(
        (a, a_scale) in small(), (b, b_scale) in small(), (c, c_scale) in small(), places in 0..=6_u32, rounding in rounding(),
    ) {
        let (a_scale, b_scale, c_scale) = (a_scale.min(4), b_scale.min(4), c_scale.min(4));
        let [x, y, z] = [(a, a_scale), (b, b_scale), (c, c_scale)].map(|(m, s)| Decimal::from_parts(m, s).unwrap());
        let share = shown(x.mul_div(y, z, places, rounding));
        if c == 0 {
            prop_assert_eq!(share, None);
        } else {
            let whole = rounded(a * b * 10_i128.pow(c_scale + places), c * 10_i128.pow(a_scale + b_scale), rounding);
            prop_assert_eq!(share, text(whole, places));
        }
    }

    #[test]
    fn a_share_of_any_numbers_is_exact_where_it_fits(
        a in any_decimal(), b in any_decimal(), c in any_decimal(), places in 0..=28_u32,
    ) {
        let ((am, a_scale), (bm, b_scale), (cm, c_scale)) = (a.parts(), b.parts(), c.parts());
        // |a x b / c| in units of the last place is `numerator / denominator`.
        let size = |mantissa: i128| Whole::new(mantissa.unsigned_abs());
        let numerator = size(am).times(&size(bm)).shifted(c_scale + places);
        let denominator = size(cm).shifted(a_scale + b_scale);
        let units = |share: Decimal| share.shift(i32::try_from(places).unwrap()).map(|units| units.parts().0.unsigned_abs());
        let negative = (a.is_negative() != b.is_negative()) != c.is_negative();
        let cut = a.mul_div(b, c, places, Rounding::TowardZero);
        let half = a.mul_div(b, c, places, Rounding::HalfAwayFromZero);
        if let Ok(share) = cut {
            prop_assert!(share.is_zero() || share.is_negative() == negative);
            if let Ok(units) = units(share) {
                prop_assert!(Whole::new(units).times(&denominator) <= numerator);
                prop_assert!(numerator < Whole::new(units + 1).times(&denominator));
            }
        }
        if let Ok(units) = half.clone().and_then(units) {
            let twice = numerator.times(&Whole::new(2));
            prop_assert!(twice < Whole::new(2 * units + 1).times(&denominator));
            prop_assert!(units == 0 || Whole::new(2 * units - 1).times(&denominator) <= twice);
        }
        // Refused only for the reasons that it names.
        let excess = (a_scale + b_scale).saturating_sub(places + c_scale);
        let digits = u32::try_from(cm.unsigned_abs().to_string().len()).unwrap();
        let fits = numerator < denominator.shifted(28) && excess + digits <= 36;
        prop_assert!(c.is_zero() || !fits || (cut.is_ok() && half.is_ok()), "{} x {} / {}", a, b, c);
        prop_assert!(!c.is_zero() || cut.is_err());
    }

    #[test]
    fn what_is_printed_reads_back_the_same(value in any_decimal()) {
        let printed = value.to_string();
        prop_assert_eq!(dec(&printed), value);
        prop_assert_eq!(Decimal::parse_number(&printed), Ok(value));
        let (mantissa, scale) = value.parts();
        prop_assert_eq!(Some(printed), text(mantissa, scale), "not canonical");
    }

    #[test]
    fn text_of_any_length_is_read_exactly_or_refused(
        negative: bool,
        whole in "[0-9]{1,40}",
        fraction in "[0-9]{0,40}",
        zeros in 0..20_usize,
    ) {
        let whole = format!("{}{whole}", "0".repeat(zeros));
        let given = if fraction.is_empty() { whole.clone() } else { format!("{whole}.{fraction}{}", "0".repeat(zeros)) };
        let sign = if negative { "-" } else { "" };
        let read = shown(Decimal::parse(&format!("{sign}{given}")));
        let fraction = fraction.trim_end_matches('0');
        let digits = format!("{}{fraction}", whole.trim_start_matches('0'));
        let digits = digits.trim_start_matches('0');
        let mantissa = if digits.is_empty() { Some(0) } else if digits.len() > 30 { None } else { digits.parse::<i128>().ok() };
        let scale = u32::try_from(fraction.len()).unwrap();
        let expected = mantissa.and_then(|m| text(if negative { -m } else { m }, scale));
        prop_assert_eq!(read, expected);
    }

    #[test]
    fn exponents_shift_the_point((mantissa, scale) in small(), exponent in -20..20_i32) {
        let plain = text(mantissa, scale).unwrap();
        let moved = i64::from(scale) - i64::from(exponent);
        let expected = match u32::try_from(moved) {
            Ok(scale) => text(mantissa, scale),
            Err(_) => text(mantissa * 10_i128.pow(u32::try_from(-moved).unwrap()), 0),
        };
        prop_assert_eq!(shown(Decimal::parse_number(&format!("{plain}e{exponent}"))), expected.clone());
        prop_assert_eq!(shown(Decimal::parse_number(&format!("{plain}E{exponent:+}"))), expected.clone());
        prop_assert_eq!(shown(dec(&plain).shift(exponent)), expected);
    }

    #[test]
    fn sums_are_exact((a, a_scale) in small(), (b, b_scale) in small()) {
        let scale = a_scale.max(b_scale);
        let sum = a * 10_i128.pow(scale - a_scale) + b * 10_i128.pow(scale - b_scale);
        let (x, y) = (Decimal::from_parts(a, a_scale).unwrap(), Decimal::from_parts(b, b_scale).unwrap());
        prop_assert_eq!(shown(x.try_add(y)), text(sum, scale));
        prop_assert_eq!(shown(x.try_sub(y.negated())), text(sum, scale));
    }

    #[test]
    fn large_sums_are_exact_or_refused(a in -MAX..=MAX, b in -MAX..=MAX, scale in 0..=28_u32, more in 0..=9_u32) {
        let finer = (scale + more).min(28);
        let (x, y) = (Decimal::from_parts(a, scale).unwrap(), Decimal::from_parts(b, finer).unwrap());
        let sum = a.checked_mul(10_i128.pow(finer - scale)).and_then(|a| a.checked_add(b));
        prop_assert_eq!(shown(x.try_add(y)), sum.and_then(|sum| text(sum, finer)));
    }

    #[test]
    fn what_was_added_comes_off_again(a in any_decimal(), b in any_decimal()) {
        if let Ok(sum) = a.try_add(b) {
            prop_assert_eq!(sum.try_sub(b), Ok(a));
            prop_assert_eq!(sum.try_sub(a), Ok(b));
            prop_assert_eq!(b.try_add(a), Ok(sum));
        }
    }

    #[test]
    fn products_are_exact_or_refused(
        a in -1_000_000_000_000_000_000..1_000_000_000_000_000_000_i128,
        b in prop_oneof![-1_000_000_000_000_000_000..1_000_000_000_000_000_000_i128, -1000..1000_i128],
        a_scale in 0..=28_u32,
        b_scale in 0..=28_u32,
    ) {
        let (x, y) = (Decimal::from_parts(a, a_scale).unwrap(), Decimal::from_parts(b, b_scale).unwrap());
        let expected = text(a * b, a_scale + b_scale);
        prop_assert_eq!(shown(x.try_mul(y)), expected.clone());
        prop_assert_eq!(shown(y.try_mul(x)), expected);
    }

    #[test]
    fn a_product_divides_back(a in any_decimal(), b in any_decimal()) {
        if let Ok(product) = a.try_mul(b) && !b.is_zero() {
            prop_assert_eq!(product.try_div(b, 28, Rounding::HalfAwayFromZero).ok().unwrap_or(a), a);
            prop_assert_eq!(product.try_div(b, a.parts().1, Rounding::Floor), Ok(a));
        }
    }

    #[test]
    fn a_quotient_is_rounded_once(
        (a, a_scale) in small(),
        (b, b_scale) in small(),
        places in 0..=12_u32,
        rounding in rounding(),
    ) {
        let (x, y) = (Decimal::from_parts(a, a_scale).unwrap(), Decimal::from_parts(b, b_scale).unwrap());
        let quotient = shown(x.try_div(y, places, rounding));
        if b == 0 {
            prop_assert_eq!(quotient, None);
        } else {
            let whole = rounded(a * 10_i128.pow(b_scale + places), b * 10_i128.pow(a_scale), rounding);
            prop_assert_eq!(quotient, text(whole, places));
        }
    }

    #[test]
    fn a_quotient_of_any_two_lies_within_its_last_place(a in any_decimal(), b in any_decimal(), places in 0..=28_u32) {
        let Ok(down) = a.try_div(b, places, Rounding::Floor) else { return Ok(()); };
        let half = a.try_div(b, places, Rounding::HalfAwayFromZero);
        let cut = a.try_div(b, places, Rounding::TowardZero);
        let last = Decimal::from_parts(1, places).unwrap();
        if let Ok(up) = down.try_add(last) {
            prop_assert!(half == Ok(down) || half == Ok(up));
            prop_assert!(cut == Ok(down) || cut == Ok(up));
        }
        // down x b <= a < (down + last) x b, where the products fit; turned around for a divisor below zero.
        if let Ok(least) = down.try_mul(b) {
            let below = if b.is_negative() { least >= a } else { least <= a };
            prop_assert!(below, "{} / {} = {}", a, b, down);
        }
    }

    #[test]
    fn rounding_goes_where_it_says(value in any_decimal(), places in 0..=30_u32, rounding in rounding()) {
        let (mantissa, scale) = value.parts();
        let expected = match scale.checked_sub(places) {
            None | Some(0) => text(mantissa, scale),
            Some(less) => text(rounded(mantissa, 10_i128.pow(less), rounding), places),
        };
        prop_assert_eq!(Some(value.round(places, rounding).to_string()), expected);
    }

    #[test]
    fn order_is_that_of_the_digits(a in any_decimal(), b in any_decimal()) {
        let (a_text, b_text) = (a.to_string(), b.to_string());
        prop_assert_eq!(a.cmp(&b), compared(&a_text, &b_text));
        prop_assert_eq!(a == b, a_text == b_text);
        prop_assert_eq!(a.min(b).to_string(), if compared(&a_text, &b_text).is_gt() { b_text } else { a_text });
        prop_assert_eq!(a.is_negative(), a.to_string().starts_with('-'));
        prop_assert!(!a.or_zero().is_negative());
        prop_assert_eq!(a.negated().negated(), a);
    }
}

#[test]
fn halves_go_away_from_zero_and_cuts_do_not() {
    let half = |text: &str| dec(text).round(2, Rounding::HalfAwayFromZero).to_string();
    assert_eq!(
        (half("10.125"), half("-10.125"), half("10.1249")),
        ("10.13".into(), "-10.13".into(), "10.12".into())
    );
    assert_eq!(
        dec("-0.009").round(2, Rounding::TowardZero).to_string(),
        "0"
    );
    assert_eq!(dec("-0.001").round(2, Rounding::Floor).to_string(), "-0.01");
    assert_eq!(dec("0.009").round(2, Rounding::Floor).to_string(), "0");
}

#[test]
fn only_plain_notation_is_a_callers_decimal() {
    for text in [
        "", "-", "+1", ".5", "5.", "1e3", " 1", "1 ", "1,5", "NaN", "Infinity", "--1", "1.2.3",
        "٣", "0x10", "1_000", "-.1",
    ] {
        let error = Decimal::parse(text).expect_err(text);
        assert_eq!(error.code(), "invalid_decimal", "{text:?}");
    }
    assert_eq!(dec("-0").to_string(), "0");
    assert_eq!(dec("-000.500").to_string(), "-0.5");
}

#[test]
fn a_decimal_is_read_from_whatever_a_format_has_for_numbers() {
    fn read<'de>(value: impl IntoDeserializer<'de, Fault>) -> core::result::Result<String, Fault> {
        Decimal::deserialize(value.into_deserializer()).map(|decimal| decimal.to_string())
    }
    assert_eq!(read("-4.270"), Ok("-4.27".into()));
    assert_eq!(read(u64::MAX), Ok("18446744073709551615".into()));
    assert_eq!(read(i64::MIN), Ok("-9223372036854775808".into()));
    assert_eq!(read(MAX.unsigned_abs()), Ok(MAX.to_string()));
    assert_eq!(read(-MAX), Ok((-MAX).to_string()));
    assert!(read(MAX + 1).is_err() && read(u128::MAX).is_err());
    // The shortest text of the number, not its binary expansion.
    assert_eq!(read(0.1_f64), Ok("0.1".into()));
    assert!(read(f64::NAN).is_err() && read(1e300_f64).is_err());
    assert!(read(true).is_err());
    let map = |entries: &[(&'static str, &'static str)]| {
        let entries: MapDeserializer<'_, _, Fault> = MapDeserializer::new(entries.iter().copied());
        Decimal::deserialize(entries).map(|decimal| decimal.to_string())
    };
    assert_eq!(
        map(&[("$serde_json::private::Number", "1.50")]),
        Ok("1.5".into())
    );
    assert!(map(&[("$serde_json::private::Number", "one")]).is_err());
    assert!(map(&[("value", "1")]).is_err() && map(&[]).is_err());
}
