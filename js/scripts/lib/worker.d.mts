export function startWorker(
  entry: string,
  bindings: Readonly<Record<string, string>>,
  namespaces?: Readonly<Record<string, string>>,
): Promise<{ readonly url: string; readonly close: () => Promise<void> }>;
