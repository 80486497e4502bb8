/** The part of workerd's own module that tests use; its published types would bring a second set of globals. */
declare module "cloudflare:workers" {
  export const env: {
    readonly SNAPSHOTS: {
      get(key: string): Promise<string | null>;
      put(key: string, value: string, options?: { expirationTtl?: number }): Promise<void>;
      delete(key: string): Promise<void>;
    };
  };
}
