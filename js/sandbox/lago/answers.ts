/**
 * What Lago's routes have in common: reading a request, finding what it names, pages of answers (lago 2).
 *
 * @module creditgate/sandbox
 */
import type { Context } from "hono";
import { isRecord } from "../fields.js";
import { jsonBody, wholeQuery } from "../http.js";
import { badRequest, notFound, unprocessable } from "./errors.js";
import type { Body } from "./requests.js";
import type { Customer, LagoState, Wallet } from "./state.js";

const PER_PAGE = 100;

/** The object under the body's root key. */
export async function bodyOf(c: Context, root: string): Promise<Body> {
  const value = (await rootsOf(c))[root];
  if (!isRecord(value)) throw badRequest(root);
  return value;
}

/** The body itself, empty where it is no object. */
export async function rootsOf(c: Context): Promise<Body> {
  const body = await jsonBody(c);
  return isRecord(body) ? body : {};
}

export function mandatory(body: Body, key: string): string {
  const value = body[key];
  if (typeof value !== "string" || value === "") throw unprocessable({ [key]: ["value_is_mandatory"] });
  return value;
}

export function walletById(c: Context, state: LagoState): Wallet {
  const wallet = state.wallets.get(c.req.param("id") ?? "");
  if (wallet === undefined) throw notFound("wallet");
  return wallet;
}

export function customerOf(c: Context, state: LagoState): Customer {
  const customer = state.customers.get(c.req.param("externalId") ?? "");
  if (customer === undefined) throw notFound("customer");
  return customer;
}

/** Codes are freed by termination: the first wallet that had the code is answered, be it a terminated one (2). */
export function walletByCode(c: Context, state: LagoState): Wallet {
  const wallet = customerOf(c, state).wallets.find(({ code }) => code === c.req.param("code"));
  if (wallet === undefined) throw notFound("wallet");
  return wallet;
}

/** A query that is one of `known`; others are ignored, not rejected (2). */
export function knownQuery<const T extends string>(c: Context, key: string, known: readonly T[]): T | undefined {
  const value = c.req.query(key);
  return known.find((each) => each === value);
}

export interface Page<T> {
  readonly page: readonly T[];
  readonly meta: Readonly<Record<string, number | null>>;
}

/** One page and its meta. Where there is nothing at all, the current page is 0. */
export function pageOf<T>(c: Context, items: readonly T[]): Page<T> {
  const page = Math.max(1, wholeQuery(c, "page", 1) ?? 1);
  const perPage = Math.max(1, wholeQuery(c, "per_page", PER_PAGE) ?? PER_PAGE);
  const pages = Math.ceil(items.length / perPage);
  return {
    page: items.slice((page - 1) * perPage, page * perPage),
    meta: {
      current_page: items.length === 0 ? 0 : page,
      next_page: page < pages ? page + 1 : null,
      prev_page: page > 1 && page <= pages ? page - 1 : null,
      total_pages: pages,
      total_count: items.length,
    },
  };
}

/** created_at descending, then id ascending (2). */
export function newestFirst(a: Wallet, b: Wallet): number {
  return b.createdAt - a.createdAt || (a.id < b.id ? -1 : 1);
}
