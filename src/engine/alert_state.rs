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
pub fn is_logged(previous: Option<State>, state: State) -> bool {
    match previous {
        None => state != State::Ok,
        Some(previous) => previous != state,
    }
}
