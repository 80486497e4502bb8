import { smoke } from "../../smoke.mjs";

export const dynamic = "force-dynamic";

export async function GET() {
  return Response.json(await smoke({ rules: () => import("creditgate/rules") }));
}
