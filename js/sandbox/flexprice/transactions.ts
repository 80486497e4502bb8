/**
 * Lists of transactions: filters, order and real pages (flexprice 2).
 *
 * @module creditgate/sandbox
 */
import { compare } from "../money.js";
import { type Body, decimalOf, refused, textOf, timeOf, wholeOf } from "./body.js";
import { FlexpriceError } from "./errors.js";
import { customerJson, transactionJson, USER, walletJson } from "./serialize.js";
import type { Transaction } from "./state.js";

const MAX_PAGE = 1000;

/** One page. `pagination.offset` is the next one, not the one asked for. */
export function transactionPage(all: readonly Transaction[], query: Body): Record<string, unknown> {
  const { limit, offset } = pageOf(query);
  const matching = inOrder(all.filter(filterOf(query)), query);
  const expand = expansions(query);
  return {
    items: matching.slice(offset, offset + limit).map((transaction) => ({ ...transactionJson(transaction), ...expanded(transaction, expand) })),
    pagination: { total: matching.length, limit, offset: offset + limit },
  };
}

/** `limit` and `offset` of a list with real pages. */
export function pageOf(query: Body): { readonly limit: number; readonly offset: number } {
  const limit = wholeOf(query, "limit", 1, MAX_PAGE) ?? 50;
  return { limit, offset: wholeOf(query, "offset", 0) ?? 0 };
}

export function expansions(query: Body): readonly string[] {
  return (textOf(query, "expand") ?? "").split(",");
}

/** A query string as a search body: what is a number there is one here. */
export function bodyOfQuery(query: Readonly<Record<string, string>>): Body {
  const whole = (key: string) => (query[key] === undefined ? {} : { [key]: /^\d{1,9}$/.test(query[key]) ? Number(query[key]) : query[key] });
  return { ...query, ...whole("limit"), ...whole("offset"), ...whole("priority") };
}

function filterOf(query: Body): (transaction: Transaction) => boolean {
  for (const key of ["filters", "sort"]) {
    if (Array.isArray(query[key])) throw new FlexpriceError("not_implemented", `The sandbox does not do ${key}`);
  }
  if ((textOf(query, "reference_type") === undefined) !== (textOf(query, "reference_id") === undefined)) {
    throw refused("reference_type and reference_id go together");
  }
  const moreThan = decimalOf(query, "credits_available_gt");
  const priority = wholeOf(query, "priority", 0);
  const expiry = within(query, "expiry_date_after", "expiry_date_before");
  const created = within(query, "start_time", "end_time");
  const asked = (key: string, value: string): boolean => (textOf(query, key) ?? value) === value;
  return (transaction) =>
    asked("id", transaction.wallet.id) &&
    asked("type", transaction.type) &&
    asked("transaction_status", transaction.status) &&
    asked("transaction_reason", transaction.reason) &&
    asked("reference_type", transaction.reference.type) &&
    asked("reference_id", transaction.reference.id) &&
    asked("created_by", USER.id) &&
    (moreThan === undefined || compare(transaction.creditsAvailable, moreThan) > 0) &&
    (priority === undefined || transaction.priority === priority) &&
    expiry(transaction.expiresAt) &&
    created(transaction.createdAt);
}

/** Both ends included. A row without the time passes only where no end is given. */
function within(query: Body, after: string, before: string): (at: number | undefined) => boolean {
  const from = timeOf(query, after);
  const to = timeOf(query, before);
  return (at) => (from === undefined && to === undefined) || (at !== undefined && at >= (from ?? at) && at <= (to ?? at));
}

/** Newest first, or by `sort` and `order`. Rows of one time keep the order in which they were made. */
function inOrder(rows: readonly Transaction[], query: Body): Transaction[] {
  const by = textOf(query, "sort") ?? "created_at";
  if (by !== "created_at" && by !== "updated_at") throw new FlexpriceError("not_implemented", `The sandbox does not sort by ${by}`);
  const timeBy = (row: Transaction): number => (by === "created_at" ? row.createdAt : row.updatedAt);
  const ascending = [...rows].sort((a, b) => timeBy(a) - timeBy(b));
  return textOf(query, "order") === "asc" ? ascending : ascending.reverse();
}

function expanded({ wallet }: Transaction, expand: readonly string[]): Record<string, unknown> {
  return {
    ...(expand.includes("customer") ? { customer: customerJson(wallet.customer) } : {}),
    ...(expand.includes("created_by_user") ? { created_by_user: USER } : {}),
    ...(expand.includes("wallet") ? { wallet: walletJson(wallet) } : {}),
  };
}
