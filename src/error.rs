//! What can go wrong, with a code that never changes.

use core::fmt;

/// A result of this crate.
pub type Result<T> = core::result::Result<T, Error>;

/// Why a request could not be answered. An error never allows usage.
///
/// ```
/// use creditgate::decimal::Decimal;
///
/// let error = Decimal::parse("1e400").unwrap_err();
/// assert_eq!(error.code(), "invalid_decimal");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// Not a decimal in plain notation.
    InvalidDecimal {
        /// The field at fault.
        path: String,
    },
    /// More than 28 significant digits or 28 decimal places, given or computed.
    DecimalOutOfRange {
        /// The field at fault, empty for a computed figure.
        path: String,
    },
    /// An amount below zero where none can be.
    NegativeAmount {
        /// The field at fault.
        path: String,
    },
    /// A caller's request that does not have the documented shape.
    InvalidInput {
        /// The field at fault.
        path: String,
        /// What is wrong with it.
        message: String,
    },
    /// A provider's answer that has none of the documented shapes.
    InvalidResponse {
        /// The field at fault.
        path: String,
        /// What is wrong with it.
        message: String,
    },
    /// No verb of that name in this build.
    UnknownVerb {
        /// The name asked for.
        verb: String,
    },
    /// State of ours that cannot be: never retried, never "allowed".
    EngineFault,
}

impl Error {
    /// The stable code, as documented in `js/errors.ts`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::InvalidDecimal { .. } => "invalid_decimal",
            Self::DecimalOutOfRange { .. } => "decimal_out_of_range",
            Self::NegativeAmount { .. } => "negative_amount",
            Self::InvalidInput { .. } => "invalid_input",
            Self::InvalidResponse { .. } => "invalid_response",
            Self::UnknownVerb { .. } => "unknown_verb",
            Self::EngineFault => "engine_fault",
        }
    }

    /// The input field at fault, empty where there is none.
    pub fn path(&self) -> &str {
        match self {
            Self::InvalidDecimal { path }
            | Self::DecimalOutOfRange { path }
            | Self::NegativeAmount { path }
            | Self::InvalidInput { path, .. }
            | Self::InvalidResponse { path, .. } => path,
            Self::UnknownVerb { .. } | Self::EngineFault => "",
        }
    }

    /// The same error, at fault in `field`.
    #[must_use]
    pub fn at(mut self, field: &str) -> Self {
        match &mut self {
            Self::InvalidDecimal { path }
            | Self::DecimalOutOfRange { path }
            | Self::NegativeAmount { path }
            | Self::InvalidInput { path, .. }
            | Self::InvalidResponse { path, .. } => *path = field.to_owned(),
            Self::UnknownVerb { .. } | Self::EngineFault => {}
        }
        self
    }

    /// A request that does not have the documented shape.
    pub fn invalid_input(path: &str, message: &str) -> Self {
        Self::InvalidInput {
            path: path.to_owned(),
            message: message.to_owned(),
        }
    }

    /// A provider's answer that has none of the documented shapes.
    pub fn invalid_response(path: &str, message: &str) -> Self {
        Self::InvalidResponse {
            path: path.to_owned(),
            message: message.to_owned(),
        }
    }

    /// A computed figure that does not fit.
    pub(crate) fn out_of_range() -> Self {
        Self::DecimalOutOfRange {
            path: String::new(),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InvalidDecimal { .. } => f.write_str("not a decimal in plain notation")?,
            Self::DecimalOutOfRange { .. } => {
                f.write_str("does not fit 28 significant digits with at most 28 decimal places")?;
            }
            Self::NegativeAmount { .. } => f.write_str("must not be negative")?,
            Self::InvalidInput { message, .. } | Self::InvalidResponse { message, .. } => {
                f.write_str(message)?;
            }
            Self::UnknownVerb { verb } => {
                f.write_str("no verb `")?;
                f.write_str(verb)?;
                f.write_str("` in this build")?;
            }
            Self::EngineFault => f.write_str("the engine is in a state that cannot be")?,
        }
        match self.path() {
            "" => Ok(()),
            path => {
                f.write_str(" (`")?;
                f.write_str(path)?;
                f.write_str("`)")
            }
        }
    }
}

impl core::error::Error for Error {}
