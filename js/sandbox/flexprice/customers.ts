/**
 * Customers: making them and finding them (flexprice 2).
 *
 * @module creditgate/sandbox
 */
import { type Body, objectOf, requiredText, textOf } from "./body.js";
import { FlexpriceError } from "./errors.js";
import type { Customer, FlexpriceState, Wallet } from "./state.js";

export function createCustomer(state: FlexpriceState, body: Body, now: number): Customer {
  const externalId = requiredText(body, "external_id");
  if (state.customerByExternalId(externalId) !== undefined) {
    throw new FlexpriceError("already_exists", "A customer with this external_id already exists", { external_id: externalId });
  }
  return state.addCustomer({
    externalId,
    name: textOf(body, "name") ?? "",
    email: textOf(body, "email") ?? "",
    metadata: objectOf(body, "metadata") ?? {},
    createdAt: now,
  });
}

export function customerById(state: FlexpriceState, id: string): Customer {
  return found(state.customers.get(id), { customer_id: id });
}

export function customerByExternalId(state: FlexpriceState, externalId: string): Customer {
  return found(state.customerByExternalId(externalId), { external_id: externalId });
}

/** `GET /customers/wallets` takes exactly one of `id` and `lookup_key`. */
export function customerByQuery(state: FlexpriceState, query: Body): Customer {
  const id = textOf(query, "id");
  const key = textOf(query, "lookup_key");
  if ((id === undefined) === (key === undefined)) throw new FlexpriceError("validation_error", "Please provide either id or lookup_key");
  return id === undefined ? customerByExternalId(state, key ?? "") : customerById(state, id);
}

export function activeWallets(customer: Customer): Wallet[] {
  return customer.wallets.filter(({ status }) => status === "active");
}

function found(customer: Customer | undefined, asked: Record<string, string>): Customer {
  if (customer === undefined) throw new FlexpriceError("not_found", "Customer not found", asked);
  return customer;
}
