//! Exact decimals: the only file that computes on `rust_decimal`.
//!
//! Addition and multiplication are exact or `decimal_out_of_range`; nothing is rounded in silence, as
//! `rust_decimal`'s own operators would. Division and rounding name their rounding and round once.

#[cfg(feature = "rules")]
mod json;

use core::fmt;

use rust_decimal::RoundingStrategy;

use crate::error::{Error, Result};

/// Decimal places that fit.
const MAX_SCALE: u32 = 28;

/// A divisor beyond this leaves no room for ten times a rest and nine times a factor.
const MOST_DIVISOR: i128 = 1 << 122;

/// How a digit that does not fit is dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rounding {
    /// To the nearest, halves away from zero: both providers' rounding of money.
    HalfAwayFromZero,
    /// Towards zero: Lago's truncation of ongoing figures (R-ONG-11).
    TowardZero,
    /// Towards minus infinity: Lago's reading of requested credits (R-CONV-1).
    Floor,
}

/// An exact decimal of up to 28 significant digits, always in canonical form: no trailing zeros, no `-0`.
///
/// ```
/// use creditgate::decimal::{Decimal, Rounding};
///
/// let price = Decimal::parse("0.000003")?;
/// let cost = price.try_mul(Decimal::from(1500))?;
/// assert_eq!(cost.to_string(), "0.0045");
/// assert_eq!(cost.round(3, Rounding::HalfAwayFromZero).to_string(), "0.005");
/// # Ok::<(), creditgate::error::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Decimal(rust_decimal::Decimal);

impl Decimal {
    /// Zero.
    pub const ZERO: Self = Self(rust_decimal::Decimal::ZERO);
    /// One.
    pub const ONE: Self = Self(rust_decimal::Decimal::ONE);

    /// Reads plain notation: an optional minus sign, digits, and optionally a point with digits on both sides.
    ///
    /// # Errors
    /// `invalid_decimal` for anything else (exponents, spaces, `NaN`); `decimal_out_of_range` for what does
    /// not fit exactly.
    ///
    /// ```
    /// use creditgate::decimal::Decimal;
    ///
    /// assert_eq!(Decimal::parse("-4.270")?.to_string(), "-4.27");
    /// let code = |text| Decimal::parse(text).map_err(|error| error.code());
    /// assert_eq!(code("1e3"), Err("invalid_decimal"));
    /// assert_eq!(code("79228162514264337593543950336"), Err("decimal_out_of_range"));
    /// # Ok::<(), creditgate::error::Error>(())
    /// ```
    pub fn parse(text: &str) -> Result<Self> {
        let digits = text.strip_prefix('-').unwrap_or(text);
        let (whole, fraction) = match digits.split_once('.') {
            Some((_, "")) => return Err(Error::invalid_decimal()),
            Some(parts) => parts,
            None => (digits, ""),
        };
        let is_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || !is_digits(whole) || !is_digits(fraction) {
            return Err(Error::invalid_decimal());
        }
        Self::from_digits(text.len() != digits.len(), whole, fraction)
    }

    /// Reads the text of a JSON number, which may have an exponent, or plain notation with surrounding space:
    /// for providers' answers only.
    ///
    /// # Errors
    /// As [`Decimal::parse`].
    ///
    /// ```
    /// use creditgate::decimal::Decimal;
    ///
    /// assert_eq!(Decimal::parse_number("1.25E-3")?.to_string(), "0.00125");
    /// # Ok::<(), creditgate::error::Error>(())
    /// ```
    pub fn parse_number(text: &str) -> Result<Self> {
        let text = text.trim();
        match text.split_once(['e', 'E']) {
            None => Self::parse(text.strip_prefix('+').unwrap_or(text)),
            Some((mantissa, exponent)) => {
                let exponent = exponent.strip_prefix('+').unwrap_or(exponent);
                let exponent: i32 = exponent.parse().map_err(|_| Error::invalid_decimal())?;
                Self::parse(mantissa)?.shift(exponent)
            }
        }
    }

    /// Reads a requested amount to `places` decimal places, dropping what lies beyond towards minus infinity: a
    /// request may have more digits than fit (R-CONV-1).
    ///
    /// # Errors
    /// As [`Decimal::parse_number`], but only for what is left.
    ///
    /// ```
    /// use creditgate::decimal::Decimal;
    ///
    /// assert_eq!(Decimal::parse_floor("4.28444999999999999999999999999999", 5)?.to_string(), "4.28444");
    /// # Ok::<(), creditgate::error::Error>(())
    /// ```
    pub fn parse_floor(text: &str, places: u32) -> Result<Self> {
        let text = text.trim();
        let text = text.strip_prefix('+').unwrap_or(text);
        let kept = usize::try_from(places).map_err(|_| Error::out_of_range())?;
        let Some((head, dropped)) = text
            .split_once('.')
            .and_then(|(whole, fraction)| {
                let end = whole.len().checked_add(1)?.checked_add(kept)?;
                (fraction.len() > kept).then(|| text.split_at_checked(end))?
            })
            .filter(|(_, dropped)| dropped.bytes().all(|byte| byte.is_ascii_digit()))
        else {
            return Ok(Self::parse_number(text)?.round(places, Rounding::Floor));
        };
        let head = Self::parse(head.strip_suffix('.').unwrap_or(head))?;
        if text.starts_with('-') && dropped.bytes().any(|byte| byte != b'0') {
            return head.try_sub(Self::from_parts(1, places)?);
        }
        Ok(head)
    }

    fn from_digits(negative: bool, whole: &str, fraction: &str) -> Result<Self> {
        let fraction = fraction.trim_end_matches('0');
        let mut mantissa: i128 = 0;
        for byte in whole.bytes().chain(fraction.bytes()) {
            let digit = i128::from(byte.saturating_sub(b'0'));
            mantissa = mantissa
                .checked_mul(10)
                .and_then(|shifted| shifted.checked_add(digit))
                .ok_or_else(Error::out_of_range)?;
        }
        if negative {
            mantissa = mantissa.checked_neg().ok_or_else(Error::out_of_range)?;
        }
        let scale = u32::try_from(fraction.len()).map_err(|_| Error::out_of_range())?;
        Self::from_parts(mantissa, scale)
    }

    /// `mantissa / 10^scale`.
    ///
    /// # Errors
    /// `decimal_out_of_range` for what does not fit exactly.
    ///
    /// ```
    /// use creditgate::decimal::Decimal;
    ///
    /// assert_eq!(Decimal::from_parts(-12_345, 2)?.to_string(), "-123.45");
    /// assert!(Decimal::from_parts(1, 29).is_err());
    /// # Ok::<(), creditgate::error::Error>(())
    /// ```
    pub fn from_parts(mut mantissa: i128, mut scale: u32) -> Result<Self> {
        if mantissa == 0 {
            return Ok(Self::ZERO);
        }
        loop {
            if scale <= MAX_SCALE
                && let Ok(value) = rust_decimal::Decimal::try_from_i128_with_scale(mantissa, scale)
            {
                return Ok(Self(value.normalize()));
            }
            match (mantissa.checked_rem(10), scale.checked_sub(1)) {
                (Some(0), Some(less)) => {
                    mantissa = mantissa.checked_div(10).ok_or_else(Error::out_of_range)?;
                    scale = less;
                }
                _ => return Err(Error::out_of_range()),
            }
        }
    }

    /// Mantissa and scale, as in [`Decimal::from_parts`].
    ///
    /// ```
    /// use creditgate::decimal::Decimal;
    ///
    /// assert_eq!(Decimal::parse("1.500")?.parts(), (15, 1));
    /// # Ok::<(), creditgate::error::Error>(())
    /// ```
    pub fn parts(self) -> (i128, u32) {
        (self.0.mantissa(), self.0.scale())
    }

    /// The lower part of the mantissa, and the rest of it with sign and scale: small numbers for a short decimal.
    pub(crate) fn to_words(self) -> [u64; 2] {
        let parts = self.0.unpack();
        let low = u64::from(parts.lo) | (u64::from(parts.mid) << 32);
        let sign = u64::from(parts.negative) << 8;
        [
            low,
            u64::from(parts.scale) | sign | (u64::from(parts.hi) << 16),
        ]
    }

    /// The decimal of [`Decimal::to_words`].
    pub(crate) fn from_words([low, rest]: [u64; 2]) -> Self {
        let (mid, hi) = ((low >> 32) as u32, (rest >> 16) as u32);
        let (negative, scale) = (rest & 0x100 != 0, rest as u32 & 0xff);
        Self(rust_decimal::Decimal::from_parts(
            low as u32, mid, hi, negative, scale,
        ))
    }

    /// The exact sum.
    ///
    /// # Errors
    /// `decimal_out_of_range`.
    ///
    /// ```
    /// use creditgate::decimal::Decimal;
    ///
    /// let sum = Decimal::parse("0.1")?.try_add(Decimal::parse("0.2")?)?;
    /// assert_eq!(sum, Decimal::parse("0.3")?);
    /// // 30 digits: refused, not rounded.
    /// assert!(Decimal::parse("10000000000000000000000000000")?.try_add(sum).is_err());
    /// # Ok::<(), creditgate::error::Error>(())
    /// ```
    pub fn try_add(self, other: Self) -> Result<Self> {
        let ((a, a_scale), (b, b_scale)) = (self.parts(), other.parts());
        let scale = a_scale.max(b_scale);
        let sum = raise(a, scale.saturating_sub(a_scale))
            .zip(raise(b, scale.saturating_sub(b_scale)))
            .and_then(|(a, b)| a.checked_add(b))
            .ok_or_else(Error::out_of_range)?;
        Self::from_parts(sum, scale)
    }

    /// The exact difference.
    ///
    /// # Errors
    /// `decimal_out_of_range`.
    ///
    /// ```
    /// use creditgate::decimal::Decimal;
    ///
    /// assert_eq!(Decimal::parse("0.3")?.try_sub(Decimal::parse("0.1")?)?.to_string(), "0.2");
    /// # Ok::<(), creditgate::error::Error>(())
    /// ```
    pub fn try_sub(self, other: Self) -> Result<Self> {
        self.try_add(other.negated())
    }

    /// The exact product.
    ///
    /// # Errors
    /// `decimal_out_of_range`.
    ///
    /// ```
    /// use creditgate::decimal::Decimal;
    ///
    /// let tokens = Decimal::from(1500);
    /// assert_eq!(tokens.try_mul(Decimal::parse("0.000003")?)?.to_string(), "0.0045");
    /// # Ok::<(), creditgate::error::Error>(())
    /// ```
    pub fn try_mul(self, other: Self) -> Result<Self> {
        let ((a, a_scale), (b, b_scale)) = (self.parts(), other.parts());
        // Tens that only the product shows (a five on one side, a two on the other) leave first, so that a
        // product that fits is never refused because it does not fit on the way.
        let (a, b, tens) = without_tens(a, b);
        let product = a.checked_mul(b).ok_or_else(Error::out_of_range)?;
        let scale = a_scale.saturating_add(b_scale);
        match scale.checked_sub(tens) {
            Some(scale) => Self::from_parts(product, scale),
            None => {
                let whole =
                    raise(product, tens.saturating_sub(scale)).ok_or_else(Error::out_of_range)?;
                Self::from_parts(whole, 0)
            }
        }
    }

    /// The quotient to `places` decimal places, rounded once: credits of an amount of money (R-CONV-3, flexprice 1).
    ///
    /// # Errors
    /// `decimal_out_of_range`, also for a divisor of zero.
    ///
    /// ```
    /// use creditgate::decimal::{Decimal, Rounding};
    ///
    /// let third = |rounding| Decimal::from(-2).try_div(Decimal::from(3), 2, rounding);
    /// assert_eq!(third(Rounding::HalfAwayFromZero)?.to_string(), "-0.67");
    /// assert_eq!(third(Rounding::TowardZero)?.to_string(), "-0.66");
    /// assert_eq!(third(Rounding::Floor)?.to_string(), "-0.67");
    /// # Ok::<(), creditgate::error::Error>(())
    /// ```
    pub fn try_div(self, divisor: Self, places: u32, rounding: Rounding) -> Result<Self> {
        let ((a, a_scale), (b, b_scale)) = (self.parts(), divisor.parts());
        let (dividend, divisor) = (a.checked_abs(), b.checked_abs());
        let (Some(dividend), Some(mut divisor)) = (dividend, divisor.filter(|b| *b != 0)) else {
            return Err(Error::out_of_range());
        };
        let negative = (a < 0) != (b < 0);
        // |a| / |b| x 10^(b_scale - a_scale + places), digit by digit, so that nothing overflows on the way.
        let raised = places.saturating_add(b_scale);
        let lowered = a_scale.saturating_sub(raised);
        divisor = match raise(divisor, lowered) {
            Some(divisor) => divisor,
            // The divisor exceeds every dividend: the quotient is between 0 and one half of the last place.
            None => return Self::tiny(dividend != 0, negative, places, rounding),
        };
        let fault = Error::out_of_range;
        let division = Division {
            quotient: dividend.checked_div(divisor).ok_or_else(fault)?,
            rest: dividend.checked_rem(divisor).ok_or_else(fault)?,
            divisor,
            negative,
        };
        division.round(raised.saturating_sub(a_scale), places, rounding)
    }

    /// `self x factor / divisor` to `places` decimal places, rounded once: a share (R-22-5), a percentage (flexprice
    /// 33, 35), a proration. The product need not fit, only the result.
    ///
    /// # Errors
    /// `decimal_out_of_range`, also for a divisor of zero, and where all the decimal places together exceed the
    /// wanted ones by more than 36 less the digits of the divisor.
    ///
    /// ```
    /// use creditgate::decimal::{Decimal, Rounding};
    ///
    /// let credits = Decimal::parse("33903.779510213")?;
    /// let part = Decimal::parse("0.5714285714285714")?;
    /// assert!(credits.try_mul(part).is_err());
    /// let prorated = credits.mul_div(part, Decimal::ONE, 8, Rounding::HalfAwayFromZero)?;
    /// assert_eq!(prorated.to_string(), "19373.58829155");
    /// # Ok::<(), creditgate::error::Error>(())
    /// ```
    pub fn mul_div(
        self,
        factor: Self,
        divisor: Self,
        places: u32,
        rounding: Rounding,
    ) -> Result<Self> {
        let fault = Error::out_of_range;
        let ((a, a_scale), (b, b_scale), (c, c_scale)) =
            (self.parts(), factor.parts(), divisor.parts());
        let raised = places.saturating_add(c_scale);
        let given = a_scale.saturating_add(b_scale);
        let divisor = c
            .checked_abs()
            .and_then(|c| raise(c, given.saturating_sub(raised)))
            .filter(|divisor| 0 < *divisor && *divisor <= MOST_DIVISOR)
            .ok_or_else(fault)?;
        // Digit by digit of one factor, so that the product never stands in one piece.
        let b = b.checked_abs().ok_or_else(fault)?;
        let (mut quotient, mut rest) = (0_i128, 0_i128);
        for digit in digits(a.checked_abs().ok_or_else(fault)?) {
            let next = digit
                .checked_mul(b)
                .zip(rest.checked_mul(10))
                .and_then(|(more, rest)| rest.checked_add(more))
                .ok_or_else(fault)?;
            rest = next.checked_rem(divisor).ok_or_else(fault)?;
            quotient = next
                .checked_div(divisor)
                .zip(quotient.checked_mul(10))
                .and_then(|(more, quotient)| quotient.checked_add(more))
                .ok_or_else(fault)?;
        }
        let division = Division {
            quotient,
            rest,
            divisor,
            negative: ((a < 0) != factor.is_negative()) != (c < 0),
        };
        division.round(raised.saturating_sub(given), places, rounding)
    }

    /// The quotient with as many decimal places as fit, rounded once where it does not end (R-CONV-7).
    ///
    /// # Errors
    /// `decimal_out_of_range`, also for a divisor of zero.
    ///
    /// ```
    /// use creditgate::decimal::Decimal;
    ///
    /// assert_eq!(Decimal::from(1).quotient(Decimal::from(25))?.to_string(), "0.04");
    /// # Ok::<(), creditgate::error::Error>(())
    /// ```
    pub fn quotient(self, divisor: Self) -> Result<Self> {
        (0..=MAX_SCALE)
            .rev()
            .find_map(|places| {
                self.try_div(divisor, places, Rounding::HalfAwayFromZero)
                    .ok()
            })
            .ok_or_else(Error::out_of_range)
    }

    fn tiny(nonzero: bool, negative: bool, places: u32, rounding: Rounding) -> Result<Self> {
        if nonzero && negative && rounding == Rounding::Floor {
            Self::from_parts(-1, places)
        } else {
            Ok(Self::ZERO)
        }
    }

    /// This number to `places` decimal places. Both providers round money half away from zero (section 3.1 of Lago's
    /// rules; flexprice, section 1.7 no. 2).
    ///
    /// ```
    /// use creditgate::decimal::{Decimal, Rounding};
    ///
    /// let to = |text, rounding| Ok(Decimal::parse(text)?.round(2, rounding).to_string());
    /// assert_eq!(to("-10.125", Rounding::HalfAwayFromZero)?, "-10.13");
    /// assert_eq!(to("-10.125", Rounding::TowardZero)?, "-10.12");
    /// assert_eq!(to("14.28999", Rounding::Floor)?, "14.28");
    /// # Ok::<(), creditgate::error::Error>(())
    /// ```
    #[must_use]
    pub fn round(self, places: u32, rounding: Rounding) -> Self {
        let strategy = match rounding {
            Rounding::HalfAwayFromZero => RoundingStrategy::MidpointAwayFromZero,
            Rounding::TowardZero => RoundingStrategy::ToZero,
            Rounding::Floor => RoundingStrategy::ToNegativeInfinity,
        };
        Self(self.0.round_dp_with_strategy(places, strategy).normalize())
    }

    /// This number times `10^places`, exactly: minor units from currency units, and back with a negative count.
    ///
    /// # Errors
    /// `decimal_out_of_range`.
    ///
    /// ```
    /// use creditgate::decimal::Decimal;
    ///
    /// assert_eq!(Decimal::parse("12.345")?.shift(2)?.to_string(), "1234.5");
    /// assert_eq!(Decimal::from(1250).shift(-2)?.to_string(), "12.5");
    /// # Ok::<(), creditgate::error::Error>(())
    /// ```
    pub fn shift(self, places: i32) -> Result<Self> {
        let (mantissa, scale) = self.parts();
        let moved = i64::from(scale).saturating_sub(i64::from(places));
        match u32::try_from(moved) {
            Ok(scale) => Self::from_parts(mantissa, scale),
            Err(_) => {
                let zeros =
                    u32::try_from(moved.saturating_neg()).map_err(|_| Error::out_of_range())?;
                Self::from_parts(raise(mantissa, zeros).ok_or_else(Error::out_of_range)?, 0)
            }
        }
    }

    /// The number with its sign turned.
    ///
    /// ```
    /// use creditgate::decimal::Decimal;
    ///
    /// assert_eq!(Decimal::from(5).negated(), Decimal::from(-5));
    /// assert_eq!(Decimal::ZERO.negated().to_string(), "0", "there is no -0");
    /// ```
    #[must_use]
    pub fn negated(self) -> Self {
        let mut value = self.0;
        if !value.is_zero() {
            value.set_sign_positive(value.is_sign_negative());
        }
        Self(value)
    }

    /// Whether this is zero.
    ///
    /// ```
    /// use creditgate::decimal::Decimal;
    ///
    /// assert!(Decimal::parse("-0.00")?.is_zero());
    /// # Ok::<(), creditgate::error::Error>(())
    /// ```
    pub fn is_zero(self) -> bool {
        self.0.is_zero()
    }

    /// Whether this is below zero.
    ///
    /// ```
    /// use creditgate::decimal::Decimal;
    ///
    /// assert!(Decimal::from(-1).is_negative() && !Decimal::ZERO.is_negative());
    /// ```
    pub fn is_negative(self) -> bool {
        self < Self::ZERO
    }

    /// Whether this is above zero.
    ///
    /// ```
    /// use creditgate::decimal::Decimal;
    ///
    /// assert!(Decimal::ONE.is_positive() && !Decimal::ZERO.is_positive());
    /// ```
    pub fn is_positive(self) -> bool {
        self > Self::ZERO
    }

    /// This number, or zero if it is below zero.
    ///
    /// ```
    /// use creditgate::decimal::Decimal;
    ///
    /// assert_eq!([-3, 0, 3].map(|number| Decimal::from(number).or_zero()), [0, 0, 3].map(Decimal::from));
    /// ```
    #[must_use]
    pub fn or_zero(self) -> Self {
        self.max(Self::ZERO)
    }

    /// The exact sum of all.
    ///
    /// # Errors
    /// `decimal_out_of_range`.
    ///
    /// ```
    /// use creditgate::decimal::Decimal;
    ///
    /// assert_eq!(Decimal::sum([1, 2, 39].map(Decimal::from))?, Decimal::from(42));
    /// assert_eq!(Decimal::sum([])?, Decimal::ZERO);
    /// # Ok::<(), creditgate::error::Error>(())
    /// ```
    pub fn sum(values: impl IntoIterator<Item = Self>) -> Result<Self> {
        values.into_iter().try_fold(Self::ZERO, Self::try_add)
    }
}

/// A division of two whole numbers above or equal to zero, so far.
struct Division {
    quotient: i128,
    rest: i128,
    divisor: i128,
    /// The sign of the result.
    negative: bool,
}

impl Division {
    /// So many further digits, then the one rounding; the result has `places` decimal places.
    fn round(self, digits: u32, places: u32, rounding: Rounding) -> Result<Decimal> {
        let fault = Error::out_of_range;
        let Self {
            mut quotient,
            mut rest,
            divisor,
            negative,
        } = self;
        // A division that comes out even stops there: its zeros may not fit where the quotient does.
        let mut zeros = digits;
        while zeros > 0 && rest != 0 {
            rest = rest.checked_mul(10).ok_or_else(fault)?;
            let digit = rest.checked_div(divisor).ok_or_else(fault)?;
            rest = rest.checked_rem(divisor).ok_or_else(fault)?;
            quotient = quotient
                .checked_mul(10)
                .and_then(|quotient| quotient.checked_add(digit))
                .ok_or_else(fault)?;
            zeros = zeros.saturating_sub(1);
        }
        let up = match rounding {
            Rounding::HalfAwayFromZero => rest >= divisor.saturating_sub(rest),
            Rounding::TowardZero => false,
            Rounding::Floor => negative && rest != 0,
        };
        let quotient = quotient.checked_add(i128::from(up)).ok_or_else(fault)?;
        let quotient = if negative {
            quotient.checked_neg()
        } else {
            Some(quotient)
        };
        let quotient = quotient.ok_or_else(fault)?;
        match places.checked_sub(zeros) {
            Some(scale) => Decimal::from_parts(quotient, scale),
            None => {
                let whole = raise(quotient, zeros.saturating_sub(places)).ok_or_else(fault)?;
                Decimal::from_parts(whole, 0)
            }
        }
    }
}

/// The digits of a number, the first one first.
fn digits(mut number: i128) -> Vec<i128> {
    let mut digits = Vec::new();
    while number != 0 {
        digits.push(number % 10);
        number /= 10;
    }
    digits.reverse();
    digits
}

fn raise(mantissa: i128, zeros: u32) -> Option<i128> {
    if mantissa == 0 {
        return Some(0);
    }
    mantissa.checked_mul(10_i128.checked_pow(zeros)?)
}

/// The two factors without the tens that their product has, and how many those were.
fn without_tens(mut a: i128, mut b: i128) -> (i128, i128, u32) {
    let mut tens = 0_u32;
    for _ in 0..2 {
        while let (Some(0), Some(0), true) = (a.checked_rem(5), b.checked_rem(2), a != 0 && b != 0)
        {
            a = a.checked_div(5).unwrap_or(a);
            b = b.checked_div(2).unwrap_or(b);
            tens = tens.saturating_add(1);
        }
        (a, b) = (b, a);
    }
    (a, b, tens)
}

impl From<i64> for Decimal {
    fn from(value: i64) -> Self {
        Self(rust_decimal::Decimal::from(value).normalize())
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (mantissa, scale) = self.parts();
        let mut rest = mantissa.unsigned_abs();
        let mut text = [0_u8; MOST_TEXT];
        let mut length = 0_usize;
        let mut room = text.iter_mut().rev();
        let mut put = |byte: u8| {
            if let Some(at) = room.next() {
                *at = byte;
                length = length.saturating_add(1);
            }
        };
        // The last digit first, and one before the point at least.
        for place in 0..MOST_DIGITS {
            if place > scale && rest == 0 {
                break;
            }
            if place == scale && place > 0 {
                put(b'.');
            }
            put(b'0'.saturating_add(last_digit(&mut rest)));
        }
        let text = text.get(MOST_TEXT.saturating_sub(length)..);
        let text = text.and_then(|text| core::str::from_utf8(text).ok());
        f.pad_integral(mantissa >= 0, "", text.unwrap_or_default())
    }
}

/// Of the largest number, with or without decimal places.
const MOST_DIGITS: u32 = 29;

/// With a point.
const MOST_TEXT: usize = 30;

/// Takes the last digit off. Most numbers fit 64 bits, which are divided by one instruction.
fn last_digit(number: &mut u128) -> u8 {
    let digit = match u64::try_from(*number) {
        Ok(small) => {
            *number = u128::from(small / 10);
            small % 10
        }
        Err(_) => {
            let digit = *number % 10;
            *number /= 10;
            digit as u64
        }
    };
    digit as u8
}
