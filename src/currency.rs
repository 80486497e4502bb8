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
    pub fn code(&self) -> &str {
        core::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// Decimal places of the minor unit in Lago (R-CONV, the notes on exponents).
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
