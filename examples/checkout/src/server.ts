/**
 * A shop whose checkout page shows which credits pay what, while the cart changes, without the billing API's key in
 * the page.
 *
 *   GET /             the checkout page in plain HTML; /react and /vue are the same with React and Vue
 *   GET /?csp=strict  under `script-src 'self'`: the engine runs without WebAssembly
 *   GET /snapshot     the signed-in customer's wallets, redacted, signed for this origin, for ten minutes
 *   POST /orders      prices the cart again, with the shop's own prices, before anything is charged
 *
 * Try it: `npm run demo:checkout` in the repository runs it on the sandbox, with customers. Or by hand, as the other
 * examples: `npx creditgate sandbox` prints addresses and keys, and `npm start` takes them from the environment.
 */
import { generateSnapshotKey, type SnapshotPrivateKey } from "creditgate/server";
import { startShop } from "./shop.ts";

const {
  FLEXPRICE_API_KEY = "", FLEXPRICE_BASE_URL, FLEXPRICE_WEBHOOK_SECRET = "",
  LAGO_API_KEY = "", LAGO_BASE_URL, LAGO_HMAC_KEY = "",
  ORIGIN, PORT = "8787", SNAPSHOT_KEY,
} = process.env;

// Several servers sign with one key, so a real one comes from where its other secrets are.
const key = SNAPSHOT_KEY === undefined ? (await generateSnapshotKey()).privateKey : (JSON.parse(SNAPSHOT_KEY) as SnapshotPrivateKey);

const shop = await startShop({
  flexprice: { apiKey: FLEXPRICE_API_KEY, baseUrl: FLEXPRICE_BASE_URL, webhookSecret: FLEXPRICE_WEBHOOK_SECRET },
  lago: { apiKey: LAGO_API_KEY, baseUrl: LAGO_BASE_URL, webhookSecret: LAGO_HMAC_KEY },
  key,
  port: Number(PORT),
  ...(ORIGIN === undefined ? {} : { origin: ORIGIN }),
});
console.log(`listening on ${shop.url}`);

process.once("SIGINT", () => void shop.close());
process.once("SIGTERM", () => void shop.close());
