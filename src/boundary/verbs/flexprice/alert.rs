//! Alerts: `alerts.*`.

use serde::{Deserialize, Serialize};

use super::super::or_default;
use crate::decimal::Decimal;
use crate::engine::alert_state::{Condition, Settings, State, Threshold, is_logged};
use crate::error::{Error, Result};

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SettingsIn {
    alert_enabled: Option<bool>,
    critical: Option<ThresholdIn>,
    warning: Option<ThresholdIn>,
    info: Option<ThresholdIn>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ThresholdIn {
    threshold: Decimal,
    condition: String,
}

impl ThresholdIn {
    fn read(&self) -> Result<Threshold> {
        Ok(Threshold {
            value: self.threshold,
            condition: match self.condition.as_str() {
                "below" => Condition::Below,
                "above" => Condition::Above,
                _ => {
                    return Err(Error::invalid_input(
                        "condition",
                        "must be `below` or `above`",
                    ));
                }
            },
        })
    }
}

impl SettingsIn {
    pub(super) fn read(&self) -> Result<Settings> {
        let read =
            |threshold: &Option<ThresholdIn>| threshold.as_ref().map(ThresholdIn::read).transpose();
        Ok(Settings {
            enabled: self.alert_enabled.unwrap_or_default(),
            critical: read(&self.critical)?,
            warning: read(&self.warning)?,
            info: read(&self.info)?,
        })
    }
}

fn name(state: State) -> &'static str {
    match state {
        State::Ok => "ok",
        State::Info => "info",
        State::Warning => "warning",
        State::InAlarm => "in_alarm",
    }
}

fn named(name: &str) -> Result<State> {
    match name {
        "ok" => Ok(State::Ok),
        "info" => Ok(State::Info),
        "warning" => Ok(State::Warning),
        "in_alarm" => Ok(State::InAlarm),
        _ => Err(Error::invalid_input(
            "previous",
            "must be `ok`, `info`, `warning` or `in_alarm`",
        )),
    }
}

/// `alerts.state`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct StateRequest {
    #[serde(default, deserialize_with = "or_default")]
    settings: SettingsIn,
    value_credits: Decimal,
    previous: Option<String>,
}

#[derive(Serialize)]
pub(in super::super) struct StateAnswer {
    state: &'static str,
    alert_logs: u32,
}

pub(in super::super) fn state(request: StateRequest) -> Result<StateAnswer> {
    let state = request.settings.read()?.state(request.value_credits);
    let previous = request.previous.as_deref().map(named).transpose()?;
    Ok(StateAnswer {
        state: name(state),
        alert_logs: u32::from(is_logged(previous, state)),
    })
}

/// `alerts.state_sequence`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct SequenceRequest {
    #[serde(default, deserialize_with = "or_default")]
    settings: SettingsIn,
    #[serde(default, deserialize_with = "or_default")]
    values_credits: Vec<Decimal>,
}

#[derive(Serialize)]
pub(in super::super) struct SequenceAnswer {
    states: Vec<&'static str>,
    alert_logs: u32,
}

pub(in super::super) fn sequence(request: SequenceRequest) -> Result<SequenceAnswer> {
    let settings = request.settings.read()?;
    let mut previous = None;
    let mut states = Vec::with_capacity(request.values_credits.len());
    let mut alert_logs = 0_u32;
    for value in request.values_credits {
        let state = settings.state(value);
        alert_logs = alert_logs.saturating_add(u32::from(is_logged(previous, state)));
        previous = Some(state);
        states.push(name(state));
    }
    Ok(SequenceAnswer { states, alert_logs })
}

/// `alerts.validate`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct ValidateRequest {
    #[serde(default, deserialize_with = "or_default")]
    settings: SettingsIn,
}

#[derive(Serialize)]
pub(in super::super) struct ValidateAnswer {
    valid: bool,
}

pub(in super::super) fn validate(request: ValidateRequest) -> Result<ValidateAnswer> {
    // A condition that is none is what validation is asked about, not a malformed request.
    let valid = request
        .settings
        .read()
        .is_ok_and(|settings| settings.is_valid());
    Ok(ValidateAnswer { valid })
}
