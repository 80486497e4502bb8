/** The shop's side of a billing API: the gate that reads wallets, and top-ups. Only the server has the key. */
import { CreditGate } from "creditgate";
import { flexprice } from "creditgate/flexprice";
import { flexpriceApi } from "creditgate/flexprice/api";
import { lago } from "creditgate/lago";
import { lagoApi } from "creditgate/lago/api";
import { flexpriceWebhooks, lagoWebhooks } from "creditgate/webhooks";

export interface Connection {
  readonly apiKey: string;
  readonly baseUrl?: string | undefined;
  /** What the billing API signs its webhooks with. */
  readonly webhookSecret: string;
}

export interface Billing {
  readonly gate: CreditGate;
  /** Adds credits to the customer's first active prepaid wallet; false where there is none. */
  topUp(customer: string, credits: string): Promise<boolean>;
}

export function flexpriceBilling({ webhookSecret, ...connection }: Connection): Billing {
  const gate = new CreditGate({ provider: flexprice({ ...connection, grants: "fetch" }), webhooks: flexpriceWebhooks({ secret: webhookSecret }) });
  const { wallets } = flexpriceApi({ ...connection, gate }); // a write outdates what the gate has cached of that customer
  return {
    gate,
    async topUp(customer, credits_to_add) {
      const found = await wallets.ofCustomer({ externalId: customer }, { balances: "settled" });
      const wallet = found.find(({ wallet_type }) => wallet_type === "PRE_PAID");
      if (wallet === undefined) return false;
      await wallets.topUp(wallet.id, { credits_to_add, transaction_reason: "PURCHASED_CREDIT_DIRECT" });
      return true;
    },
  };
}

export function lagoBilling({ webhookSecret, ...connection }: Connection): Billing {
  const gate = new CreditGate({ provider: lago(connection), taxRate: "20", webhooks: lagoWebhooks({ hmacKey: webhookSecret }) });
  const api = lagoApi({ ...connection, gate });
  return {
    gate,
    async topUp(customer, granted_credits) {
      for await (const wallet of api.wallets.list({ external_customer_id: customer, status: "active" })) {
        // The shop has taken the money itself; `paid_credits` would have Lago invoice them first.
        await api.walletTransactions.create({ wallet_id: wallet.lago_id, granted_credits });
        return true;
      }
      return false;
    },
  };
}
