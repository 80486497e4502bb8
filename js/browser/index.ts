/**
 * The checkout page: which credits pay what, computed in the page. Importing it does nothing, on a server too.
 *
 * @module creditgate/browser
 */

export { CheckoutPreview } from "./checkout.js";
export {
  type CheckoutDraft, type CheckoutLine, type CreditPreviewElement, type CreditPreviewEventMap, type CreditPreviewMessages,
  type CreditPreviewProperties, defineCreditPreview, type PreviewCheckout, type ServerPreview,
} from "./element/index.js";
export { flexpricePortal, type FlexpricePortalOptions, type PortalSession } from "./flexprice-portal.js";
export { signedSnapshots, type SignedSnapshotsOptions } from "./signed-snapshots.js";
export type { SnapshotPublicKey } from "../signed/index.js";
export type { CheckoutDocument, CheckoutEngine, CheckoutOptions, CheckoutState, PageSnapshot, PageSnapshotInfo, SnapshotSource } from "./types.js";
