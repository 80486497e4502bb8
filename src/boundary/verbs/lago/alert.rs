//! Alerts (R-ALRT).

use serde::{Deserialize, Serialize};

use super::or_default;
use crate::decimal::Decimal;
use crate::engine::alert::{Alert, Direction};
use crate::error::Result;

/// `alert.crossed`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::boundary::verbs) struct CrossedRequest {
    direction: DirectionIn,
    #[serde(default, deserialize_with = "or_default")]
    one_time_thresholds: Vec<Decimal>,
    recurring_threshold: Option<Decimal>,
    previous_value: Decimal,
    current_value: Decimal,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum DirectionIn {
    Increasing,
    Decreasing,
}

#[derive(Serialize)]
pub(in crate::boundary::verbs) struct CrossedAnswer {
    crossed: Vec<Decimal>,
}

pub(in crate::boundary::verbs) fn crossed(request: CrossedRequest) -> Result<CrossedAnswer> {
    let alert = Alert {
        direction: match request.direction {
            DirectionIn::Increasing => Direction::Increasing,
            DirectionIn::Decreasing => Direction::Decreasing,
        },
        one_time: request.one_time_thresholds,
        recurring: request.recurring_threshold,
    };
    Ok(CrossedAnswer {
        crossed: alert.crossed(request.previous_value, request.current_value)?,
    })
}
