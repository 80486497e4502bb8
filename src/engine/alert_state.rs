//! Alert states of a Flexprice wallet (flexprice 57 to 59).

use crate::decimal::Decimal;

/// On which side of its threshold an alert is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Condition {
    /// At it or below.
    Below,
    /// At it or above.
    Above,
}

/// One threshold, credits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Threshold {
    /// The value.
    pub value: Decimal,
    /// The side.
    pub condition: Condition,
}

/// A wallet's alerts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Switched off, every value is ok (flexprice 60).
    pub enabled: bool,
    /// The gravest.
    pub critical: Option<Threshold>,
    /// The next.
    pub warning: Option<Threshold>,
    /// The mildest.
    pub info: Option<Threshold>,
}

/// What a value means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Nothing.
    Ok,
    /// The mildest threshold is passed.
    Info,
    /// The next.
    Warning,
    /// The gravest.
    InAlarm,
}

impl Settings {
    /// The gravest threshold there is gives the condition for all (flexprice 57).
    fn condition(&self) -> Option<Condition> {
        self.critical
            .or(self.warning)
            .or(self.info)
            .map(|threshold| threshold.condition)
    }

    /// flexprice 57: the state of a value, credits.
    ///
    /// ```
    /// use creditgate::decimal::Decimal;
    /// use creditgate::engine::alert_state::{Condition, Settings, State, Threshold};
    ///
    /// let at = |value: i64| Some(Threshold { value: Decimal::from(value), condition: Condition::Below });
    /// let settings = Settings { enabled: true, critical: at(10), warning: at(50), info: None };
    /// let states = [10, 50, 51].map(|value| settings.state(Decimal::from(value)));
    /// assert_eq!(states, [State::InAlarm, State::Warning, State::Ok]);
    /// ```
    pub fn state(&self, value: Decimal) -> State {
        let Some(condition) = self.condition().filter(|_| self.enabled) else {
            return State::Ok;
        };
        let passed = |threshold: Option<Threshold>| {
            threshold.is_some_and(|threshold| match condition {
                Condition::Below => value <= threshold.value,
                Condition::Above => value >= threshold.value,
            })
        };
        if passed(self.critical) {
            State::InAlarm
        } else if passed(self.warning) {
            State::Warning
        } else if passed(self.info) {
            State::Info
        } else {
            State::Ok
        }
    }

    /// flexprice 58: whether the settings may stand.
    ///
    /// ```
    /// use creditgate::decimal::Decimal;
    /// use creditgate::engine::alert_state::{Condition, Settings, Threshold};
    ///
    /// let at = |value: i64| Some(Threshold { value: Decimal::from(value), condition: Condition::Below });
    /// let settings = |critical, warning| Settings { enabled: true, critical, warning, info: None };
    /// assert!(settings(at(10), at(50)).is_valid());
    /// assert!(!settings(at(50), at(10)).is_valid(), "the graver one is the lower");
    /// assert!(!settings(None, at(50)).is_valid(), "a warning needs a critical one");
    /// ```
    pub fn is_valid(&self) -> bool {
        let Some(condition) = self.condition() else {
            return !self.enabled;
        };
        if self.warning.is_some() && self.critical.is_none() {
            return false;
        }
        let by_gravity: Vec<Threshold> = [self.critical, self.warning, self.info]
            .into_iter()
            .flatten()
            .collect();
        let is_ordered = by_gravity.windows(2).all(|pair| match (pair, condition) {
            ([graver, milder], Condition::Below) => graver.value <= milder.value,
            ([graver, milder], Condition::Above) => graver.value >= milder.value,
            _ => true,
        });
        is_ordered
            && by_gravity
                .iter()
                .all(|threshold| threshold.condition == condition)
    }
}

/// flexprice 59: whether a change of state is logged: every transition, but not a first ok.
///
/// ```
/// use creditgate::engine::alert_state::{State, is_logged};
///
/// assert!(!is_logged(None, State::Ok), "a first ok is silent");
/// assert!(is_logged(None, State::Warning) && is_logged(Some(State::Warning), State::Ok));
/// ```
pub fn is_logged(previous: Option<State>, state: State) -> bool {
    match previous {
        None => state != State::Ok,
        Some(previous) => previous != state,
    }
}

/// Which figure of a wallet an alert watches, credits (flexprice 56).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Watched {
    /// The settled `credit_balance`.
    CreditBalance,
    /// The real-time credit balance.
    OngoingBalance,
}

impl Watched {
    /// The figure that an alert's `alert_type` names.
    ///
    /// ```
    /// use creditgate::engine::alert_state::Watched;
    ///
    /// assert_eq!(Watched::named("low_credit_balance"), Some(Watched::CreditBalance));
    /// assert_eq!(Watched::named("low_balance"), None);
    /// ```
    pub fn named(alert_type: &str) -> Option<Self> {
        match alert_type {
            "low_credit_balance" => Some(Self::CreditBalance),
            "low_ongoing_balance" => Some(Self::OngoingBalance),
            _ => None,
        }
    }
}

/// flexprice 59: the webhook that a logged state sends, if any: the mild states send none.
///
/// ```
/// use creditgate::engine::alert_state::{State, Watched, webhook};
///
/// assert_eq!(webhook(Watched::OngoingBalance, State::InAlarm), Some("wallet.ongoing_balance.dropped"));
/// assert_eq!(webhook(Watched::OngoingBalance, State::Warning), None);
/// ```
pub fn webhook(watched: Watched, state: State) -> Option<&'static str> {
    match (watched, state) {
        (Watched::CreditBalance, State::InAlarm) => Some("wallet.credit_balance.dropped"),
        (Watched::CreditBalance, State::Ok) => Some("wallet.credit_balance.recovered"),
        (Watched::OngoingBalance, State::InAlarm) => Some("wallet.ongoing_balance.dropped"),
        (Watched::OngoingBalance, State::Ok) => Some("wallet.ongoing_balance.recovered"),
        (_, State::Info | State::Warning) => None,
    }
}
