/** What `<credit-preview>` says, in English. */

import type { DecimalString, SkipReason, WalletVerdict } from "../../types.js";

/**
 * The texts of `<credit-preview>`. Figures come formatted, in the locale and currency.
 *
 * Messages that take something are functions, so that a translation can order and inflect as its language does.
 */
export interface CreditPreviewMessages {
  /** Above everything; it names the element for screen readers. */
  readonly heading: string;
  readonly loading: string;
  /** There is no draft, or one without lines. */
  readonly empty: string;
  /** The wallets could not be loaded. */
  readonly loadFailed: string;
  /** The draft could not be previewed. */
  readonly draftFailed: string;
  readonly retry: string;
  readonly retrying: string;
  /** The figures may be out of date. `since` is their date and time. */
  readonly stale: (since: string) => string;
  /** The same, where it is not known since when. */
  readonly staleUndated: string;
  readonly refresh: string;
  /** Names the list of lines with the wallets that pay them. */
  readonly lines: string;
  /** The wallets that pay a line. */
  readonly payers: (line: string) => string;
  /** So many credits; `value` is the figure not formatted, to choose singular or plural by. */
  readonly creditCount: (count: string, value: DecimalString) => string;
  /** What is to be paid of a line, where that is not its amount less its discount: with its tax. */
  readonly payable: string;
  /** The part of a line that no wallet pays. */
  readonly unpaid: string;
  /** Opens the reasons of the wallets that pay nothing of a line. */
  readonly skipped: (line: string) => string;
  /** Why a wallet pays nothing of a line. */
  readonly skipReasons: Readonly<Record<SkipReason, string>>;
  /** Why a wallet pays nothing at all. */
  readonly verdicts: Readonly<Record<Exclude<WalletVerdict, "eligible">, string>>;
  readonly subtotal: string;
  readonly discount: string;
  readonly tax: string;
  /** The provider's credits pay the lines without their tax. */
  readonly taxNotPaid: string;
  /** The provider's credits pay the lines with their tax. */
  readonly taxPaid: string;
  readonly totalBefore: string;
  readonly credits: string;
  /** What credits take off the tax. */
  readonly taxSaved: string;
  readonly due: string;
  /** Under the amount due: nothing is left to pay. */
  readonly covered: string;
  /** Under the amount due: credits pay a part. */
  readonly insufficient: string;
  /** Under the amount due: no credits apply. */
  readonly noCredits: string;
  /** Under the amount due: the lines cost nothing. */
  readonly free: string;
  readonly wallets: string;
  readonly noWallets: string;
  /** A wallet without a name; they are counted from 1. */
  readonly wallet: (number: number) => string;
  /** What a wallet has once the draft is paid. */
  readonly balanceAfter: (amount: string) => string;
  readonly balanceBefore: (amount: string) => string;
  readonly used: (amount: string) => string;
  /** Balance less usage not yet invoiced, before the draft is paid. */
  readonly ongoingBalance: (amount: string) => string;
  readonly expired: (amount: string) => string;
  /** Opens the wallets that can pay none of the lines. */
  readonly otherWallets: (count: number) => string;
  /** Marks what the provider leaves open. */
  readonly open: string;
  /** What that mark means. */
  readonly openNote: (mark: string) => string;
  /** The provider's own preview shows other figures. */
  readonly shown: (credits: string, due: string) => string;
  readonly estimate: string;
  readonly asOf: (time: string) => string;
}

/** The English texts: what a shop does not replace by `messages`. */
export const ENGLISH: CreditPreviewMessages = {
  heading: "How your credits apply",
  loading: "Loading your credits",
  empty: "There is nothing to pay yet.",
  loadFailed: "Your credits could not be loaded.",
  draftFailed: "How your credits apply to this order cannot be shown.",
  retry: "Try again",
  retrying: "Trying again",
  stale: (since) => `Your balances are from ${since} and may be out of date.`,
  staleUndated: "Your balances may be out of date.",
  refresh: "Refresh",
  lines: "Which credits pay what",
  payers: (line) => `Credits that pay ${line}`,
  creditCount: (count, value) => (value === "1" ? `${count} credit` : `${count} credits`),
  payable: "With tax",
  unpaid: "Not paid with credits",
  skipped: () => "Why other credits are not used",
  skipReasons: {
    out_of_scope: "Cannot be used for this",
    scope_unknown: "What it can be used for is not known",
    empty: "Nothing in it",
    expired: "Its credits have expired",
    exhausted: "Used up by other lines",
    not_needed: "Not needed, nothing is left to pay",
    passed_over: "Not used here under the billing provider’s rules",
  },
  verdicts: {
    currency_mismatch: "In another currency",
    inactive: "Not active",
    postpaid: "Billed later, holds no credits",
    expired: "Its credits have expired",
    out_of_scope: "Cannot be used for anything here",
    scope_unknown: "What it can be used for is not known",
  },
  subtotal: "Subtotal",
  discount: "Discount",
  tax: "Tax",
  taxNotPaid: "Credits do not pay tax",
  taxPaid: "Credits pay tax too",
  totalBefore: "Total before credits",
  credits: "Credits",
  taxSaved: "Tax saved by credits",
  due: "Left to pay",
  covered: "Your credits cover everything",
  insufficient: "Your credits cover part of this",
  noCredits: "None of your credits apply",
  free: "Nothing to pay",
  wallets: "Your credits afterwards",
  noWallets: "You have no credits.",
  wallet: (number) => `Wallet ${number}`,
  balanceAfter: (amount) => `${amount} left`,
  balanceBefore: (amount) => `${amount} before`,
  used: (amount) => `${amount} used`,
  ongoingBalance: (amount) => `Ongoing balance now ${amount}: usage not yet invoiced is taken off`,
  expired: (amount) => `${amount} of it has expired`,
  otherWallets: (count) => (count === 1 ? "1 wallet that cannot pay" : `${count} wallets that cannot pay`),
  open: "may differ",
  openNote: (mark) => `The billing provider leaves open how what is marked “${mark}” comes out.`,
  shown: (credits, due) => `The billing provider’s own preview rounds differently: ${credits} in credits, ${due} left to pay.`,
  estimate: "An estimate: the shop reprices when you confirm.",
  asOf: (time) => `Balances as of ${time}.`,
};
