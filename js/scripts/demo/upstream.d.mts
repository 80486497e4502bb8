export interface Upstream {
  readonly url: string;
  readonly served: readonly { readonly provider: string; readonly customer: string; readonly metric: string; readonly units: number }[];
  close(): Promise<void>;
}
export function startUpstream(): Promise<Upstream>;
