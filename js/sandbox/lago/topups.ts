/**
 * Credits that a request, a rule or a creation asks for: bought ones get an invoice, granted ones come at once
 * (lago 3.7).
 *
 * @module creditgate/sandbox
 */
import { ONE, ZERO } from "../money.js";
import { newFee } from "./invoice-amounts.js";
import { addInvoice } from "./invoices.js";
import { type Movement, move } from "./ledger.js";
import type { Amount } from "./rules.js";
import type { LagoState, Source, Transaction, Wallet } from "./state.js";

/** What becomes one transaction each, where there is any. */
export interface TopUp {
  readonly paid: Amount | undefined;
  readonly granted: Amount | undefined;
  readonly source: Source;
  readonly name: string | null;
  readonly priority?: number | undefined;
  readonly metadata: readonly unknown[];
  readonly purchaseOrderNumber: string | null;
  /** @defaultValue the wallet's */
  readonly invoiceRequiresSuccessfulPayment?: boolean | undefined;
}

/** Paid first, then granted. */
export function topUp(state: LagoState, wallet: Wallet, { paid, granted, ...common }: TopUp, at: number): Transaction[] {
  return [
    ...(paid === undefined ? [] : [purchase(state, wallet, { ...common, kind: "purchased", amount: paid, at })]),
    ...(granted === undefined ? [] : [move(state, wallet, { ...common, kind: "granted", amount: granted, at })]),
  ];
}

/** R-TX-1, R-TX-2: pending, with an untaxed invoice that is final at once unless it waits for its payment. */
function purchase(state: LagoState, wallet: Wallet, movement: Movement): Transaction {
  const waits = movement.invoiceRequiresSuccessfulPayment ?? wallet.invoiceRequiresSuccessfulPayment;
  const cents = movement.amount.amountCents;
  const fee = newFee(
    {
      type: "credit",
      itemCode: wallet.code,
      itemId: wallet.id,
      chargeId: null,
      subscription: undefined,
      units: ONE,
      events: null,
      amountCents: cents,
      preciseCents: { digits: cents, scale: 0 },
      couponsCents: ZERO,
      payInAdvance: false,
      acceptsTargetWallet: false,
      targetWalletCode: null,
    },
    ZERO,
  );
  const status = waits ? "open" : "finalized";
  const invoice = addInvoice(state, wallet.customer, { type: "credit", status, currency: wallet.currency, fees: [fee], at: movement.at });
  return move(state, wallet, { ...movement, invoice });
}
