//! What a wallet may pay for.

/// A wallet's scope. Absent, empty and non-empty are three different things.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Not told: webhooks omit `applies_to`. Nothing may be concluded from it.
    Unknown,
    /// Told; [`Limits`] without any entry restrict nothing.
    Limited(Limits),
}

impl Scope {
    /// A scope that restricts nothing (R-APP-9).
    ///
    /// ```
    /// use creditgate::model::scope::{Limits, Scope};
    ///
    /// assert_eq!(Scope::unrestricted(), Scope::Limited(Limits::default()));
    /// assert_ne!(Scope::unrestricted(), Scope::Unknown);
    /// ```
    pub fn unrestricted() -> Self {
        Self::Limited(Limits::default())
    }
}

/// Fee types and billable metrics, either of which admits a fee (R-APP-9: OR, not AND).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// Lago fee types.
    pub fee_types: Vec<String>,
    /// Codes of billable metrics.
    pub metrics: Vec<String>,
}

impl Limits {
    /// Whether these limits restrict nothing (R-APP-9).
    ///
    /// ```
    /// use creditgate::model::scope::Limits;
    ///
    /// assert!(Limits::default().is_unrestricted());
    /// let tokens = Limits { metrics: vec!["tokens".to_owned()], ..Limits::default() };
    /// assert!(!tokens.is_unrestricted());
    /// ```
    pub fn is_unrestricted(&self) -> bool {
        self.fee_types.is_empty() && self.metrics.is_empty()
    }
}
