/** What the element's documentation names is what there is, and all of it. */
import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

const folder = new URL("../../browser/element/", import.meta.url);
const read = (name: string) => readFileSync(new URL(name, folder), "utf8");
const documentation = read("types.ts");
const styles = read("styles.ts");
const views = readdirSync(folder).filter((name) => !["types.ts", "styles.ts"].includes(name)).map(read).join("\n");

const all = (text: string, pattern: RegExp) => new Set([...text.matchAll(pattern)].map(([, name = ""]) => name));
const sorted = (names: Iterable<string>) => [...names].sort();

test("every part", () => {
  const documented = all(documentation.slice(documentation.indexOf("**Parts**"), documentation.indexOf("**Custom properties**")), /`([a-z-]+)`/g);
  // As they are written in the views: `part: "share unpaid"`, and those that a function is given.
  const literal = [...all(views, /part: "([a-z -]+)"/g), ...all(views, /(?:amount|row)\(.*"([a-z-]+)"/g)].flatMap((names) => names.split(" "));
  expect(sorted(new Set(literal)).filter((name) => !documented.has(name))).toEqual([]);
  const styled = all(styles, /part~="([a-z-]+)"/g);
  expect(sorted(styled).filter((name) => !documented.has(name))).toEqual([]);
  const words = all(views, /([a-z]+(?:-[a-z]+)*)/g);
  expect(sorted(documented).filter((name) => !words.has(name))).toEqual([]);
});

test("every custom property", () => {
  const documented = all(documentation, /`(--credit-preview-[a-z0-9-]+)`/g);
  for (const number of [2, 3, 4, 5]) documented.add(`--credit-preview-wallet-${number}`);
  expect(sorted(documented)).toEqual(sorted(all(styles, /var\((--credit-preview-[a-z0-9-]+)/g)));
});

test("every attribute", () => {
  const [list = ""] = /observedAttributes = \[(.*)\]/.exec(views)?.slice(1) ?? [];
  const table = documentation.slice(documentation.indexOf("**Attributes**"), documentation.indexOf("**Parts**"));
  expect(sorted(all(table, /\| `([a-z-]+)` \|/g))).toEqual(sorted(all(list, /"([a-z-]+)"/g)));
});
