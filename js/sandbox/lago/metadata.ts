/**
 * A wallet's metadata: a flat object of texts, apart from the pairs of its transactions (lago 2).
 *
 * @module creditgate/sandbox
 */
import { isRecord } from "../fields.js";
import type { Body } from "./requests.js";
import type { Wallet } from "./state.js";

/** Values as text. Undefined where there is none: the wallet then shows no such key (1.1). */
export function readMetadata(value: unknown): Wallet["metadata"] {
  if (!isRecord(value)) return undefined;
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, entry === null ? "" : String(entry)]));
}

/** What the metadata routes answer; null when there is none. */
export function metadataJson(wallet: Wallet): Body {
  return { metadata: wallet.metadata ?? null };
}

/** POST: these, and no others. */
export function replaceMetadata(wallet: Wallet, value: unknown): void {
  wallet.metadata = readMetadata(value) ?? {};
}

/** PATCH and PUT: these besides the others. */
export function mergeMetadata(wallet: Wallet, value: unknown): void {
  wallet.metadata = { ...wallet.metadata, ...readMetadata(value) };
}

/** One key. A key that is not there changes nothing. */
export function deleteMetadata(wallet: Wallet, key: string): void {
  if (wallet.metadata === undefined) return;
  wallet.metadata = Object.fromEntries(Object.entries(wallet.metadata).filter(([other]) => other !== key));
}
