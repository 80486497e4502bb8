"use client";

import { useEffect } from "react";
import { smoke } from "../../smoke.mjs";

/** A client component: rendered on the server too, where it must load. */
export default function Page() {
  useEffect(() => {
    globalThis.smoke = smoke({ rules: () => import("creditgate/rules") });
  }, []);
  return <p>{typeof smoke}</p>;
}
