/**
 * Which modules of the package share a chunk. A bundler makes a chunk for each set of entries, some thirty of them, and each
 * file costs a cold process a third of a millisecond: more than the code in it.
 */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { root } from "./paths.mjs";

/** What a process that answers checks imports: the gate, and a provider's read side. */
const GATE = /\/dist\/(index|providers\/(flexprice|lago)\/index)\.js$/;

/** Where the engine's module comes from. */
const PLATFORM = "#platform";

/**
 * The modules that the gate or a provider's read side shares with any other entry, in two groups: who imports a provider
 * alone must not read the engine. What needs a package of npm stays apart, so that nobody else loads that.
 *
 * @param reached the modules that are loaded with each entry
 */
function groupsOf(inputs, reached) {
  const imports = (path, test) => [...reachedFrom(inputs, path)].some((file) => inputs[file].imports.some(({ path: name, external }) => external === true && test(name)));
  const isShared = (path) => {
    const by = [...reached].filter(([, paths]) => paths.has(path)).map(([entry]) => entry);
    return by.length > 1 && by.some((entry) => GATE.test(entry)) && !imports(path, (name) => !name.startsWith("#"));
  };
  const needsPlatform = (path) => imports(path, (name) => name === PLATFORM);
  // The glue needs no platform, and nobody but the engine needs the glue.
  const importers = (path) => Object.keys(inputs).filter((file) => staticImports(inputs, file).includes(path));
  const isEngine = (path) => needsPlatform(path) || (importers(path).length > 0 && importers(path).every(needsPlatform));
  const shared = Object.keys(inputs).filter(isShared);
  return [shared.filter((path) => !isEngine(path)), shared.filter(isEngine)];
}

const staticImports = (inputs, path) => inputs[path].imports.filter(({ kind, external }) => kind === "import-statement" && external !== true).map((found) => found.path);

/** The modules that are loaded with one, itself among them. */
function reachedFrom(inputs, entry) {
  const reached = new Set();
  const visit = (path) => {
    if (reached.has(path)) return;
    reached.add(path);
    staticImports(inputs, path).forEach(visit);
  };
  visit(entry);
  return reached;
}

/**
 * A plugin of esbuild for the same entries: whichever of them reaches one module of a group imports all of it, so that the
 * group is needed by one set of entries.
 */
export function together({ inputs, outputs }) {
  const entries = Object.values(outputs).flatMap(({ entryPoint }) => entryPoint ?? []);
  const reached = new Map(entries.map((entry) => [entry, reachedFrom(inputs, entry)]));
  const groups = groupsOf(inputs, reached);
  const added = new Map([...reached].map(([entry, paths]) => [resolve(root, entry), groups.filter((group) => group.some((path) => paths.has(path))).flat()]));
  return {
    name: "together",
    setup(context) {
      // Without this the manifest's `sideEffects` would drop the imports that are added.
      context.onResolve({ filter: /^[./].*\.js$/ }, ({ path, resolveDir, kind }) => (kind === "entry-point" ? undefined : { path: resolve(resolveDir, path), sideEffects: true }));
      context.onLoad({ filter: /\.js$/ }, ({ path }) => {
        const imports = (added.get(path) ?? []).map((file) => `\nimport ${JSON.stringify(resolve(root, file))};`);
        return { contents: readFileSync(path, "utf8") + imports.join("") };
      });
    },
  };
}
