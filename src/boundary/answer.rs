//! Answers, written once for every target: decimals as text, absent as null.

use super::target::Target;
#[cfg(all(target_arch = "wasm32", feature = "gate"))]
use crate::model::decision::Note;
use crate::model::decision::{Decision, Explanation, WalletExplanation};
use crate::model::preview::{Preview, PreviewLine, PreviewWallet, Share, Shown, Skip};
#[cfg(all(target_arch = "wasm32", feature = "gate"))]
use crate::model::wallet::Freshness;

/// `EngineDecision` of `js/engine/types.ts`.
pub fn decision<T: Target>(decision: &Decision) -> T {
    T::object()
        .with("outcome", T::literal(decision.outcome.as_str()))
        .with("reason", T::literal(decision.reason.as_str()))
        .with("required", T::or_null(decision.required.map(T::decimal)))
        .with("available", T::or_null(decision.available.map(T::decimal)))
        .with("shortfall", T::or_null(decision.shortfall.map(T::decimal)))
        .with("precision", T::literal(decision.precision.as_str()))
        .with(
            "nextChangeAt",
            T::or_null(decision.next_change_at.map(T::time)),
        )
}

/// `EngineExplanation` of `js/engine/types.ts`.
pub fn explanation<T: Target>(explanation: &Explanation) -> T {
    T::object()
        .with("wallets", T::list(explanation.wallets.iter().map(judged)))
        .with("overlay", T::decimal(explanation.overlay))
        .with("pendingUsage", T::decimal(explanation.pending_usage))
        .with("precision", T::literal(explanation.precision.as_str()))
}

fn judged<T: Target>(wallet: &WalletExplanation) -> T {
    let told = T::object()
        .with("id", T::text(&wallet.id))
        .with("verdict", T::literal(wallet.verdict.as_str()))
        .with("balance", T::decimal(wallet.balance))
        .with("available", T::decimal(wallet.available));
    match wallet.expires_at {
        Some(at) => told.with("expiresAt", T::time(at)),
        None => told,
    }
}

/// `EngineSummary` of `js/engine/types.ts`.
#[cfg(all(target_arch = "wasm32", feature = "gate"))]
pub fn summary<T: Target>(freshness: Freshness, wallets: usize, notes: &[Note]) -> T {
    let notes = notes.iter().map(|note| T::literal(note.as_str()));
    T::object()
        .with("freshness", T::literal(freshness.as_str()))
        .with(
            "walletCount",
            T::integer(i64::try_from(wallets).unwrap_or(i64::MAX)),
        )
        .with("notes", T::list(notes))
}

/// `EnginePreview` of `js/engine/types.ts`.
pub fn preview<T: Target>(preview: &Preview) -> T {
    let open = preview.undefined_by_provider.iter();
    T::object()
        .with("lines", T::list(preview.lines.iter().map(line)))
        .with("wallets", T::list(preview.wallets.iter().map(wallet)))
        .with("subtotal", T::decimal(preview.subtotal))
        .with("discount", T::decimal(preview.discount))
        .with("tax", T::decimal(preview.tax))
        .with("totalBefore", T::decimal(preview.total_before))
        .with("credits", T::decimal(preview.credits))
        .with("total", T::decimal(preview.total))
        .with("shown", T::or_null(preview.shown.as_ref().map(shown)))
        .with(
            "undefinedByProvider",
            T::list(open.map(|part| T::literal(part))),
        )
}

fn shown<T: Target>(shown: &Shown) -> T {
    T::object()
        .with("credits", T::decimal(shown.credits))
        .with("total", T::decimal(shown.total))
}

fn line<T: Target>(line: &PreviewLine) -> T {
    T::object()
        .with("id", T::text(&line.id))
        .with("amount", T::decimal(line.amount))
        .with("discount", T::decimal(line.discount))
        .with("payable", T::decimal(line.payable))
        .with("credits", T::list(line.credits.iter().map(share)))
        .with("skipped", T::list(line.skipped.iter().map(skip)))
}

fn share<T: Target>(share: &Share) -> T {
    T::object()
        .with("wallet", T::text(&share.wallet))
        .with("amount", T::decimal(share.amount))
        .with("credits", T::or_null(share.credits.map(T::decimal)))
}

fn skip<T: Target>(skip: &Skip) -> T {
    T::object()
        .with("wallet", T::text(&skip.wallet))
        .with("reason", T::literal(skip.reason.as_str()))
}

fn wallet<T: Target>(wallet: &PreviewWallet) -> T {
    let ongoing = wallet.ongoing_balance.map(T::decimal);
    T::object()
        .with("id", T::text(&wallet.id))
        .with("name", T::or_null(wallet.name.as_deref().map(T::text)))
        .with("verdict", T::literal(wallet.verdict.as_str()))
        .with("used", T::decimal(wallet.used))
        .with(
            "creditsUsed",
            T::or_null(wallet.credits_used.map(T::decimal)),
        )
        .with("balance", T::decimal(wallet.balance))
        .with("balanceAfter", T::decimal(wallet.balance_after))
        .with("ongoingBalance", T::or_null(ongoing))
        .with("expired", T::decimal(wallet.expired))
}
