/** Whether a page is seen, by its document. */

import type { Visibility } from "../watch/cadence.js";
import type { CheckoutDocument } from "./types.js";

export function visibilityOf(document: CheckoutDocument): Visibility {
  return {
    isHidden: () => document.visibilityState === "hidden",
    onChange(listener) {
      document.addEventListener("visibilitychange", listener);
      return () => document.removeEventListener("visibilitychange", listener);
    },
  };
}
