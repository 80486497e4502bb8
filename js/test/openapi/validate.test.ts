/** What `validated` lets pass, and that it names the place of what it does not. */
import { describe, expect, test } from "vitest";
import { validated, type Validated } from "./validate.js";

const BASE = "http://127.0.0.1:1/lago/api/v1";
const EMPTY = { wallets: [], meta: { current_page: 0, next_page: null, prev_page: null, total_pages: 0, total_count: 0 } };
const NO_KEY = { status: 400, error: "BadRequest: param is missing or the value is empty or invalid: wallet" };

/** Lago's API as a server that answers this. */
function lago(status: number, body: unknown, options: Partial<Validated> = {}) {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const answering = async () => new Response(text, { status, headers: { "content-type": "application/json" } });
  const fetch = validated(answering, { provider: "lago", baseUrl: BASE, ...options });
  return {
    get: (path: string) => fetch(BASE + path),
    post: (path: string, sent: unknown) => fetch(BASE + path, { method: "POST", body: JSON.stringify(sent) }),
    elsewhere: () => fetch("http://127.0.0.1:1/control/requests"),
  };
}

describe("requests", () => {
  test("that conform pass, and can be read on", async () => {
    const answer = await lago(200, EMPTY).get("/wallets?external_customer_id=acme&page=2&billing_entity_codes[]=a&billing_entity_codes[]=b");
    expect(await answer.json()).toEqual(EMPTY);
  });

  test.each([
    ["/wallets?page=first", /query page at \/value must be integer/],
    ["/wallets?customer=acme", /the query customer is not described/],
    ["/wallets/w/wallet_transactions?metadata[a]=b&status=odd", /query status at \/value must be equal to one of the allowed values/],
    ["/customers/acme/current_usage", /query external_subscription_id is missing/],
    ["/wallet", /GET \/wallet is not described/],
  ])("%s does not pass", async (path, message) => {
    await expect(lago(200, EMPTY).get(path)).rejects.toThrow(message);
  });

  test("with a body that does not conform do not pass, unless they were refused", async () => {
    const wrong = { wallet: { rate_amount: 1 } };
    await expect(lago(400, NO_KEY).post("/wallets", wrong)).rejects.toThrow(/the body at \/wallet\/rate_amount must be string/);
    await expect(lago(200, EMPTY, { requests: "accepted" }).post("/wallets", wrong)).rejects.toThrow(/\/wallet\/rate_amount must be string/);
    expect((await lago(400, NO_KEY, { requests: "accepted" }).post("/wallets", wrong)).status).toBe(400);
    expect((await lago(400, NO_KEY, { requests: "none" }).post("/wallets", wrong)).status).toBe(400);
  });

  test("elsewhere are nobody's business", async () => {
    expect((await lago(200, { odd: true }).elsewhere()).status).toBe(200);
  });
});

describe("answers", () => {
  test.each([
    [200, { ...EMPTY, total: 0 }, /the body at its root must NOT have additional properties \(total\)/],
    [200, { wallets: [] }, /must have required property 'meta'/],
    [200, { ...EMPTY, meta: { ...EMPTY.meta, current_page: 1 } }, /at \/meta\/current_page must be equal to constant/],
    [201, EMPTY, /the status is not described/],
    [401, NO_KEY, /at \/status must be equal to constant/],
  ])("%i %j does not pass", async (status, body, message) => {
    await expect(lago(status, body).get("/wallets")).rejects.toThrow(message);
    expect((await lago(status, body, { answers: "none" }).get("/wallets")).status).toBe(status);
  });

  test("that are cut are left to who asked", async () => {
    await expect((await lago(200, '{"wallets":').get("/wallets")).json()).rejects.toThrow(SyntaxError);
  });
});
