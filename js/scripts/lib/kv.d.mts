export interface Kv {
  readonly host: string;
  readonly values: ReadonlyMap<string, Uint8Array>;
  close(): Promise<void>;
}
export function startKv(): Promise<Kv>;
