//! How wallets and their transactions come and go. `lifecycle` is one verb for several small questions: the keys
//! that stand together tell which.

use serde::{Deserialize, Serialize};

use super::{
    ById, TransactionStatusIn, cents, currency, instant, money, or_default, present,
    transaction_status, wallet_status,
};
use crate::decimal::Decimal;
use crate::engine::balance::Settled;
use crate::engine::consumption::{TransactionStatus, is_new_wallet_traceable};
use crate::engine::conversion::WalletCredit;
use crate::engine::lifecycle::{self, ActivationInvoice, Recredit};
use crate::error::Result;
use crate::model::scope::Scope;
use crate::model::wallet::{Freshness, Kind, Status, Wallet};

/// `lifecycle`: the first question whose keys these are.
#[derive(Deserialize)]
#[serde(untagged)]
pub(in crate::boundary::verbs) enum LifecycleRequest {
    TerminateExpired(TerminateExpired),
    Terminate(Terminate),
    ApplyExpired(ApplyExpired),
    RecreditOne(RecreditOne),
    VoidInvoice(VoidInvoice),
    VoidTopUp(VoidTopUp),
    SettlePurchase(SettlePurchase),
    CreateWallet(CreateWallet),
    NewWallet(NewWallet),
    FailedActivation(FailedActivation),
    RestoreAfterFailure(RestoreAfterFailure),
    Refund(Refund),
    ApplyAgain(ApplyAgain),
    CreatedTransactions(CreatedTransactions),
}

#[derive(Serialize)]
#[serde(untagged)]
pub(in crate::boundary::verbs) enum LifecycleAnswer {
    TerminateExpired {
        statuses: ById<&'static str>,
    },
    Terminate(Terminated),
    ApplyExpired {
        applied_cents: Decimal,
    },
    RecreditOne(RecreditedOne),
    VoidInvoice {
        credits_balance: Decimal,
        transactions: u8,
    },
    SettlePurchase {
        balance_cents: Option<Decimal>,
        status: &'static str,
    },
    CreateWallet {
        initial_top_up_scheduled: bool,
    },
    NewWallet {
        new_wallet_traceable: bool,
    },
    FailedActivation {
        wallet_balance_after_invoice: Decimal,
        wallet_balance_after_failure: Decimal,
    },
    RestoreAfterFailure {
        restored: bool,
        balance_cents: Decimal,
    },
    Refund {
        refundable_from_wallet_cents: Decimal,
    },
    ApplyAgain {
        error: Option<ErrorOut>,
    },
    CreatedTransactions {
        wallet_transactions: u8,
    },
}

/// An HTTP error, or a service's failure, which has no status.
#[derive(Serialize)]
pub(in crate::boundary::verbs) struct ErrorOut {
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    code: &'static str,
}

pub(in crate::boundary::verbs) fn lifecycle(request: LifecycleRequest) -> Result<LifecycleAnswer> {
    match request {
        LifecycleRequest::TerminateExpired(request) => request.answer(),
        LifecycleRequest::Terminate(request) => Ok(request.answer()),
        LifecycleRequest::ApplyExpired(request) => Ok(request.answer()),
        LifecycleRequest::RecreditOne(request) => request.answer(),
        LifecycleRequest::VoidInvoice(request) => request.answer(),
        LifecycleRequest::VoidTopUp(request) => Ok(request.answer()),
        LifecycleRequest::SettlePurchase(request) => request.answer(),
        LifecycleRequest::CreateWallet(request) => Ok(request.answer()),
        LifecycleRequest::NewWallet(request) => Ok(request.answer()),
        LifecycleRequest::FailedActivation(request) => request.answer(),
        LifecycleRequest::RestoreAfterFailure(request) => Ok(request.answer()),
        LifecycleRequest::Refund(request) => Ok(request.answer()),
        LifecycleRequest::ApplyAgain(request) => Ok(request.answer()),
        LifecycleRequest::CreatedTransactions(request) => Ok(request.answer()),
    }
}

fn name(status: Status) -> &'static str {
    match status {
        Status::Active => "active",
        Status::Inactive => "terminated",
    }
}

/// R-EXP-1: the hourly job.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::boundary::verbs) struct TerminateExpired {
    now: String,
    #[serde(rename = "job")]
    _job: JobIn,
    wallets: Vec<ExpiringWalletIn>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum JobIn {
    TerminateWallets,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ExpiringWalletIn {
    id: String,
    status: Option<String>,
    expiration_at: Option<String>,
}

impl TerminateExpired {
    fn answer(self) -> Result<LifecycleAnswer> {
        let now = instant(&self.now, "now")?;
        let mut statuses = Vec::with_capacity(self.wallets.len());
        for wallet in self.wallets {
            let expiration = wallet.expiration_at.as_deref();
            let expires_at = expiration
                .map(|at| instant(at, "wallets.expiration_at"))
                .transpose()?;
            let status = wallet_status(wallet.status.as_deref());
            let after = if lifecycle::job_terminates(status, expires_at, now) {
                Status::Inactive
            } else {
                status
            };
            statuses.push((wallet.id, name(after)));
        }
        Ok(LifecycleAnswer::TerminateExpired {
            statuses: ById(statuses),
        })
    }
}

/// R-EXP-2: a termination by hand. Repeated, it changes nothing.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::boundary::verbs) struct Terminate {
    wallet: TerminatedWalletIn,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TerminatedWalletIn {
    status: Option<String>,
    balance_cents: Option<Decimal>,
    #[serde(default, deserialize_with = "or_default")]
    recurring_rules: u64,
    terminated_at: Option<String>,
}

#[derive(Serialize)]
pub(in crate::boundary::verbs) struct Terminated {
    status: &'static str,
    active_rules: u64,
    terminated_rules: u64,
    voided_transactions_created: u64,
    balance_cents: Option<Decimal>,
    terminated_at: Option<String>,
    webhook: Option<&'static str>,
}

impl Terminate {
    fn answer(self) -> LifecycleAnswer {
        let wallet = self.wallet;
        let was_active = wallet_status(wallet.status.as_deref()) == Status::Active;
        LifecycleAnswer::Terminate(Terminated {
            status: name(Status::Inactive),
            active_rules: 0,
            terminated_rules: wallet.recurring_rules,
            voided_transactions_created: 0,
            balance_cents: wallet.balance_cents,
            terminated_at: wallet.terminated_at,
            webhook: was_active.then_some("wallet.terminated"),
        })
    }
}

/// R-EXP-3: an invoice after a wallet's expiry, before the job.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::boundary::verbs) struct ApplyExpired {
    #[serde(rename = "now")]
    _now: Option<String>,
    wallet: ExpiredWalletIn,
    invoice_total_cents: Decimal,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ExpiredWalletIn {
    status: Option<String>,
    #[serde(rename = "expiration_at")]
    _expiration_at: Option<String>,
    balance_cents: Decimal,
}

impl ApplyExpired {
    fn answer(self) -> LifecycleAnswer {
        let status = wallet_status(self.wallet.status.as_deref());
        let (balance, total) = (self.wallet.balance_cents, self.invoice_total_cents);
        LifecycleAnswer::ApplyExpired {
            applied_cents: lifecycle::applied(status, balance, total),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RecreditedWalletIn {
    status: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    credits_balance: Decimal,
    #[serde(default, deserialize_with = "or_default")]
    consumed_credits: Decimal,
    rate_amount: Option<Decimal>,
}

impl RecreditedWalletIn {
    fn settled(&self) -> Settled {
        Settled {
            credits: self.credits_balance,
            consumed_credits: self.consumed_credits,
            ..Settled::default()
        }
    }

    fn recredit(&self, credits: Decimal) -> Result<Recredit> {
        lifecycle::recredit(
            wallet_status(self.status.as_deref()),
            self.settled(),
            self.rate_amount.unwrap_or(Decimal::ONE),
            currency(None)?,
            credits,
        )
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TransactionIn {
    credit_amount: Decimal,
}

/// R-VOIDINV-1: one outbound transaction.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::boundary::verbs) struct RecreditOne {
    wallet: RecreditedWalletIn,
    outbound: TransactionIn,
}

#[derive(Serialize)]
pub(in crate::boundary::verbs) struct RecreditedOne {
    credits_balance: Decimal,
    consumed_credits: Decimal,
    new_transaction: Option<NewTransaction>,
    error: Option<ErrorOut>,
}

#[derive(Serialize)]
struct NewTransaction {
    #[serde(rename = "type")]
    direction: &'static str,
    transaction_status: &'static str,
    status: &'static str,
}

impl RecreditOne {
    fn answer(self) -> Result<LifecycleAnswer> {
        let recredited = self.wallet.recredit(self.outbound.credit_amount)?;
        let after = match recredited {
            Recredit::Done(after) => after,
            Recredit::Refused | Recredit::Nothing => self.wallet.settled(),
        };
        Ok(LifecycleAnswer::RecreditOne(RecreditedOne {
            credits_balance: after.credits,
            consumed_credits: after.consumed_credits,
            new_transaction: matches!(recredited, Recredit::Done(_)).then_some(NewTransaction {
                direction: "inbound",
                transaction_status: "granted",
                status: "settled",
            }),
            error: matches!(recredited, Recredit::Refused).then_some(ErrorOut {
                status: Some(405),
                code: "wallet_not_active",
            }),
        }))
    }
}

/// R-VOIDINV-1: the invoice that a transaction paid; a refusal is passed over.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::boundary::verbs) struct VoidInvoice {
    wallet: RecreditedWalletIn,
    invoice_outbound: TransactionIn,
}

impl VoidInvoice {
    fn answer(self) -> Result<LifecycleAnswer> {
        let recredited = self.wallet.recredit(self.invoice_outbound.credit_amount)?;
        let (credits_balance, transactions) = match recredited {
            Recredit::Done(after) => (after.credits, 2),
            Recredit::Refused | Recredit::Nothing => (self.wallet.credits_balance, 1),
        };
        Ok(LifecycleAnswer::VoidInvoice {
            credits_balance,
            transactions,
        })
    }
}

/// R-VOIDINV-1: the invoice of a top-up; the credits stay.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::boundary::verbs) struct VoidTopUp {
    #[serde(rename = "invoice_type")]
    _invoice_type: CreditInvoiceIn,
    wallet: RecreditedWalletIn,
    #[serde(rename = "invoice_inbound")]
    _invoice_inbound: TransactionIn,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum CreditInvoiceIn {
    Credit,
}

impl VoidTopUp {
    fn answer(self) -> LifecycleAnswer {
        LifecycleAnswer::VoidInvoice {
            credits_balance: self.wallet.credits_balance,
            transactions: 1,
        }
    }
}

/// R-TX-3, R-TX-4: the invoice of a purchase was paid, or was not.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::boundary::verbs) struct SettlePurchase {
    wallet: Option<BalanceIn>,
    transaction: PurchaseIn,
    credit_invoice_payment_status: PaymentStatusIn,
    settled_by_credit_note: Option<bool>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BalanceIn {
    balance_cents: Decimal,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PurchaseIn {
    status: Option<TransactionStatusIn>,
    #[serde(default, deserialize_with = "or_default")]
    amount: Decimal,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum PaymentStatusIn {
    Succeeded,
    Failed,
}

impl SettlePurchase {
    fn answer(self) -> Result<LifecycleAnswer> {
        let (status, enters) = lifecycle::after_payment(
            transaction_status(self.transaction.status),
            matches!(
                self.credit_invoice_payment_status,
                PaymentStatusIn::Succeeded
            ),
            self.settled_by_credit_note.unwrap_or_default(),
        );
        let currency = currency(None)?;
        let bought = WalletCredit {
            credits: Decimal::ZERO,
            amount: self.transaction.amount,
        };
        let after = |wallet: BalanceIn| -> Result<Decimal> {
            let before = Settled {
                balance: money(wallet.balance_cents, currency)?,
                ..Settled::default()
            };
            let after = if enters {
                before.increased(bought)?
            } else {
                before
            };
            cents(after.balance, currency)
        };
        Ok(LifecycleAnswer::SettlePurchase {
            balance_cents: self.wallet.map(after).transpose()?,
            status: match status {
                TransactionStatus::Pending => "pending",
                TransactionStatus::Settled => "settled",
                TransactionStatus::Failed => "failed",
            },
        })
    }
}

/// R-NEW-3: a new wallet's first top-up.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::boundary::verbs) struct CreateWallet {
    create_wallet: CreateWalletIn,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CreateWalletIn {
    #[serde(default, deserialize_with = "or_default")]
    paid_credits: Decimal,
    #[serde(default, deserialize_with = "or_default")]
    granted_credits: Decimal,
}

impl CreateWallet {
    fn answer(self) -> LifecycleAnswer {
        let CreateWalletIn {
            paid_credits,
            granted_credits,
        } = self.create_wallet;
        LifecycleAnswer::CreateWallet {
            initial_top_up_scheduled: lifecycle::has_initial_top_up(paid_credits, granted_credits),
        }
    }
}

/// R-CONS-5: whether a new wallet is traceable.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::boundary::verbs) struct NewWallet {
    existing_wallets: Vec<ExistingWalletIn>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ExistingWalletIn {
    status: Option<String>,
    traceable: Option<bool>,
}

impl NewWallet {
    fn answer(self) -> LifecycleAnswer {
        let existing: Vec<(Status, bool)> = self
            .existing_wallets
            .iter()
            .map(|wallet| {
                let status = wallet_status(wallet.status.as_deref());
                (status, wallet.traceable.unwrap_or_default())
            })
            .collect();
        LifecycleAnswer::NewWallet {
            new_wallet_traceable: is_new_wallet_traceable(&existing),
        }
    }
}

/// The one outcome that these questions are about.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum FailedIn {
    Failed,
}

/// R-VOIDINV-2: a subscription's first invoice took from the wallet, and was not paid.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::boundary::verbs) struct FailedActivation {
    plan_amount_cents: Decimal,
    #[serde(default, deserialize_with = "or_default")]
    coupon_cents: Decimal,
    #[serde(default, deserialize_with = "or_default")]
    credit_note_cents: Decimal,
    wallet_balance_cents: Decimal,
    #[serde(default, deserialize_with = "or_default")]
    tax_rate: Decimal,
    #[serde(rename = "activation_payment_status")]
    _activation_payment_status: FailedIn,
}

impl FailedActivation {
    fn answer(self) -> Result<LifecycleAnswer> {
        let currency = currency(None)?;
        let wallet = Wallet {
            id: String::new(),
            name: None,
            code: None,
            currency,
            status: Status::Active,
            kind: Kind::Prepaid,
            priority: super::PRIORITY,
            created_order: 0,
            rate: Decimal::ONE,
            balance: money(self.wallet_balance_cents, currency)?,
            ongoing_balance: None,
            freshness: Freshness::Undated,
            expires_at: None,
            scope: Scope::unrestricted(),
            threshold_rule: false,
            grants: None,
        };
        let invoice = ActivationInvoice {
            plan: money(self.plan_amount_cents, currency)?,
            coupon: money(self.coupon_cents, currency)?,
            credit_note: money(self.credit_note_cents, currency)?,
            tax_rate: self.tax_rate,
        };
        let (after_invoice, after_failure) = lifecycle::failed_activation(&wallet, &invoice)?;
        Ok(LifecycleAnswer::FailedActivation {
            wallet_balance_after_invoice: cents(after_invoice, currency)?,
            wallet_balance_after_failure: cents(after_failure, currency)?,
        })
    }
}

/// R-VOIDINV-2: whether such a wallet gets its amounts back at all. How much that was is not told here.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::boundary::verbs) struct RestoreAfterFailure {
    wallet: RestoredWalletIn,
    #[serde(rename = "activation_payment_status")]
    _activation_payment_status: FailedIn,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RestoredWalletIn {
    status: Option<String>,
    balance_cents: Decimal,
}

impl RestoreAfterFailure {
    fn answer(self) -> LifecycleAnswer {
        LifecycleAnswer::RestoreAfterFailure {
            restored: wallet_status(self.wallet.status.as_deref()) == Status::Active,
            balance_cents: self.wallet.balance_cents,
        }
    }
}

/// R-CN-1: what a credit note on a top-up may refund.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::boundary::verbs) struct Refund {
    wallet: RefundedWalletIn,
    #[serde(default, deserialize_with = "present")]
    inbound_remaining_cents: Option<Option<Decimal>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RefundedWalletIn {
    status: Option<String>,
    balance_cents: Decimal,
    traceable: Option<bool>,
}

impl Refund {
    fn answer(self) -> LifecycleAnswer {
        LifecycleAnswer::Refund {
            refundable_from_wallet_cents: lifecycle::refundable(
                wallet_status(self.wallet.status.as_deref()),
                self.wallet.balance_cents,
                self.wallet.traceable.unwrap_or_default(),
                self.inbound_remaining_cents.flatten(),
            ),
        }
    }
}

/// R-APP-13: credits are applied to an invoice once.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::boundary::verbs) struct ApplyAgain {
    invoice_has_transaction_for_an_applicable_wallet: bool,
}

impl ApplyAgain {
    fn answer(self) -> LifecycleAnswer {
        let again = self.invoice_has_transaction_for_an_applicable_wallet;
        LifecycleAnswer::ApplyAgain {
            error: again.then_some(ErrorOut {
                status: None,
                code: "already_applied",
            }),
        }
    }
}

/// R-APP-1: which invoices take credits.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::boundary::verbs) struct CreatedTransactions {
    invoice_type: String,
    #[serde(default, deserialize_with = "or_default")]
    wallet_balance_cents: Decimal,
}

impl CreatedTransactions {
    fn answer(self) -> LifecycleAnswer {
        let pays =
            lifecycle::takes_credits(&self.invoice_type) && self.wallet_balance_cents.is_positive();
        LifecycleAnswer::CreatedTransactions {
            wallet_transactions: u8::from(pays),
        }
    }
}
