/**
 * Lago's alerts on one wallet (lago 1.5). The gate does not read them: a write here leaves its snapshots alone.
 */
import type { CreditGateError, Problem } from "../../../errors.js";
import type { Client, Write } from "../../api/client.js";
import type { CallOptions, ListOptions, WriteOptions } from "../../api/options.js";
import { pathOf } from "../../api/path.js";
import { problemsOf } from "../../api/rules.js";
import type { Call } from "../../http.js";
import { answerIn, listIn, pagesOf } from "./answers.js";
import { alertBody } from "./bodies.js";
import type { CreateAlert, UpdateAlert } from "./requests.js";
import type { WalletAlert } from "./types.js";

export class LagoWalletAlerts {
  readonly #client: Client;
  readonly #path: string;
  readonly #ids: Readonly<Record<string, string>>;

  constructor(client: Client, externalId: string, walletCode: string) {
    this.#client = client;
    this.#path = pathOf("/customers/{externalId}/wallets/{walletCode}/alerts", { externalId, walletCode });
    this.#ids = { external_customer_id: externalId, wallet_code: walletCode };
  }

  /** One per type. */
  async create(request: CreateAlert, options: WriteOptions = {}): Promise<WalletAlert> {
    const alert = alertBody(request);
    await this.#client.check(() => problemsOf("lago.alert.create", { alert }), options);
    return this.#write("create", { path: this.#path, body: { alert } }, answerIn<WalletAlert>("alert"), ONCE, options);
  }

  /** Several at once, of different types. The rules' problems have paths like `[1].thresholds`. */
  async createBatch(requests: readonly CreateAlert[], options: WriteOptions = {}): Promise<readonly WalletAlert[]> {
    const alerts = requests.map(alertBody);
    await this.#client.check(() => problemsOfAll(alerts), options);
    return this.#write("createBatch", { path: this.#path, body: { alerts } }, listIn<WalletAlert>("alerts"), ONCE, options);
  }

  list(options: ListOptions = {}): AsyncGenerator<WalletAlert, void, undefined> {
    return pagesOf(this.#client, this.#path, "alerts", [], options);
  }

  async get(alertCode: string, options: CallOptions = {}): Promise<WalletAlert> {
    return this.#client.read({ path: this.#one(alertCode) }, answerIn<WalletAlert>("alert"), options);
  }

  /** Changes what is given. With a new `code` not repeated after a failure: the old one may be another alert's by then. */
  async update(alertCode: string, request: UpdateAlert, options: CallOptions = {}): Promise<WalletAlert> {
    const call: Call = { method: "PUT", path: this.#one(alertCode), body: { alert: alertBody(request) } };
    const recoded = request.code !== undefined && request.code !== alertCode;
    return this.#write("update", call, answerIn<WalletAlert>("alert"), recoded ? ONCE : "harmless", options);
  }

  /** Answers the alert as it was; `null` where a repeat finds it gone, since an attempt before was not answered. */
  async delete(alertCode: string, options: CallOptions = {}): Promise<WalletAlert | null> {
    const call: Call = { method: "DELETE", path: this.#one(alertCode) };
    const recover = ({ code }: CreditGateError, repeated: boolean) => (repeated && code === "provider_not_found" ? null : undefined);
    const write = { operation: "alerts.delete", call, repeat: "harmless", ids: this.#ids } as const;
    return this.#client.write<WalletAlert | null>({ ...write, take: answerIn<WalletAlert>("alert"), recover }, options);
  }

  /** Deletes all alerts of the wallet. */
  async deleteAll(options: CallOptions = {}): Promise<void> {
    return this.#write("deleteAll", { method: "DELETE", path: this.#path }, () => undefined, "harmless", options);
  }

  #one(alertCode: string): string {
    return this.#path + pathOf("/{alertCode}", { alertCode });
  }

  #write<T>(verb: string, call: Call, take: (body: unknown) => T, repeat: Write<T>["repeat"], options: CallOptions): Promise<T> {
    return this.#client.write({ operation: `alerts.${verb}`, call, take, repeat, ids: this.#ids }, options);
  }
}

/** The list tells whether it was done. */
const ONCE = { check: "list the wallet's alerts (alerts.list)" };

async function problemsOfAll(alerts: readonly CreateAlert[]): Promise<readonly Problem[]> {
  const found = await Promise.all(alerts.map((alert) => problemsOf("lago.alert.create", { alert })));
  return found.flatMap((problems, index) => problems.map((problem) => ({ ...problem, path: `[${index}].${problem.path}` })));
}
