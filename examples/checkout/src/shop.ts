/**
 * The shop's server: pages, the signed snapshot that they preview from, top-ups and orders. It prices every order
 * itself: what a page says that it showed decides nothing.
 */
import { createServer } from "node:http";
import { getRequestListener } from "@hono/node-server";
import { isCreditGateError } from "creditgate";
import { previewEndpoint, type SnapshotPrivateKey } from "creditgate/server";
import { type Context, Hono } from "hono";
import { getCookie, setCookie } from "hono/cookie";
import { csrf } from "hono/csrf";
import { parse } from "hono/utils/cookie";
import { type Billing, type Connection, flexpriceBilling, lagoBilling } from "./billing.ts";
import { bundle } from "./bundle.ts";
import { draftOf, type ProviderName, readCart } from "./catalogue.ts";
import { type Customer, CUSTOMERS } from "./customers.ts";
import { documentOf, PAGES } from "./document.ts";
import { contentSecurityPolicy } from "./policy.ts";

export interface ShopOptions {
  readonly flexprice: Connection;
  readonly lago: Connection;
  /** Signs snapshots (`generateSnapshotKey`). */
  readonly key: SnapshotPrivateKey;
  /** @defaultValue `0`: any free port */
  readonly port?: number;
  /** Where the pages' visitors find them, where a proxy stands in front. @defaultValue this server */
  readonly origin?: string;
  /** @defaultValue {@link CUSTOMERS} */
  readonly customers?: readonly Customer[];
}

export interface Shop {
  readonly url: string;
  close(): Promise<void>;
}

const SESSION = "session";
/** What the button adds. */
const TOP_UP = "25";

/** Starts the shop on 127.0.0.1; resolves when it listens. */
export async function startShop(options: ShopOptions): Promise<Shop> {
  const assets = await bundle();
  const server = createServer();
  const port = await new Promise<number>((listening, failed) => {
    server.once("error", failed);
    server.listen(options.port ?? 0, "127.0.0.1", () => listening((server.address() as { port: number }).port));
  });
  const url = `http://127.0.0.1:${port}`;
  const billing = { flexprice: flexpriceBilling(options.flexprice), lago: lagoBilling(options.lago) };
  const app = shopApp({ customers: CUSTOMERS, ...options, origin: options.origin ?? url, billing });
  app.get("/assets/:name", (c) => {
    const asset = assets.get(c.req.param("name"));
    return asset === undefined ? c.notFound() : c.body(asset.body, 200, { "content-type": asset.type });
  });
  server.on("request", getRequestListener(app.fetch));
  return {
    url,
    async close() {
      const closed = new Promise((done) => server.close(done));
      server.closeAllConnections();
      await closed;
      await Promise.all(Object.values(billing).map(({ gate }) => gate.close()));
    },
  };
}

interface Setting {
  readonly billing: Readonly<Record<ProviderName, Billing>>;
  readonly customers: readonly Customer[];
  readonly key: SnapshotPrivateKey;
  readonly origin: string;
}

function shopApp({ billing, customers, key, origin }: Setting): Hono {
  const app = new Hono();
  const { d: _, ...publicKey } = key;

  /** Who has signed in, by the session's cookie. A real shop keeps its sessions as it always has. */
  const sessions = new Map<string, Customer>();
  const customerOf = (session: string | undefined) => sessions.get(session ?? "");
  const customerIn = (c: Context) => customerOf(getCookie(c, SESSION));
  const signIn = (c: Context, customer: Customer) => {
    sessions.delete(getCookie(c, SESSION) ?? "");
    const session = crypto.randomUUID();
    sessions.set(session, customer);
    setCookie(c, SESSION, session, { httpOnly: true, sameSite: "Strict", secure: origin.startsWith("https:"), path: "/" });
  };

  // A webhook has no cookie and is signed.
  app.post("/webhooks/flexprice", (c) => billing.flexprice.gate.handleWebhook(c.req.raw));
  app.post("/webhooks/lago", (c) => billing.lago.gate.handleWebhook(c.req.raw));

  app.use(csrf({ origin }));
  app.use(async (c, next) => {
    await next();
    c.header("content-security-policy", contentSecurityPolicy(isWasmAllowed(c)));
    c.header("referrer-policy", "no-referrer");
    c.header("x-content-type-options", "nosniff");
  });

  for (const page of PAGES) {
    app.get(page === "shop" ? "/" : `/${page}`, (c) => {
      const known = customerIn(c);
      const customer = known ?? (customers[0] as Customer);
      if (known === undefined) signIn(c, customer);
      c.header("cache-control", "no-store");
      return c.html(documentOf({ page, customer, publicKey, customers, wasm: isWasmAllowed(c), rtl: c.req.query("dir") === "rtl" }));
    });
  }

  app.post("/session", async (c) => {
    const form = await c.req.formData();
    const customer = customers.find(({ id }) => id === form.get("customer"));
    if (customer === undefined) return c.text("Nobody of that name shops here.\n", 400);
    signIn(c, customer);
    const wanted = form.get("return");
    return c.redirect(typeof wanted === "string" && /^\/(?![/\\])/.test(wanted) ? wanted : "/", 303);
  });

  const snapshotOf = (provider: ProviderName) =>
    previewEndpoint({
      gate: billing[provider].gate,
      authenticate: (request) => customerOf(parse(request.headers.get("cookie") ?? "")[SESSION])?.id,
      key,
      origins: [origin],
    });
  const snapshots = { flexprice: snapshotOf("flexprice"), lago: snapshotOf("lago") };
  // As the page asked for it: what stands in front of this server may have changed its address.
  app.get("/snapshot", (c) => snapshots[customerIn(c)?.provider ?? "flexprice"](new Request(origin + c.req.path, c.req.raw)));

  app.post("/top-up", async (c) => {
    const customer = customerIn(c);
    if (customer === undefined) return c.json({ code: "signed_out" }, 401);
    const isDone = await billing[customer.provider].topUp(customer.id, TOP_UP);
    return isDone ? c.json({ credits: TOP_UP }) : c.json({ code: "no_wallet" }, 409);
  });

  app.post("/orders", async (c) => {
    const customer = customerIn(c);
    if (customer === undefined) return c.json({ code: "signed_out" }, 401);
    const { cart, shown } = (await c.req.json()) as { cart?: unknown; shown?: { credits?: unknown; total?: unknown } };
    const { provider, id } = customer;
    const { credits, total } = await billing[provider].gate.preview(id, draftOf(readCart(cart), provider));
    // Somebody else of the same customer may have spent, or topped up: nobody pays what they have not seen.
    if (shown?.credits !== credits || shown.total !== total) return c.json({ code: "amount_changed", credits, total }, 409);
    return c.json({ order: crypto.randomUUID().slice(0, 8), credits, total });
  });

  app.onError((error, c) => {
    if (isCreditGateError(error)) return c.json({ code: error.code }, 503);
    throw error;
  });
  return app;
}

/** Which of the two policies a page asks for, to try both. */
function isWasmAllowed(c: Context): boolean {
  return c.req.query("csp") !== "strict";
}
