/**
 * The gate's rules as pure functions of what a provider answered: no client, no cache, no clock.
 *
 * @module creditgate/engine
 */

export type { Coverage, CoverageOptions, CoverageUsage } from "./coverage.js";
export { draftFromFlexprice } from "./draft-from-flexprice.js";
export { draftFromLago } from "./draft-from-lago.js";
export { coverage, previewInvoice } from "./pure.js";
export type {
  DraftCoupon, DraftInvoice, DraftLine, EngineProfile, InvoicePreview, PreviewLine, PreviewWallet, WalletsSnapshot,
} from "../types.js";
