/**
 * What the routes have in common: reading a request, finding what it names, answering balances.
 *
 * @module creditgate/sandbox
 */
import type { Context } from "hono";
import { isRecord } from "../fields.js";
import { type Env, jsonBody } from "../http.js";
import type { World } from "../world.js";
import { readBalance } from "./balance.js";
import type { Body } from "./body.js";
import { FlexpriceError } from "./errors.js";
import { creditsBreakdown } from "./rules.js";
import { balanceJson } from "./serialize.js";
import type { FlexpriceState, Wallet } from "./state.js";
import { expansions } from "./transactions.js";

export async function bodyOf(c: Context): Promise<Body> {
  const body = await jsonBody(c);
  if (!isRecord(body)) throw new FlexpriceError("validation_error", "Invalid request format");
  return body;
}

export function walletById(c: Context, state: FlexpriceState): Wallet {
  const id = c.req.param("id") ?? "";
  const wallet = state.wallets.get(id);
  if (wallet === undefined) throw new FlexpriceError("not_found", "Wallet not found", { wallet_id: id });
  return wallet;
}

/** WalletBalanceResponse, computed or from the cache. */
export function balanceAnswer(c: Context<Env>, world: World, wallet: Wallet, fromCache = false, maxLive?: number): Record<string, unknown> {
  const figures = readBalance(world.flexprice, wallet, { now: world.catchUp(), fromCache, maxLive, stale: c.get("effect").stale === true });
  return withBreakdown(c.req.query(), wallet, balanceJson(wallet, figures));
}

/** The breakdown comes only when it is asked for (rule 46). */
export function withBreakdown(query: Body, wallet: Wallet, json: Record<string, unknown>): Record<string, unknown> {
  const breakdown = expansions(query).includes("credits_available_breakdown") ? creditsBreakdown(wallet) : undefined;
  return breakdown === undefined ? json : { ...json, credits_available_breakdown: breakdown };
}

/** `x-max-live` in milliseconds. */
export function maxLive(c: Context): number | undefined {
  const header = c.req.header("x-max-live");
  return header !== undefined && /^\d{1,9}$/.test(header) ? Number(header) * 1000 : undefined;
}
