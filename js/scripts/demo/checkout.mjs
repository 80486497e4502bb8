/** The checkout example on the sandbox: its customers' wallets, its webhooks, its server. */
import { startSandbox } from "creditgate/sandbox";
import { generateSnapshotKey } from "creditgate/server";
import { startShop } from "../../../examples/checkout/src/shop.ts";

const DAY = 86_400_000;

/** Sets up what examples/checkout/src/customers.ts says of each. */
export function seed(control, now) {
  const flexprice = (customer, wallet) => control.wallets({ provider: "flexprice", customer, currency: "USD", ...wallet });
  const lago = (customer, wallet) => control.wallets({ provider: "lago", customer, currency: "EUR", ...wallet });
  flexprice("alder", { balance: "140" });
  flexprice("brook", { balance: "6.5" });
  flexprice("brook", { balance: "4.25" });
  flexprice("cedar", {
    grants: [
      { credits: "12", expiry_date: now - DAY, created_at: now - 30 * DAY },
      { credits: "9", expiry_date: now + 3 * DAY, created_at: now - 20 * DAY },
    ],
  });
  flexprice("drift", { balance: "20" });
  flexprice("drift", { balance: "75", wallet_status: "frozen" });
  lago("fjord", { balance: "200", name: "Main" });
  lago("grove", { balance: "10", name: "Token gift", code: "gift", priority: 1, applies_to: { billable_metric_codes: ["tokens"] } });
  lago("grove", { balance: "20", name: "Main", code: "main", priority: 10 });
  lago("heron", { balance: "15", name: "Storage", code: "storage", applies_to: { billable_metric_codes: ["storage"] } });
  lago("heron", { balance: "50", name: "Dollars", code: "dollars", currency: "USD" });
}

/**
 * What the provider signs its deliveries with. The endpoint that is answered with it hears of nothing that happens here:
 * the shop's own is registered once the shop listens.
 */
function secretOf(control, provider) {
  const never = { url: "http://127.0.0.1:9/", event_types: ["wallet.terminated"] };
  return control.webhooks({ provider, ...never, ...signature(provider) }).endpoint.secret;
}

const signature = (provider) => (provider === "lago" ? { signature: "hmac" } : {});

/** Starts both. `origin` is where visitors find the shop, where that is not the shop's own address. */
export async function startCheckout({ port = 0, origin, key, customers } = {}) {
  const sandbox = await startSandbox();
  const { control } = sandbox;
  seed(control, Date.now());
  const connection = (provider) => ({ ...sandbox[provider], webhookSecret: secretOf(control, provider) });
  const options = {
    flexprice: connection("flexprice"),
    lago: connection("lago"),
    key: key ?? (await generateSnapshotKey()).privateKey,
    port,
    ...(origin === undefined ? {} : { origin }),
    ...(customers === undefined ? {} : { customers }),
  };
  const shop = await startShop(options).catch(async (error) => {
    await sandbox.close();
    throw error;
  });
  for (const provider of ["flexprice", "lago"]) control.webhooks({ provider, url: `${shop.url}/webhooks/${provider}`, ...signature(provider) });
  return {
    url: shop.url,
    sandbox,
    async close() {
      await shop.close();
      await sandbox.close();
    },
  };
}
