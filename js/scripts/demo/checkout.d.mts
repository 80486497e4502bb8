import type { Sandbox } from "creditgate/sandbox";
import type { SnapshotPrivateKey } from "creditgate/server";
import type { Customer } from "../../../examples/checkout/src/customers.ts";

export interface Checkout {
  readonly url: string;
  readonly sandbox: Sandbox;
  close(): Promise<void>;
}
export function startCheckout(options?: {
  readonly port?: number;
  readonly origin?: string;
  readonly key?: SnapshotPrivateKey;
  readonly customers?: readonly Customer[];
}): Promise<Checkout>;
