/**
 * The gate's rules as pure functions of what a provider answered: no client, no cache, no clock.
 *
 * @module creditgate/engine
 */

export { type Coverage, coverage, type CoverageOptions, type CoverageUsage } from "./coverage.js";
export { draftFromFlexprice } from "./draft-from-flexprice.js";
export { draftFromLago } from "./draft-from-lago.js";
export { previewInvoice } from "./preview.js";
export type {
  DraftCoupon, DraftInvoice, DraftLine, EngineProfile, InvoicePreview, PreviewLine, PreviewWallet, WalletsSnapshot,
} from "../types.js";
