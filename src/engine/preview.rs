//! How a customer's credits would pay a draft invoice, by the rules of its profile (R-APP, R-PREV, R-22,
//! flexprice 26 to 37).

use crate::currency::Currency;
use crate::decimal::{Decimal, Rounding};
use crate::engine::application::{self, Fee, Invoice};
use crate::engine::application_2022;
use crate::engine::conversion::{FLEXPRICE_PLACES, LAGO_PLACES};
use crate::engine::invoice::{Line, apply_credits, discounts, taxes, total};
use crate::engine::precision::round_to_currency;
use crate::engine::ties::Ties;
use crate::error::{Error, Result};
use crate::model::decision::Verdict;
use crate::model::invoice::{Coupon, Draft, Tax};
use crate::model::preview::{Preview, PreviewLine, PreviewWallet, Share, Shown, Skip, SkipReason};
use crate::model::snapshot::Snapshot;
use crate::model::wallet::{Kind, Status, Wallet};
use crate::profile::{Applies, Profile};
use crate::sort::sorted;
use crate::time::Timestamp;

/// Decimal places of a line's share of a coupon where the provider does not round it (R-APP-3).
const SHARE_PLACES: u32 = 10;

/// Credits pay no other price type (flexprice 27).
const USAGE: &str = "USAGE";

/// Previews a draft. Lago's wallets pay whether they have expired or not, as long as they are active (R-EXP-3);
/// Flexprice's no more than their usable credits, where these are known (flexprice 31).
///
/// # Errors
/// `decimal_out_of_range`; `invalid_input` for a tax of 2022 that is no rate.
///
/// ```
/// use creditgate::currency::Currency;
/// use creditgate::decimal::Decimal;
/// use creditgate::engine::preview::preview;
/// use creditgate::model::fee_key::FeeKey;
/// use creditgate::model::invoice::{Draft, Line, Tax};
/// use creditgate::model::snapshot::Snapshot;
/// use creditgate::profile;
/// use creditgate::time::Timestamp;
///
/// let line = Line {
///     id: "tokens".to_owned(),
///     key: FeeKey::new("USAGE"),
///     amount: Decimal::from(100),
///     discount: Decimal::from(10),
///     tax: Tax::default(),
///     credit_notes: Decimal::ZERO,
/// };
/// let draft = Draft {
///     currency: Currency::parse("USD")?,
///     lines: vec![line],
///     coupons: Vec::new(),
///     tax_rates: vec![Decimal::from(20)],
///     tax: None,
///     total: None,
/// };
/// let nobody = Snapshot { profile: profile::FLEXPRICE, wallets: Vec::new() };
/// let preview = preview(&nobody, &draft, Timestamp(0))?;
/// assert_eq!((preview.tax, preview.total), (Decimal::from(18), Decimal::from(108)));
/// # Ok::<(), creditgate::error::Error>(())
/// ```
pub fn preview(snapshot: &Snapshot, draft: &Draft, now: Timestamp) -> Result<Preview> {
    let mut forward = paid(snapshot, draft, now, Ties::Forward)?;
    let backward = paid(snapshot, draft, now, Ties::Backward)?;
    forward.undefined_by_provider = differences(&forward, &backward);
    if is_order_of_lines_decisive(snapshot, draft, &forward) {
        forward.undefined_by_provider = vec!["lines", "wallets", "totals"];
    }
    Ok(forward)
}

/// flexprice 29, 30: a usage line with a fraction of a minor unit can empty the wallets for those after it, and which
/// come after it is open.
fn is_order_of_lines_decisive(snapshot: &Snapshot, draft: &Draft, preview: &Preview) -> bool {
    let is_fraction = |line: &PreviewLine| {
        let net = line.amount.try_sub(line.discount).unwrap_or_default();
        net != round_to_currency(net, draft.currency)
    };
    snapshot.profile.applies() == Applies::UsageOnly
        && preview.credits.is_positive()
        && preview.lines.len() > 1
        && preview
            .lines
            .iter()
            .zip(&draft.lines)
            .any(|(line, given)| given.key.fee_type == USAGE && is_fraction(line))
}

/// Which parts differ with the order of equals.
fn differences(forward: &Preview, backward: &Preview) -> Vec<&'static str> {
    let figures = |preview: &Preview| {
        let Preview {
            tax,
            credits,
            total,
            shown,
            ..
        } = preview;
        (*tax, *credits, *total, *shown)
    };
    [
        ("lines", forward.lines != backward.lines),
        ("wallets", used(forward) != used(backward)),
        ("totals", figures(forward) != figures(backward)),
    ]
    .into_iter()
    .filter_map(|(part, differs)| differs.then_some(part))
    .collect()
}

/// What each wallet pays, by name.
fn used(preview: &Preview) -> Vec<(&str, Decimal)> {
    let wallets = preview.wallets.iter();
    let used: Vec<_> = wallets
        .map(|wallet| (wallet.id.as_str(), wallet.used))
        .collect();
    sorted(&used, Ord::cmp)
}

/// A draw: the places of line and wallet, and how much.
type Draw = (usize, usize, Decimal);

/// What a profile makes of a draft.
struct Paid {
    /// By line.
    discounts: Vec<Decimal>,
    /// By line, the most that credits could pay of it.
    payable: Vec<Decimal>,
    discount: Decimal,
    tax: Decimal,
    total_before: Decimal,
    /// By wallet, as it leaves it.
    used: Vec<Decimal>,
    draws: Vec<Draw>,
    total: Decimal,
    shown: Option<Shown>,
}

fn paid(snapshot: &Snapshot, draft: &Draft, now: Timestamp, ties: Ties) -> Result<Preview> {
    let wallets = &snapshot.wallets;
    let mut usable = Vec::with_capacity(wallets.len());
    for wallet in wallets {
        usable.push(match snapshot.profile.applies() {
            // Today's Lago spends what has expired (R-EXP-3).
            Applies::AfterTax => wallet.balance,
            Applies::BeforeTax | Applies::UsageOnly => snapshot.profile.usable(wallet, now)?.amount,
        });
    }
    let paid = match snapshot.profile.applies() {
        Applies::AfterTax => after_tax(wallets, draft, ties)?,
        Applies::BeforeTax => before_tax(wallets, &usable, draft)?,
        Applies::UsageOnly => usage_only(snapshot, &usable, draft, ties)?,
    };
    let mut lines = Vec::with_capacity(draft.lines.len());
    let figures = paid.discounts.iter().zip(&paid.payable);
    for (place, (line, (discount, payable))) in draft.lines.iter().zip(figures).enumerate() {
        lines.push(PreviewLine {
            id: line.id.clone(),
            amount: line.amount,
            discount: *discount,
            payable: *payable,
            credits: shares(snapshot, &paid.draws, place),
            skipped: skips(snapshot, draft, &usable, &paid, (place, *payable))?,
        });
    }
    Ok(Preview {
        lines,
        wallets: seen(snapshot, draft, &usable, &paid.used)?,
        subtotal: Decimal::sum(draft.lines.iter().map(|line| line.amount))?,
        discount: paid.discount,
        tax: paid.tax,
        total_before: paid.total_before,
        credits: Decimal::sum(paid.used.iter().copied())?,
        total: paid.total,
        shown: paid.shown,
        undefined_by_provider: Vec::new(),
    })
}

fn shares(snapshot: &Snapshot, draws: &[Draw], place: usize) -> Vec<Share> {
    let of_line = draws.iter().filter(|(line, _, _)| *line == place);
    of_line
        .filter_map(|(_, wallet, amount)| {
            snapshot.wallets.get(*wallet).map(|wallet| Share {
                wallet: wallet.id.clone(),
                amount: *amount,
                credits: in_credits(snapshot.profile, wallet, *amount),
            })
        })
        .collect()
}

/// Money as a wallet's credits (R-CONV-5, flexprice 1). A figure to look at: none where it does not exist or fit.
fn in_credits(profile: Profile, wallet: &Wallet, amount: Decimal) -> Option<Decimal> {
    let places = if profile.is_lago() {
        LAGO_PLACES
    } else {
        FLEXPRICE_PLACES
    };
    let credits = amount.try_div(wallet.rate, places, Rounding::HalfAwayFromZero);
    credits.ok()
}

/// Which of the wallets that may pay some line pay nothing of this one.
fn skips(
    snapshot: &Snapshot,
    draft: &Draft,
    usable: &[Decimal],
    paid: &Paid,
    (place, payable): (usize, Decimal),
) -> Result<Vec<Skip>> {
    let line = draft.lines.get(place).ok_or_else(Error::engine_fault)?;
    let of_line = || paid.draws.iter().filter(|(of, _, _)| *of == place);
    let taken = Decimal::sum(of_line().map(|(_, _, amount)| *amount))?;
    let minor_unit = Decimal::ONE.shift(minor_exponent(snapshot.profile, draft.currency))?;
    // Less than a minor unit that rounding has left is nothing to pay.
    let is_paid =
        payable.try_sub(taken)? < minor_unit && (taken.is_positive() || payable.is_zero());
    let mut skips = Vec::new();
    let wallets = snapshot.wallets.iter().zip(usable).zip(&paid.used);
    for (at, ((wallet, usable), used)) in wallets.enumerate() {
        let pays = of_line().any(|(_, wallet, _)| *wallet == at);
        if pays || verdict(snapshot, wallet, draft) != Verdict::Eligible {
            continue;
        }
        let reason = match snapshot.profile.admits(wallet, &line.key) {
            Some(false) => SkipReason::OutOfScope,
            None => SkipReason::ScopeUnknown,
            Some(true) if !wallet.balance.is_positive() => SkipReason::Empty,
            Some(true) if !usable.is_positive() => SkipReason::Expired,
            Some(true) if is_paid => SkipReason::NotNeeded,
            Some(true) if used.is_positive() && usable.try_sub(*used)? < minor_unit => {
                SkipReason::Exhausted
            }
            Some(true) => SkipReason::PassedOver,
        };
        skips.push(Skip {
            wallet: wallet.id.clone(),
            reason,
        });
    }
    Ok(skips)
}

/// The power of ten of a minor unit.
fn minor_exponent(profile: Profile, currency: Currency) -> i32 {
    i32::try_from(profile.exponent(currency)).map_or(0, i32::saturating_neg)
}

/// The wallets, those that may pay first, in paying order.
fn seen(
    snapshot: &Snapshot,
    draft: &Draft,
    usable: &[Decimal],
    used: &[Decimal],
) -> Result<Vec<PreviewWallet>> {
    let wallets = snapshot.wallets.iter().zip(usable).zip(used);
    let wallets: Vec<_> = wallets
        .map(|((wallet, usable), used)| (verdict(snapshot, wallet, draft), wallet, usable, used))
        .collect();
    let order = sorted(&wallets, |(a_verdict, a, ..), (b_verdict, b, ..)| {
        let is_skipped = |verdict: &Verdict| *verdict != Verdict::Eligible;
        is_skipped(a_verdict)
            .cmp(&is_skipped(b_verdict))
            .then_with(|| snapshot.profile.order(a, b))
    });
    let mut seen = Vec::with_capacity(order.len());
    for (verdict, wallet, usable, used) in order {
        seen.push(PreviewWallet {
            id: wallet.id.clone(),
            name: wallet.name.clone(),
            verdict,
            used: *used,
            credits_used: in_credits(snapshot.profile, wallet, *used),
            balance: wallet.balance,
            balance_after: wallet.balance.try_sub(*used)?,
            ongoing_balance: wallet.ongoing_balance,
            expired: wallet.balance.try_sub(*usable)?,
        });
    }
    Ok(seen)
}

fn verdict(snapshot: &Snapshot, wallet: &Wallet, draft: &Draft) -> Verdict {
    let admits = |line: &crate::model::invoice::Line| snapshot.profile.admits(wallet, &line.key);
    let mut admitted = draft.lines.iter().map(admits);
    if wallet.currency != draft.currency {
        Verdict::CurrencyMismatch
    } else if wallet.status != Status::Active {
        Verdict::Inactive
    } else if wallet.kind == Kind::Postpaid {
        Verdict::Postpaid
    } else if admitted.clone().any(|admitted| admitted == Some(true)) {
        Verdict::Eligible
    } else if admitted.any(|admitted| admitted.is_none()) {
        Verdict::ScopeUnknown
    } else {
        Verdict::OutOfScope
    }
}

/// R-APP-3 to R-APP-12, R-PREV-2. An invoice without anything to pay takes no credits (R-PREV-1).
fn after_tax(wallets: &[Wallet], draft: &Draft, ties: Ties) -> Result<Paid> {
    let places = draft.currency.lago_exponent();
    let discounts = spread(draft, SHARE_PLACES)?;
    let mut fees = Vec::with_capacity(draft.lines.len());
    for (line, discount) in draft.lines.iter().zip(&discounts) {
        let net = line.amount.try_sub(*discount)?;
        fees.push(Fee {
            key: line.key.clone(),
            amount: line.amount,
            coupons: *discount,
            taxes: match line.tax {
                Tax::Rate(percent) => net.try_mul(percent)?.shift(-2)?,
                Tax::Amount(taxes) => taxes,
            },
            credit_notes: line.credit_notes,
        });
    }
    let tax = Decimal::sum(fees.iter().map(|fee| fee.taxes))?;
    let tax = tax.round(places, Rounding::HalfAwayFromZero);
    let sum = |of: fn(&Fee) -> Decimal| Decimal::sum(fees.iter().map(of));
    let discount = sum(|fee| fee.coupons)?;
    let total_before = match draft.total {
        Some(total) => total,
        None => sum(|fee| fee.amount)?
            .try_sub(discount)?
            .try_add(tax)?
            .try_sub(sum(|fee| fee.credit_notes)?)?
            .round(places, Rounding::HalfAwayFromZero)
            .or_zero(),
    };
    let invoice = Invoice {
        currency: draft.currency,
        total: total_before,
        fees,
    };
    let applied = application::apply(wallets, &invoice, ties)?;
    let mut used = vec![Decimal::ZERO; wallets.len()];
    let mut draws = Vec::new();
    let payable = rooms(&invoice)?;
    let mut rooms = payable.clone();
    for payment in &applied.payments {
        if let Some(used) = used.get_mut(payment.wallet) {
            *used = payment.rounded;
        }
        for (key, amount) in &payment.draws {
            let lines = invoice.fees.iter().enumerate();
            let lines: Vec<usize> = lines
                .filter_map(|(place, fee)| (fee.key == *key).then_some(place))
                .collect();
            fill(&lines, &mut rooms, payment.wallet, *amount, &mut draws)?;
        }
    }
    let shown = applied.preview(&invoice)?;
    let shown = Shown {
        credits: shown.prepaid,
        total: shown.total_after,
    };
    let own = Shown {
        credits: applied.prepaid,
        total: applied.total_after.or_zero(),
    };
    Ok(Paid {
        discounts,
        payable,
        discount,
        tax,
        total_before,
        used,
        draws,
        // R-APP-10: two wallets that each round up can exceed the total by a minor unit.
        total: applied.total_after.or_zero(),
        shown: (shown != own).then_some(shown),
    })
}

/// R-APP-5: what may be paid of each line.
fn rooms(invoice: &Invoice) -> Result<Vec<Decimal>> {
    let room = |fee: &Fee| {
        let net = fee.amount.try_sub(fee.coupons)?;
        let cap = net.try_add(fee.taxes)?.try_sub(fee.credit_notes)?;
        Ok(if net.is_zero() {
            Decimal::ZERO
        } else {
            cap.or_zero()
        })
    };
    invoice.fees.iter().map(room).collect()
}

/// What a wallet pays of a fee key, on its lines one after the other: the provider does not say which (R-APP-4). What
/// rounding has added (R-APP-7) goes to the last.
fn fill(
    lines: &[usize],
    rooms: &mut [Decimal],
    wallet: usize,
    amount: Decimal,
    draws: &mut Vec<Draw>,
) -> Result<()> {
    let mut left = amount;
    for (index, line) in lines.iter().enumerate() {
        let Some(room) = rooms.get_mut(*line) else {
            continue;
        };
        let is_last = index.saturating_add(1) == lines.len();
        let share = if is_last { left } else { left.min(*room) };
        if share.is_positive() {
            *room = room.try_sub(share)?.or_zero();
            left = left.try_sub(share)?;
            draws.push((*line, wallet, share));
        }
    }
    Ok(())
}

/// R-APP-3: each line's own discount and its share of the coupons on the whole, to so many decimal places, in
/// proportion to what is left of it; the last lines take what remains.
fn spread(draft: &Draft, share_places: u32) -> Result<Vec<Decimal>> {
    let mut discounts: Vec<Decimal> = draft.lines.iter().map(|line| line.discount).collect();
    for coupon in &draft.coupons {
        let mut nets = Vec::with_capacity(discounts.len());
        for (line, discount) in draft.lines.iter().zip(&discounts) {
            nets.push(line.amount.try_sub(*discount)?.or_zero());
        }
        let sum = Decimal::sum(nets.iter().copied())?;
        if !sum.is_positive() {
            continue;
        }
        let places = draft.currency.lago_exponent();
        let off = match coupon {
            Coupon::Percentage(percent) => {
                let hundred = Decimal::from(100);
                sum.mul_div(*percent, hundred, places, Rounding::HalfAwayFromZero)?
            }
            Coupon::Fixed(amount) => *amount,
        };
        let mut left = off.min(sum).or_zero();
        let whole = left;
        let mut rooms = nets.clone();
        for ((discount, net), room) in discounts.iter_mut().zip(&nets).zip(&mut rooms) {
            let share = whole.mul_div(*net, sum, share_places, Rounding::TowardZero)?;
            left = left.try_sub(share)?;
            *room = room.try_sub(share)?;
            *discount = discount.try_add(share)?;
        }
        // What rounding has left goes to the last lines that have room for it.
        for (discount, room) in discounts.iter_mut().zip(&rooms).rev() {
            let share = left.min(*room);
            left = left.try_sub(share)?;
            *discount = discount.try_add(share)?;
        }
    }
    Ok(discounts)
}

/// R-22-4 to R-22-6: the one wallet pays the subtotal, before tax.
fn before_tax(wallets: &[Wallet], usable: &[Decimal], draft: &Draft) -> Result<Paid> {
    let discounts = spread(draft, draft.currency.lago_exponent())?;
    let pays = |(_, (wallet, usable)): &(usize, (&Wallet, &Decimal))| {
        wallet.status == Status::Active && wallet.currency == draft.currency && usable.is_positive()
    };
    let found = wallets.iter().zip(usable).enumerate().find(pays);
    let (payer, money) = (
        found.map(|(place, _)| place),
        found.map(|(_, (_, usable))| *usable),
    );
    let mut fees = Vec::with_capacity(draft.lines.len());
    for (line, discount) in draft.lines.iter().zip(&discounts) {
        fees.push(application_2022::Fee {
            fee_type: line.key.fee_type.clone(),
            amount: cents(line.amount, draft.currency)?,
            coupon: cents(*discount, draft.currency)?,
            tax_rate: match line.tax {
                Tax::Rate(percent) => percent,
                Tax::Amount(_) => {
                    return Err(Error::invalid_input(
                        "lines.tax",
                        "must be a rate: credits change it",
                    ));
                }
            },
        });
    }
    let units = |cents: Decimal| {
        let exponent = i32::try_from(draft.currency.lago_exponent()).unwrap_or(0);
        cents.shift(exponent.saturating_neg())
    };
    let without = application_2022::apply(Decimal::ZERO, &fees)?;
    let available = cents(money.unwrap_or_default(), draft.currency)?;
    let applied = application_2022::apply(available, &fees)?;
    let mut used = vec![Decimal::ZERO; wallets.len()];
    let mut draws = Vec::new();
    if let Some(payer) = payer {
        if let Some(used) = used.get_mut(payer) {
            *used = units(applied.prepaid)?;
        }
        for (line, share) in applied.shares.iter().enumerate() {
            if share.is_positive() {
                draws.push((line, payer, units(*share)?));
            }
        }
    }
    Ok(Paid {
        discount: Decimal::sum(discounts.iter().copied())?,
        payable: nets(draft, &discounts)?,
        discounts,
        tax: units(applied.taxes)?,
        total_before: units(without.total)?,
        used,
        draws,
        total: units(applied.total)?,
        shown: None,
    })
}

/// Each line less its discount.
fn nets(draft: &Draft, discounts: &[Decimal]) -> Result<Vec<Decimal>> {
    let lines = draft.lines.iter().zip(discounts);
    lines
        .map(|(line, discount)| Ok(line.amount.try_sub(*discount)?.or_zero()))
        .collect()
}

fn cents(money: Decimal, currency: Currency) -> Result<Decimal> {
    money.shift(i32::try_from(currency.lago_exponent()).unwrap_or(0))
}

/// flexprice 26 to 37. The order of the lines is open (flexprice 30).
fn usage_only(snapshot: &Snapshot, usable: &[Decimal], draft: &Draft, ties: Ties) -> Result<Paid> {
    let currency = draft.currency;
    let amounts: Vec<Decimal> = draft.lines.iter().map(|line| line.amount).collect();
    let own = draft.lines.iter().map(|line| line.discount);
    let own = own
        .enumerate()
        .map(|(place, discount)| (place, Coupon::Fixed(discount)));
    let by_coupons = discounts(&amounts, &own.collect::<Vec<_>>(), &draft.coupons, currency)?;
    let lines = draft.lines.iter().zip(&by_coupons.by_line);
    let mut lines: Vec<(usize, Line)> = lines
        .map(|(line, discount)| Line {
            amount: line.amount,
            is_usage: line.key.fee_type == USAGE,
            discount: *discount,
        })
        .enumerate()
        .collect();
    ties.arrange(&mut lines);
    let payers = payers(snapshot, usable, currency, ties);
    let balances: Vec<Decimal> = payers.iter().map(|(_, balance)| *balance).collect();
    let in_order: Vec<Line> = lines.iter().map(|(_, line)| *line).collect();
    let applied = apply_credits(&in_order, &balances, currency)?;
    let mut used = vec![Decimal::ZERO; snapshot.wallets.len()];
    for ((place, _), debit) in payers.iter().zip(&applied.debits) {
        if let Some(used) = used.get_mut(*place) {
            *used = *debit;
        }
    }
    let draw = |(line, wallet, amount): &Draw| {
        let (line, _) = lines.get(*line)?;
        let (wallet, _) = payers.get(*wallet)?;
        Some((*line, *wallet, *amount))
    };
    let subtotal = Decimal::sum(amounts)?;
    let taxable = subtotal.try_sub(by_coupons.total)?.or_zero();
    let tax = match draft.tax {
        Some(tax) => tax,
        None => Decimal::sum(taxes(taxable, &draft.tax_rates, currency)?)?,
    };
    let credits = Decimal::sum(applied.lines.iter().copied())?;
    let total_before = match draft.total {
        Some(total) => total,
        None => total(subtotal, Decimal::ZERO, by_coupons.total, tax)?,
    };
    Ok(Paid {
        discount: by_coupons.total,
        tax,
        total_before,
        used,
        draws: applied.draws.iter().filter_map(draw).collect(),
        total: total_before.try_sub(credits)?.or_zero(),
        shown: None,
        payable: nets(draft, &by_coupons.by_line)?,
        discounts: by_coupons.by_line,
    })
}

/// flexprice 26: places and usable money of the wallets that pay, the largest balance first, whatever of it can be used
/// (flexprice 31); equal ones by name.
fn payers(
    snapshot: &Snapshot,
    usable: &[Decimal],
    currency: Currency,
    ties: Ties,
) -> Vec<(usize, Decimal)> {
    let pays = |wallet: &Wallet| {
        wallet.status == Status::Active
            && wallet.kind == Kind::Prepaid
            && wallet.currency == currency
    };
    let payers: Vec<(usize, Decimal)> = snapshot
        .wallets
        .iter()
        .zip(usable)
        .enumerate()
        .filter(|(_, (wallet, usable))| pays(wallet) && usable.is_positive())
        .map(|(place, (_, usable))| (place, *usable))
        .collect();
    let key = |place: &usize| {
        let wallet = snapshot.wallets.get(*place);
        wallet.map_or((Decimal::ZERO, ""), |wallet| {
            (wallet.balance, wallet.id.as_str())
        })
    };
    sorted(&payers, |(a, _), (b, _)| {
        let ((a, a_id), (b, b_id)) = (key(a), key(b));
        b.cmp(&a).then_with(|| ties.order(a_id.cmp(b_id)))
    })
}
