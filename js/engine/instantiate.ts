/** Links a compiled module to its generated glue. */

/** What every generated glue file has. */
export interface Glue {
  __wbg_set_wasm(exports: WebAssembly.Exports): void;
}

/**
 * Instantiates `module` over `glue`. There is no `instanceof`, so that a module from another realm links too.
 *
 * A platform whose bundler ignored the `workerd` condition cannot compile bytes: the error says so.
 */
export function instantiate(compile: () => WebAssembly.Module, glue: Glue, file: string): void {
  let module: WebAssembly.Module;
  try {
    module = compile();
  } catch (cause) {
    const message =
      "WebAssembly cannot be compiled here. In Workers the bundler must resolve the `workerd` (or `edge-light`) " +
      "condition; in a page the CSP must allow 'wasm-unsafe-eval'.";
    throw new Error(message, { cause });
  }
  const imports = { [`./${file}`]: glue as unknown as WebAssembly.ModuleImports };
  const { exports } = new WebAssembly.Instance(module, imports);
  glue.__wbg_set_wasm(exports);
  (exports.__wbindgen_start as () => void)();
}
