//! Currencies and their minor units.

use core::fmt;

use crate::error::{Error, Result};

/// A currency code of three letters, compared without regard to case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Currency([u8; 3]);

impl Currency {
    /// Reads a code of three ASCII letters, in any case.
    ///
    /// # Errors
    /// `invalid_input` for anything else.
    ///
    /// ```
    /// use creditgate::currency::Currency;
    ///
    /// assert_eq!(Currency::parse("usd")?, Currency::parse("USD")?);
    /// assert_eq!(Currency::parse("US$").map_err(|error| error.code()), Err("invalid_input"));
    /// # Ok::<(), creditgate::error::Error>(())
    /// ```
    pub fn parse(text: &str) -> Result<Self> {
        let code: [u8; 3] = text
            .as_bytes()
            .try_into()
            .map_err(|_| Error::invalid_input("currency", "must be a code of three letters"))?;
        if !code.iter().all(u8::is_ascii_alphabetic) {
            return Err(Error::invalid_input(
                "currency",
                "must be a code of three letters",
            ));
        }
        Ok(Self(code.map(|letter| letter.to_ascii_uppercase())))
    }

    /// The code in capitals.
    ///
    /// ```
    /// use creditgate::currency::Currency;
    ///
    /// assert_eq!(Currency::parse("eur")?.code(), "EUR");
    /// # Ok::<(), creditgate::error::Error>(())
    /// ```
    pub fn code(&self) -> &str {
        core::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// The code in one number.
    pub(crate) fn to_bits(self) -> u64 {
        let [a, b, c] = self.0;
        u64::from(u32::from_le_bytes([a, b, c, 0]))
    }

    /// The currency of [`Currency::to_bits`].
    pub(crate) fn from_bits(bits: u64) -> Self {
        let [a, b, c, ..] = bits.to_le_bytes();
        Self([a, b, c])
    }

    /// Decimal places of the minor unit in Lago (R-CONV, the notes on exponents).
    ///
    /// ```
    /// use creditgate::currency::Currency;
    ///
    /// let exponent = |code| Currency::parse(code).map(|currency| currency.lago_exponent());
    /// let exponents = ["EUR", "JPY", "HUF", "KWD", "CLF"].map(exponent);
    /// assert_eq!(exponents, [2, 0, 0, 3, 4].map(Ok));
    /// ```
    pub fn lago_exponent(&self) -> u32 {
        match self.code() {
            "BIF" | "CLP" | "DJF" | "GNF" | "HUF" | "ISK" | "JPY" | "KMF" | "KRW" | "MGA"
            | "PYG" | "RWF" | "UGX" | "VND" | "VUV" | "XAF" | "XOF" | "XPF" => 0,
            "BHD" | "JOD" | "KWD" => 3,
            "CLF" => 4,
            _ => 2,
        }
    }

    /// Decimal places of the minor unit in Flexprice (section 1.7 no. 1).
    ///
    /// ```
    /// use creditgate::currency::Currency;
    ///
    /// let exponent = |code| Currency::parse(code).map(|currency| currency.flexprice_exponent());
    /// let exponents = ["USD", "JPY", "HUF", "KWD", "CLF"].map(exponent);
    /// assert_eq!(exponents, [2, 0, 2, 3, 4].map(Ok));
    /// ```
    pub fn flexprice_exponent(&self) -> u32 {
        match self.code() {
            "JPY" | "KRW" | "VND" | "CLP" => 0,
            "KWD" => 3,
            "CLF" => 4,
            _ => 2,
        }
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}
