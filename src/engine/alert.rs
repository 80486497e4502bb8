//! Which thresholds of a Lago alert a change crosses (R-ALRT).

use crate::decimal::{Decimal, Rounding};
use crate::error::{Error, Result};

/// More values than this in one step are a mistake in the request.
const MOST_RECURRING: i64 = 100_000;

/// The way in which an alert watches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Usage that grows.
    Increasing,
    /// A balance that falls: every alert of a wallet.
    Decreasing,
}

/// What an alert watches for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alert {
    /// Which way.
    pub direction: Direction,
    /// Crossed once each, in any order.
    pub one_time: Vec<Decimal>,
    /// The step of the thresholds beyond the last one-time one.
    pub recurring: Option<Decimal>,
}

impl Alert {
    /// R-ALRT-2 to R-ALRT-6: the thresholds crossed on the way from `previous` to `current`, ascending, without
    /// duplicates.
    ///
    /// # Errors
    /// `invalid_input` for a recurring step that is not above zero, or of which too many fit into the change;
    /// `decimal_out_of_range`.
    ///
    /// ```
    /// use creditgate::decimal::Decimal;
    /// use creditgate::engine::alert::{Alert, Direction};
    ///
    /// let alert = Alert {
    ///     direction: Direction::Decreasing,
    ///     one_time: vec![Decimal::from(90)],
    ///     recurring: Some(Decimal::from(10)),
    /// };
    /// let crossed = alert.crossed(Decimal::from(95), Decimal::from(70))?;
    /// assert_eq!(crossed, [70, 80, 90].map(Decimal::from));
    /// # Ok::<(), creditgate::error::Error>(())
    /// ```
    pub fn crossed(&self, previous: Decimal, current: Decimal) -> Result<Vec<Decimal>> {
        // A rising alert is a falling one seen in the mirror.
        let mirrored = |value: Decimal| match self.direction {
            Direction::Decreasing => value,
            Direction::Increasing => value.negated(),
        };
        let one_time: Vec<Decimal> = self.one_time.iter().copied().map(mirrored).collect();
        let falling = falling(
            &one_time,
            self.recurring,
            mirrored(previous),
            mirrored(current),
        );
        let mut crossed: Vec<Decimal> = falling?.into_iter().map(mirrored).collect();
        crossed.sort_unstable();
        crossed.dedup();
        Ok(crossed)
    }
}

fn falling(
    one_time: &[Decimal],
    recurring: Option<Decimal>,
    previous: Decimal,
    current: Decimal,
) -> Result<Vec<Decimal>> {
    let is_above_all = one_time.iter().max().is_some_and(|most| current > *most);
    if current >= previous || is_above_all {
        return Ok(Vec::new());
    }
    let mut crossed: Vec<Decimal> = one_time
        .iter()
        .copied()
        .filter(|threshold| current <= *threshold && *threshold < previous)
        .collect();
    if let Some(step) = recurring {
        let start = one_time.iter().min().copied().unwrap_or_default();
        crossed.extend(steps(start, step, previous, current)?);
    }
    Ok(crossed)
}

/// R-ALRT-4, R-ALRT-5: `start - n x step`, n >= 1, from `previous` down to `current`, both included.
fn steps(
    start: Decimal,
    step: Decimal,
    previous: Decimal,
    current: Decimal,
) -> Result<Vec<Decimal>> {
    let invalid = |message| Err(Error::invalid_input("recurring_threshold", message));
    if !step.is_positive() {
        return invalid("must be above zero");
    }
    if current > start.try_sub(step)? {
        return Ok(Vec::new());
    }
    let last = start.try_sub(current)?.try_div(step, 0, Rounding::Floor)?;
    let before = previous
        .try_sub(start)?
        .try_div(step, 0, Rounding::Floor)?
        .negated();
    let first = before.max(Decimal::ONE);
    if last.try_sub(first)? >= Decimal::from(MOST_RECURRING) {
        return invalid("is too small for the change");
    }
    let mut values = Vec::new();
    let mut number = first;
    while number <= last {
        values.push(start.try_sub(number.try_mul(step)?)?);
        number = number.try_add(Decimal::ONE)?;
    }
    Ok(values)
}
