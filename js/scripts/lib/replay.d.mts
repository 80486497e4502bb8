export function difference(expected: unknown, got: unknown, kind: string): string | undefined;
