//! Settled balances (R-BAL).

use serde::{Deserialize, Serialize};

use super::{CreditsIn, cents, currency, money, or_default};
use crate::currency::Currency;
use crate::decimal::Decimal;
use crate::engine::balance::{self, Operation, Settled};
use crate::engine::conversion::WalletCredit;
use crate::error::{Error, Result};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SettledIn {
    #[serde(default, deserialize_with = "or_default")]
    balance_cents: Decimal,
    #[serde(default, deserialize_with = "or_default")]
    credits_balance: Decimal,
    #[serde(default, deserialize_with = "or_default")]
    consumed_credits: Decimal,
    #[serde(default, deserialize_with = "or_default")]
    consumed_amount_cents: Decimal,
    rate_amount: Option<Decimal>,
    currency: Option<String>,
}

impl SettledIn {
    /// The wallet, its rate and its currency.
    fn read(self) -> Result<(Settled, Decimal, Currency)> {
        let currency = currency(self.currency.as_deref())?;
        let wallet = Settled {
            balance: money(self.balance_cents, currency)?,
            credits: self.credits_balance,
            consumed_credits: self.consumed_credits,
            consumed_amount: money(self.consumed_amount_cents, currency)?,
        };
        Ok((wallet, self.rate_amount.unwrap_or(Decimal::ONE), currency))
    }
}

#[derive(Serialize)]
pub(in crate::boundary::verbs) struct SettledAnswer {
    balance_cents: Decimal,
    credits_balance: Decimal,
    consumed_credits: Decimal,
    consumed_amount_cents: Decimal,
}

impl SettledAnswer {
    fn new(wallet: Settled, currency: Currency) -> Result<Self> {
        Ok(Self {
            balance_cents: cents(wallet.balance, currency)?,
            credits_balance: wallet.credits,
            consumed_credits: wallet.consumed_credits,
            consumed_amount_cents: cents(wallet.consumed_amount, currency)?,
        })
    }
}

/// `wallet.mutate`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::boundary::verbs) struct MutateRequest {
    operation: MutationIn,
    wallet: SettledIn,
    transaction: MovedIn,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum MutationIn {
    Decrease,
    Increase,
    IncreaseResetConsumed,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MovedIn {
    amount: Decimal,
    credit_amount: Decimal,
}

pub(in crate::boundary::verbs) fn mutate(request: MutateRequest) -> Result<SettledAnswer> {
    let (wallet, _, currency) = request.wallet.read()?;
    let moved = WalletCredit {
        credits: request.transaction.credit_amount,
        amount: request.transaction.amount,
    };
    let after = match request.operation {
        MutationIn::Decrease => wallet.decreased(moved)?,
        MutationIn::Increase => wallet.increased(moved)?,
        MutationIn::IncreaseResetConsumed => wallet.recredited(moved)?,
    };
    SettledAnswer::new(after, currency)
}

/// `wallet.mutate_sequence`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::boundary::verbs) struct MutateSequenceRequest {
    wallet: SettledIn,
    #[serde(default, deserialize_with = "or_default")]
    operations: Vec<OperationIn>,
}

/// An object of exactly one of these keys.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OperationIn {
    paid_credits: Option<CreditsIn>,
    settle_paid_credits: Option<CreditsIn>,
    granted_credits: Option<CreditsIn>,
    voided_credits: Option<CreditsIn>,
    void_from_cents: Option<Decimal>,
}

impl OperationIn {
    fn read(&self) -> Result<Operation> {
        let read = |credits: &Option<CreditsIn>| {
            let credits = credits.as_ref();
            credits
                .map(|credits| credits.read("operations"))
                .transpose()
        };
        let mut operations = [
            read(&self.paid_credits)?.map(|_| Operation::Purchase),
            read(&self.settle_paid_credits)?.map(Operation::SettledPurchase),
            read(&self.granted_credits)?.map(Operation::Grant),
            read(&self.voided_credits)?.map(Operation::Void),
            self.void_from_cents.map(Operation::Refund),
        ]
        .into_iter()
        .flatten();
        match (operations.next(), operations.next()) {
            (Some(operation), None) => Ok(operation),
            _ => Err(Error::invalid_input(
                "operations",
                "each must be of exactly one key",
            )),
        }
    }
}

pub(in crate::boundary::verbs) fn mutate_sequence(
    request: MutateSequenceRequest,
) -> Result<SettledAnswer> {
    let (wallet, rate, currency) = request.wallet.read()?;
    let operations = request.operations.iter().map(OperationIn::read);
    let operations = operations.collect::<Result<Vec<_>>>()?;
    let after = balance::after(wallet, rate, currency, &operations)?;
    SettledAnswer::new(after, currency)
}
