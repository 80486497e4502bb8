/**
 * `node at-import.mjs SPECIFIER`: imports one subpath in a realm that notices what edge runtimes forbid at import, and
 * prints a list of what was called.
 */
const calls = [];

/** Notices calls that a module makes; Node's own loader calls some of these, too. */
function noticed(name) {
  const frames = new Error().stack.split("\n").slice(3);
  if (frames.some((frame) => frame.includes("file://") && !frame.includes("at-import.mjs"))) calls.push(`${name} ${frames[0].trim()}`);
}

function watch(holder, name, label) {
  const original = holder[name];
  const handler = {
    apply(target, self, args) {
      noticed(label);
      return Reflect.apply(target, self, args);
    },
    construct(target, args, newTarget) {
      noticed(`new ${label}`);
      return Reflect.construct(target, args, newTarget);
    },
  };
  Object.defineProperty(holder, name, { value: new Proxy(original, handler), configurable: true, writable: true });
}

const FORBIDDEN = {
  "": ["setTimeout", "setInterval", "setImmediate", "queueMicrotask", "fetch", "Date"],
  Math: ["random"],
  performance: ["now"],
  crypto: ["getRandomValues", "randomUUID"],
  WebAssembly: ["Module", "Instance", "Memory", "compile", "instantiate", "validate"],
};
for (const [holder, names] of Object.entries(FORBIDDEN)) {
  for (const name of names) watch(holder === "" ? globalThis : globalThis[holder], name, holder === "" ? name : `${holder}.${name}`);
}
for (const name of ["digest", "importKey", "generateKey", "sign", "verify"]) watch(Object.getPrototypeOf(crypto.subtle), name, `crypto.subtle.${name}`);
watch(Date, "now", "Date.now");

// The traps themselves, seen working.
await import("data:text/javascript,Date.now();setTimeout(() => {});//file://");
if (calls.splice(0).length !== 2) throw new Error("the traps do not notice");
await import(process.argv[2]);
console.log(JSON.stringify(calls));
