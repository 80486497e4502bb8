import { smoke } from "../smoke.mjs";

export const dynamic = "force-dynamic";

/** A server component: the report is in the page. */
export default async function Page() {
  return <pre id="report">{JSON.stringify(await smoke({ rules: () => import("creditgate/rules") }))}</pre>;
}
