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
///
/// One word, so that every step of a computation passes a result on at little cost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error(Box<Fault>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Fault {
    kind: Kind,
    /// The input field at fault, empty where there is none.
    path: String,
    /// What is wrong with it, where the kind does not say it all.
    message: String,
}

/// What can go wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Not a decimal in plain notation.
    InvalidDecimal,
    /// More than 28 significant digits or 28 decimal places, given or computed.
    DecimalOutOfRange,
    /// An amount below zero where none can be.
    NegativeAmount,
    /// A caller's request that does not have the documented shape.
    InvalidInput,
    /// A provider's answer that has none of the documented shapes.
    InvalidResponse,
    /// No verb of that name in this build.
    UnknownVerb,
    /// State of ours that cannot be: never retried, never "allowed".
    EngineFault,
}

impl Kind {
    /// The stable code, as documented in `js/errors.ts`.
    pub fn code(self) -> &'static str {
        match self {
            Self::InvalidDecimal => "invalid_decimal",
            Self::DecimalOutOfRange => "decimal_out_of_range",
            Self::NegativeAmount => "negative_amount",
            Self::InvalidInput => "invalid_input",
            Self::InvalidResponse => "invalid_response",
            Self::UnknownVerb => "unknown_verb",
            Self::EngineFault => "engine_fault",
        }
    }
}

impl Error {
    fn new(kind: Kind, path: &str, message: &str) -> Self {
        Self(Box::new(Fault {
            kind,
            path: path.to_owned(),
            message: message.to_owned(),
        }))
    }

    /// Of [`Kind::InvalidDecimal`], without a path.
    pub(crate) fn invalid_decimal() -> Self {
        Self::new(Kind::InvalidDecimal, "", "")
    }

    /// Of [`Kind::DecimalOutOfRange`], without a path: a computed figure has none.
    pub(crate) fn out_of_range() -> Self {
        Self::new(Kind::DecimalOutOfRange, "", "")
    }

    /// Of [`Kind::NegativeAmount`].
    pub fn negative_amount(path: &str) -> Self {
        Self::new(Kind::NegativeAmount, path, "")
    }

    /// Of [`Kind::InvalidInput`].
    pub fn invalid_input(path: &str, message: &str) -> Self {
        Self::new(Kind::InvalidInput, path, message)
    }

    /// Of [`Kind::InvalidResponse`].
    pub fn invalid_response(path: &str, message: &str) -> Self {
        Self::new(Kind::InvalidResponse, path, message)
    }

    /// Of [`Kind::UnknownVerb`].
    pub fn unknown_verb(verb: &str) -> Self {
        Self::new(Kind::UnknownVerb, "", verb)
    }

    /// Of [`Kind::EngineFault`].
    pub fn engine_fault() -> Self {
        Self::new(Kind::EngineFault, "", "")
    }

    /// What went wrong.
    pub fn kind(&self) -> Kind {
        self.0.kind
    }

    /// The stable code, as documented in `js/errors.ts`.
    pub fn code(&self) -> &'static str {
        self.kind().code()
    }

    /// The input field at fault, empty where there is none.
    pub fn path(&self) -> &str {
        &self.0.path
    }

    /// The same error, at fault in `field`.
    #[must_use]
    pub fn at(mut self, field: &str) -> Self {
        if !matches!(self.0.kind, Kind::UnknownVerb | Kind::EngineFault) {
            self.0.path = field.to_owned();
        }
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Fault {
            kind,
            path,
            message,
        } = self.0.as_ref();
        match kind {
            Kind::InvalidDecimal => f.write_str("not a decimal in plain notation")?,
            Kind::DecimalOutOfRange => {
                f.write_str("does not fit 28 significant digits with at most 28 decimal places")?;
            }
            Kind::NegativeAmount => f.write_str("must not be negative")?,
            Kind::InvalidInput | Kind::InvalidResponse => f.write_str(message)?,
            Kind::UnknownVerb => {
                f.write_str("no verb `")?;
                f.write_str(message)?;
                f.write_str("` in this build")?;
            }
            Kind::EngineFault => f.write_str("the engine is in a state that cannot be")?,
        }
        if path.is_empty() {
            return Ok(());
        }
        f.write_str(" (`")?;
        f.write_str(path)?;
        f.write_str("`)")
    }
}

impl core::error::Error for Error {}
