/** host.mjs by `require()`. One copy of the package serves both kinds of module. */
const required = require("creditgate");
const rules = require("creditgate/rules");
const { smoke } = require("./smoke.mjs");

(async () => {
  const imported = await import("creditgate");
  if (imported.CreditGate !== required.CreditGate) throw new Error("require() and import give two copies of creditgate");
  console.log(`smoke ${JSON.stringify(await smoke({ rules: () => rules }))}`);
})();
