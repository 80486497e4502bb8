//! On which days a Lago interval rule tops up (R-INT).

use crate::time::{Date, Timestamp};

/// How often a rule acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interval {
    /// On the anchor's weekday.
    Weekly,
    /// On the anchor's day of the month.
    Monthly,
    /// The same, every third month.
    Quarterly,
    /// The same, every sixth month.
    Semiannual,
    /// On the anchor's day of the year.
    Yearly,
}

impl Interval {
    /// R-INT-2, R-INT-3: whether a day is one of those that follow from the anchor's.
    ///
    /// ```
    /// use creditgate::engine::interval::Interval;
    /// use creditgate::time::Date;
    ///
    /// let anchor = Date::new(2024, 1, 31);
    /// let today = Date::new(2024, 2, 29);
    /// assert!(anchor.zip(today).is_some_and(|(anchor, today)| Interval::Monthly.falls_on(anchor, today)));
    /// ```
    pub fn falls_on(self, anchor: Date, today: Date) -> bool {
        let months = |every: i64| {
            let distance = today
                .month_number()
                .saturating_sub(anchor.month_number())
                .checked_rem(every);
            distance == Some(0) && is_day_of_month(anchor, today)
        };
        match self {
            Self::Weekly => anchor.weekday() == today.weekday(),
            Self::Monthly => months(1),
            Self::Quarterly => months(3),
            Self::Semiannual => months(6),
            Self::Yearly => months(12),
        }
    }
}

/// On the last day of a month, anchors with a later day match too. Of whole years that is 29 February only.
fn is_day_of_month(anchor: Date, today: Date) -> bool {
    anchor.day() == today.day() || (today.is_last_of_month() && anchor.day() > today.day())
}

/// An instant, and the customer's day at that instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// The instant.
    pub at: Timestamp,
    /// The day in the customer's time zone (R-INT-1).
    pub date: Date,
}

/// An interval rule and its wallet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// How often.
    pub interval: Interval,
    /// When the wallet was made.
    pub wallet_created: Moment,
    /// When the rule starts: the anchor, in place of the wallet's creation.
    pub started: Option<Moment>,
    /// When the rule ends.
    pub expires_at: Option<Timestamp>,
    /// The customer's days of earlier interval top-ups of the wallet.
    pub topped_up_on: Vec<Date>,
}

impl Schedule {
    /// R-INT-1 to R-INT-5: whether the rule tops up now.
    ///
    /// ```
    /// use creditgate::engine::interval::{Interval, Moment, Schedule};
    /// use creditgate::time::{Date, Timestamp};
    ///
    /// let moment = |text| {
    ///     let at = Timestamp::parse(text)?;
    ///     Ok(Moment { at, date: Date::of(at).ok_or_else(creditgate::error::Error::engine_fault)? })
    /// };
    /// let schedule = Schedule {
    ///     interval: Interval::Monthly,
    ///     wallet_created: moment("2026-01-31T10:00:00Z")?,
    ///     started: None,
    ///     expires_at: Some(Timestamp::parse("2026-03-31T00:00:00Z")?),
    ///     topped_up_on: Vec::new(),
    /// };
    /// assert!(!schedule.is_due(moment("2026-01-31T23:00:00Z")?), "never on the day of creation");
    /// assert!(schedule.is_due(moment("2026-02-28T00:00:00Z")?), "the last day stands for the 31st");
    /// assert!(!schedule.is_due(moment("2026-03-31T00:00:00Z")?), "expired");
    /// # Ok::<(), creditgate::error::Error>(())
    /// ```
    pub fn is_due(&self, now: Moment) -> bool {
        let anchor = self.started.unwrap_or(self.wallet_created);
        let has_expired = self.expires_at.is_some_and(|expiry| expiry <= now.at);
        anchor.at <= now.at
            && !has_expired
            && self.wallet_created.date != now.date
            && !self.topped_up_on.contains(&now.date)
            && self.interval.falls_on(anchor.date, now.date)
    }
}
