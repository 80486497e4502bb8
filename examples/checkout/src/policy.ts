/** What the page may do, as strict as a checkout page's policy should be. */

/**
 * The policy's header. Nothing inline, nothing from elsewhere. Where `wasm` is false the page may not compile
 * WebAssembly, and takes the build of the engine without it.
 */
export function contentSecurityPolicy(wasm: boolean): string {
  const script = wasm ? "'self' 'wasm-unsafe-eval'" : "'self'";
  return [
    "default-src 'none'",
    `script-src ${script}`,
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
  ].join("; ");
}
