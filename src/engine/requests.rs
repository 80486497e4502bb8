//! Whole requests to Lago's API about wallets: every problem at once, before anything is sent (R-VAL, R-NEW, R-TOP).
//! Each is a path in the request and the provider's code; a code that Lago does not document is ours, and says so.

use crate::currency::Currency;
use crate::decimal::Decimal;
use crate::engine::conversion::RequestedCredits;
use crate::engine::recurring::{Method, Trigger};
use crate::engine::top_up::{AmountLimits, refusal};
use crate::engine::validation::{
    Amount, Metadata, RuleRequest, is_in_range, is_priority, metadata, recurring_rule,
};
use crate::error::Result;
use crate::model::wallet::Status;
use crate::profile::FEE_TYPES;
use crate::time::Timestamp;

/// Pairs of metadata on a recurring rule and on a wallet's first transaction (section 3.9).
const MOST_PAIRS: usize = 5;

const LONGEST_NAME: usize = 255;

/// A path in a request, and what the provider answers to it.
pub type Problem = (String, &'static str);

/// A field of a request: `None` is not given, `Some(None)` is given and not readable.
pub type Field<T> = Option<Option<T>>;

/// What a request says of a wallet, on creation and on update.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WalletFields {
    /// Of its money.
    pub currency: Field<Currency>,
    /// Currency units per credit.
    pub rate: Option<Amount>,
    /// 1 to 50.
    pub priority: Field<Decimal>,
    /// The least that one purchase may cost, minor units.
    pub least: Field<Decimal>,
    /// The most.
    pub most: Field<Decimal>,
    /// When it expires.
    pub expires_at: Field<Timestamp>,
    /// What it is limited to; `None` is not a list of texts.
    pub fee_types: Field<Vec<String>>,
    /// Codes of billable metrics; which exist is the provider's to know.
    pub metrics: Field<Vec<String>>,
    /// At most one.
    pub rules: Vec<RuleFields>,
}

/// What a request says of a recurring rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleFields {
    /// When it acts and how it finds its amount.
    pub rule: RuleRequest,
    /// When it ends.
    pub expires_at: Field<Timestamp>,
    /// Whether the wallet's limits on purchases do not matter.
    pub ignores_limits: bool,
    /// For its transactions.
    pub metadata: Metadata,
}

/// What a request for a new wallet says besides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewWallet {
    /// The wallet.
    pub fields: WalletFields,
    /// Whether it names a customer.
    pub names_customer: bool,
    /// To buy.
    pub paid: Option<Amount>,
    /// To give.
    pub granted: Option<Amount>,
    /// Whether the first purchase may break the limits.
    pub ignores_limits: bool,
    /// Of the first transaction.
    pub transaction_name: Field<String>,
    /// Of the first transaction, 1 to 50.
    pub transaction_priority: Field<Decimal>,
    /// Of the first transaction.
    pub transaction_metadata: Metadata,
}

impl Default for NewWallet {
    /// A request that names a customer and nothing else.
    fn default() -> Self {
        Self {
            fields: WalletFields::default(),
            names_customer: true,
            paid: None,
            granted: None,
            ignores_limits: false,
            transaction_name: None,
            transaction_priority: None,
            transaction_metadata: Some(Vec::new()),
        }
    }
}

/// R-VAL, R-NEW-1, R-TOP: what is wrong with a request for a wallet.
///
/// # Errors
/// `decimal_out_of_range`.
///
/// ```
/// use creditgate::engine::requests::{NewWallet, WalletFields, new_wallet};
/// use creditgate::time::Timestamp;
///
/// let fields = WalletFields { expires_at: Some(Some(Timestamp(0))), ..WalletFields::default() };
/// let request = NewWallet { fields, ..NewWallet::default() };
/// let problems = new_wallet(&request, Timestamp(1))?;
/// let expected = [("rate_amount".to_owned(), "value_is_mandatory"), ("expiration_at".to_owned(), "invalid_date")];
/// assert_eq!(problems, expected);
/// # Ok::<(), creditgate::error::Error>(())
/// ```
pub fn new_wallet(request: &NewWallet, now: Timestamp) -> Result<Vec<Problem>> {
    let fields = &request.fields;
    let mut problems = Problems::default();
    problems.unless(
        request.names_customer,
        "external_customer_id",
        "customer_not_found",
    );
    problems.unless(fields.rate.is_some(), "rate_amount", "value_is_mandatory");
    problems.wallet(fields, "applies_to", "invalid_limitations", now);
    let terms = Terms::of(fields, None);
    problems.rules(fields, &terms, now)?;
    let Terms {
        rate,
        currency,
        limits,
    } = terms;
    let limits = (!request.ignores_limits).then_some(limits);
    for (field, invalid, amount, limits) in [
        ("paid_credits", "invalid_paid_credits", request.paid, limits),
        (
            "granted_credits",
            "invalid_granted_credits",
            request.granted,
            None,
        ),
    ] {
        let purchase = Purchase {
            invalid,
            rate,
            currency,
            limits,
        };
        for code in purchase.codes(amount)? {
            problems.add(field, code);
        }
    }
    problems.name("transaction_name", &request.transaction_name);
    problems.priority("transaction_priority", request.transaction_priority);
    problems.metadata("transaction_metadata", &request.transaction_metadata);
    Ok(problems.0)
}

/// What is known of a wallet that is to change, where it is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CurrentWallet {
    /// A terminated one does not change.
    pub status: Status,
    /// Currency units per credit.
    pub rate: Decimal,
    /// Of its money.
    pub currency: Currency,
    /// Its limits on one purchase, minor units.
    pub limits: AmountLimits,
    /// Credits that its active fixed rule buys under these limits, and when it acts, if it has one.
    pub fixed_rule: Option<(Decimal, Trigger)>,
}

/// R-VAL, R-THR-6: what is wrong with a change of a wallet.
///
/// # Errors
/// `decimal_out_of_range`.
///
/// ```
/// use creditgate::currency::Currency;
/// use creditgate::decimal::Decimal;
/// use creditgate::engine::recurring::Trigger;
/// use creditgate::engine::requests::{CurrentWallet, WalletFields, wallet_update};
/// use creditgate::engine::top_up::AmountLimits;
/// use creditgate::model::wallet::Status;
/// use creditgate::time::Timestamp;
///
/// let current = CurrentWallet {
///     status: Status::Active,
///     rate: Decimal::ONE,
///     currency: Currency::parse("EUR")?,
///     limits: AmountLimits::default(),
///     fixed_rule: Some((Decimal::from(20), Trigger::Interval)),
/// };
/// let fields = WalletFields { most: Some(Some(Decimal::from(1000))), ..WalletFields::default() };
/// let problems = wallet_update(&fields, Some(&current), Timestamp(0))?;
/// assert_eq!(problems, [("recurring_transaction_rules".to_owned(), "invalid_recurring_rule")]);
/// # Ok::<(), creditgate::error::Error>(())
/// ```
pub fn wallet_update(
    fields: &WalletFields,
    current: Option<&CurrentWallet>,
    now: Timestamp,
) -> Result<Vec<Problem>> {
    let mut problems = Problems::default();
    let is_active = current.is_none_or(|current| current.status == Status::Active);
    problems.unless(is_active, "wallet_id", "wallet_is_terminated");
    problems.wallet(fields, "applies_to.fee_types", "invalid_fee_types", now);
    let terms = Terms::of(fields, current);
    problems.rules(fields, &terms, now)?;
    let has_new_limits = fields.least.is_some() || fields.most.is_some();
    if let Some(current) = current.filter(|_| has_new_limits && fields.rules.is_empty())
        && let Some((credits, trigger)) = current.fixed_rule
    {
        let limits = terms.limits_of(trigger);
        let refused = limits_refusal(credits, current.rate, current.currency, limits)?;
        problems.unless(
            !refused,
            "recurring_transaction_rules",
            "invalid_recurring_rule",
        );
    }
    Ok(problems.0)
}

/// What a request for transactions says beyond what [`crate::engine::validation::wallet_transaction`] judges.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TransactionExtras {
    /// 1 to 255 characters.
    pub name: Field<String>,
    /// 1 to 50.
    pub priority: Field<Decimal>,
    /// To buy, with the rate, currency and limits of its wallet, where they are known.
    pub purchase: Option<(Amount, Decimal, Currency, AmountLimits)>,
}

/// R-VAL, R-TOP-1: what is wrong with them; limits in minor units.
///
/// # Errors
/// `decimal_out_of_range`.
///
/// ```
/// use creditgate::currency::Currency;
/// use creditgate::decimal::Decimal;
/// use creditgate::engine::conversion::RequestedCredits;
/// use creditgate::engine::requests::{TransactionExtras, transaction_extras};
/// use creditgate::engine::top_up::AmountLimits;
///
/// let limits = AmountLimits { least: Some(Decimal::from(500)), most: None };
/// let credits = RequestedCredits::parse("4.99")?;
/// let extras = TransactionExtras {
///     name: Some(Some(String::new())),
///     priority: None,
///     purchase: Some((Some(credits), Decimal::ONE, Currency::parse("EUR")?, limits)),
/// };
/// let problems = transaction_extras(&extras)?;
/// let expected = [("name".to_owned(), "invalid_value"), ("paid_credits".to_owned(), "amount_below_minimum")];
/// assert_eq!(problems, expected);
/// # Ok::<(), creditgate::error::Error>(())
/// ```
pub fn transaction_extras(extras: &TransactionExtras) -> Result<Vec<Problem>> {
    let mut problems = Problems::default();
    problems.name("name", &extras.name);
    problems.priority("priority", extras.priority);
    if let Some((Some(credits), rate, currency, limits)) = extras.purchase
        && credits.is_positive()
        && let Some(limits) = in_currency(limits, currency)?
        && let Some(refusal) = refusal(credits, rate, currency, Some(limits))?
    {
        problems.add("paid_credits", refusal.code());
    }
    Ok(problems.0)
}

/// A threshold of an alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AlertThreshold {
    /// `None`: not a decimal.
    pub value: Option<Decimal>,
    /// Whether it repeats by steps beyond the last one-time threshold.
    pub recurring: bool,
}

/// What a request says of a wallet's alert.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlertFields {
    /// What it watches.
    pub alert_type: Option<String>,
    /// Whether it has a code.
    pub names_code: bool,
    /// In any order.
    pub thresholds: Vec<AlertThreshold>,
}

/// What a wallet's alert can watch (section 1.5): cents or credits, settled or ongoing.
pub const ALERT_TYPES: [&str; 4] = [
    "wallet_balance_amount",
    "wallet_credits_balance",
    "wallet_ongoing_balance_amount",
    "wallet_credits_ongoing_balance",
];

/// Thresholds of one alert.
const MOST_THRESHOLDS: usize = 20;

/// Section 1.5: what is wrong with a wallet's alert, where `existing` are the types of those that the wallet has. All
/// codes but `alert_already_exists` are ours.
///
/// ```
/// use creditgate::engine::requests::{AlertFields, alert};
///
/// let fields = AlertFields {
///     alert_type: Some("wallet_balance_amount".to_owned()),
///     names_code: true,
///     thresholds: Vec::new(),
/// };
/// assert_eq!(alert(&fields, &[]), [("thresholds".to_owned(), "value_is_mandatory")]);
/// ```
pub fn alert(fields: &AlertFields, existing: &[String]) -> Vec<Problem> {
    let mut problems = Problems::default();
    let alert_type = fields.alert_type.as_deref();
    problems.unless(
        alert_type.is_some_and(|name| ALERT_TYPES.contains(&name)),
        "alert_type",
        "value_is_invalid",
    );
    problems.unless(
        !existing
            .iter()
            .any(|known| Some(known.as_str()) == alert_type),
        "base",
        "alert_already_exists",
    );
    problems.unless(fields.names_code, "code", "value_is_mandatory");
    let thresholds = &fields.thresholds;
    problems.unless(!thresholds.is_empty(), "thresholds", "value_is_mandatory");
    problems.unless(
        thresholds.len() <= MOST_THRESHOLDS,
        "thresholds",
        "too_many_thresholds",
    );
    for (index, threshold) in thresholds.iter().enumerate() {
        let path = |field: &str| format!("thresholds[{index}].{field}");
        let is_good = threshold
            .value
            .is_some_and(|value| !threshold.recurring || value.is_positive());
        problems.unless(is_good, &path("value"), "value_is_invalid");
        let is_repeated = thresholds
            .iter()
            .take(index)
            .any(|earlier| earlier == threshold || (earlier.recurring && threshold.recurring));
        problems.unless(!is_repeated, &path("value"), "duplicate_threshold_values");
    }
    problems.0
}

/// R-NEW-2: the code of a new wallet: as given, else from its name, else `default`, made unique by the second of its
/// creation where an active wallet of the customer has it already.
///
/// ```
/// use creditgate::engine::requests::code;
/// use creditgate::time::Timestamp;
///
/// assert_eq!(code(None, Some("Prepaid API credits"), &[], Timestamp(0)), "prepaid_api_credits");
/// assert_eq!(code(None, None, &["default".to_owned()], Timestamp(1_500)), "default_1");
/// ```
pub fn code(
    given: Option<&str>,
    name: Option<&str>,
    active_codes: &[String],
    now: Timestamp,
) -> String {
    let is_blank = |text: &&str| !text.trim().is_empty();
    let slug = |name: &str| {
        let words = name.split(|letter: char| !letter.is_alphanumeric());
        let words: Vec<String> = words
            .filter(|word| !word.is_empty())
            .map(str::to_lowercase)
            .collect();
        words.join("_")
    };
    let code = given.filter(is_blank).map_or_else(
        || {
            let slug = name.map(slug).filter(|slug| !slug.is_empty());
            slug.unwrap_or_else(|| "default".to_owned())
        },
        str::to_owned,
    );
    if active_codes.contains(&code) {
        format!("{code}_{}", now.0.div_euclid(1000))
    } else {
        code
    }
}

/// R-NEW-2: the currency of a new wallet, and of its customer afterwards: the wallet's is the given one or the
/// customer's, the customer's stays where there is one. `None` where nobody names a currency.
///
/// ```
/// use creditgate::currency::Currency;
/// use creditgate::engine::requests::currencies;
///
/// let (euro, dollar) = (Currency::parse("EUR")?, Currency::parse("USD")?);
/// assert_eq!(currencies(Some(dollar), Some(euro)), Some((dollar, euro)));
/// assert_eq!(currencies(Some(dollar), None), Some((dollar, dollar)));
/// assert_eq!(currencies(None, None), None);
/// # Ok::<(), creditgate::error::Error>(())
/// ```
pub fn currencies(
    given: Option<Currency>,
    customer: Option<Currency>,
) -> Option<(Currency, Currency)> {
    let wallet = given.or(customer)?;
    Some((wallet, customer.unwrap_or(wallet)))
}

/// What every guide asks of a new wallet's currency, and today's server does not (section 3.11): where the customer
/// has one, the same.
///
/// ```
/// use creditgate::currency::Currency;
/// use creditgate::engine::requests::is_currency_of_customer;
///
/// let (euro, dollar) = (Currency::parse("EUR")?, Currency::parse("USD")?);
/// assert!(is_currency_of_customer(dollar, None));
/// assert!(!is_currency_of_customer(dollar, Some(euro)));
/// # Ok::<(), creditgate::error::Error>(())
/// ```
pub fn is_currency_of_customer(wallet: Currency, customer: Option<Currency>) -> bool {
    customer.is_none_or(|customer| customer == wallet)
}

/// A purchase or a grant under its wallet's limits.
struct Purchase {
    invalid: &'static str,
    rate: Option<Decimal>,
    currency: Option<Currency>,
    limits: Option<AmountLimits>,
}

impl Purchase {
    fn codes(&self, amount: Option<Amount>) -> Result<Vec<&'static str>> {
        let Some(amount) = amount else {
            return Ok(Vec::new());
        };
        let Some(credits) = amount.filter(|credits| is_in_range(*credits)) else {
            return Ok(vec![self.invalid, "invalid_amount"]);
        };
        let (Some(rate), Some(currency)) = (self.rate, self.currency) else {
            return Ok(Vec::new());
        };
        if crate::engine::conversion::lago_rounds_to_zero(credits.floored, rate, currency)? {
            return Ok(vec!["amount_rounds_to_zero"]);
        }
        let limits = self.limits.map(|limits| in_currency(limits, currency));
        let limits = limits.transpose()?.flatten();
        match limits {
            Some(limits) if credits.is_positive() => {
                let refused = refusal(credits, rate, currency, Some(limits))?;
                Ok(refused.map(|refused| refused.code()).into_iter().collect())
            }
            _ => Ok(Vec::new()),
        }
    }
}

/// Limits in minor units as limits in currency units; `None` where there are none.
fn in_currency(limits: AmountLimits, currency: Currency) -> Result<Option<AmountLimits>> {
    let exponent = i32::try_from(currency.lago_exponent()).unwrap_or(0);
    let money = |cents: Option<Decimal>| {
        cents
            .map(|cents| cents.shift(exponent.saturating_neg()))
            .transpose()
    };
    let limits = AmountLimits {
        least: money(limits.least)?,
        most: money(limits.most)?,
    };
    Ok((limits != AmountLimits::default()).then_some(limits))
}

fn limits_refusal(
    credits: Decimal,
    rate: Decimal,
    currency: Currency,
    limits: AmountLimits,
) -> Result<bool> {
    match in_currency(limits, currency)? {
        Some(limits) if credits.is_positive() => {
            let credits = RequestedCredits::from(credits);
            Ok(refusal(credits, rate, currency, Some(limits))?.is_some())
        }
        _ => Ok(false),
    }
}

#[derive(Default)]
struct Problems(Vec<Problem>);

impl Problems {
    fn add(&mut self, path: &str, code: &'static str) {
        self.0.push((path.to_owned(), code));
    }

    fn unless(&mut self, holds: bool, path: &str, code: &'static str) {
        if !holds {
            self.add(path, code);
        }
    }

    /// What creation and update judge alike; they answer bad limitations with different codes (section 1.4).
    fn wallet(
        &mut self,
        fields: &WalletFields,
        limits_path: &str,
        limits_code: &'static str,
        now: Timestamp,
    ) {
        let is_rate = |rate: Amount| rate.is_some_and(|rate| rate.floored.is_positive());
        self.unless(
            fields.rate.is_none_or(is_rate),
            "rate_amount",
            "value_is_invalid",
        );
        self.unless(
            fields.currency != Some(None),
            "currency",
            "value_is_invalid",
        );
        self.priority("priority", fields.priority);
        self.unless(
            is_date(fields.expires_at, now),
            "expiration_at",
            "invalid_date",
        );
        let is_cents = |cents: Option<Decimal>| cents.is_some_and(is_positive_integer);
        let (least, most) = (fields.least, fields.most);
        let is_range = match (least.flatten(), most.flatten()) {
            (Some(least), Some(most)) => most >= least,
            _ => true,
        };
        self.unless(
            least.is_none_or(is_cents),
            "paid_top_up_min_amount_cents",
            "value_is_invalid",
        );
        self.unless(
            most.is_none_or(is_cents) && is_range,
            "paid_top_up_max_amount_cents",
            "value_is_invalid",
        );
        let is_known = |fee_type: &String| FEE_TYPES.contains(&fee_type.as_str());
        let are_known = |list: &Option<Vec<String>>| {
            list.as_ref().is_some_and(|list| list.iter().all(is_known))
        };
        let are_limits =
            fields.fee_types.as_ref().is_none_or(are_known) && fields.metrics != Some(None);
        self.unless(are_limits, limits_path, limits_code);
    }

    fn rules(&mut self, fields: &WalletFields, terms: &Terms, now: Timestamp) -> Result<()> {
        let name = "recurring_transaction_rules";
        self.unless(
            fields.rules.len() <= 1,
            name,
            "invalid_number_of_recurring_rules",
        );
        for (index, rule) in fields.rules.iter().enumerate() {
            let path = |field: &str| format!("{name}[{index}].{field}");
            for field in recurring_rule(&rule.rule) {
                self.add(&path(field), "invalid_recurring_rule");
            }
            self.unless(
                is_date(rule.expires_at, now),
                &path("expiration_at"),
                "invalid_recurring_rule",
            );
            self.metadata(&path("transaction_metadata"), &rule.metadata);
            self.unless(
                !breaks_limits(rule, terms)?,
                &path("paid_credits"),
                "invalid_recurring_rule",
            );
        }
        Ok(())
    }

    fn name(&mut self, path: &str, name: &Field<String>) {
        let code = match name {
            None => return,
            Some(None) => "invalid_value",
            Some(Some(name)) if name.is_empty() => "invalid_value",
            Some(Some(name)) if name.chars().count() > LONGEST_NAME => "too_long",
            Some(Some(_)) => return,
        };
        self.add(path, code);
    }

    fn priority(&mut self, path: &str, priority: Field<Decimal>) {
        let is_good = |priority: Option<Decimal>| priority.is_some_and(is_priority);
        self.unless(priority.is_none_or(is_good), path, "value_is_invalid");
    }

    fn metadata(&mut self, path: &str, pairs: &Metadata) {
        if let Some(code) = metadata(pairs, 0, MOST_PAIRS) {
            self.add(path, code);
        }
    }
}

/// R-EXP-3.
fn is_date(date: Field<Timestamp>, now: Timestamp) -> bool {
    date.is_none_or(|date| date.is_some_and(|date| date > now))
}

fn is_positive_integer(value: Decimal) -> bool {
    let (_, scale) = value.parts();
    scale == 0 && value.is_positive()
}

/// What purchases of a wallet are measured by: as the request says, else as it is.
struct Terms {
    rate: Option<Decimal>,
    currency: Option<Currency>,
    /// Minor units.
    limits: AmountLimits,
}

impl Terms {
    /// The limits that a fixed rule can break: one that acts at a threshold is capped at the most (R-RULE-6).
    fn limits_of(&self, trigger: Trigger) -> AmountLimits {
        AmountLimits {
            most: self.limits.most.filter(|_| trigger == Trigger::Interval),
            ..self.limits
        }
    }

    fn of(fields: &WalletFields, current: Option<&CurrentWallet>) -> Self {
        let rate = fields
            .rate
            .flatten()
            .filter(|rate| rate.floored.is_positive());
        let limits = current.map_or_else(AmountLimits::default, |current| current.limits);
        Self {
            rate: current
                .map(|current| current.rate)
                .or(rate.map(|rate| rate.floored)),
            currency: current
                .map(|current| current.currency)
                .or(fields.currency.flatten()),
            limits: AmountLimits {
                least: fields.least.unwrap_or(limits.least),
                most: fields.most.unwrap_or(limits.most),
            },
        }
    }
}

/// R-THR-6: a fixed rule that its own wallet's limits would refuse adds nothing when it acts, and nobody hears of it.
fn breaks_limits(rule: &RuleFields, terms: &Terms) -> Result<bool> {
    let is_fixed = rule.rule.method == Some(Method::Fixed) && rule.rule.trigger.is_some();
    match (rule.rule.paid.flatten(), terms.rate, terms.currency) {
        (Some(paid), Some(rate), Some(currency)) if is_fixed && !rule.ignores_limits => {
            let trigger = rule.rule.trigger.unwrap_or(Trigger::Interval);
            limits_refusal(paid.floored, rate, currency, terms.limits_of(trigger))
        }
        _ => Ok(false),
    }
}
