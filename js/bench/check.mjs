/**
 * The regression check: no times, which another machine has others of, but ratios of what ran in turn in one run, and bytes,
 * which no busy machine changes. Kept in ratios.json by a run (`--keep`), with room for noise.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const file = join(import.meta.dirname, "ratios.json");

/** What is held against something else. */
const OURS = /^(meter|check|spend|preview|coverage|\d+ wallets)/;

/**
 * A ratio may be so much worse than the kept one: a lost optimisation is by more. It is that of the best rounds, which a busy
 * machine leaves alone, where it moves medians by a factor of two.
 */
const ROOM = 1.6;
/** Bytes do not move. */
const ROOM_FOR_BYTES = 1.15;

/** What is ours, and against what it is held: figures of the product over those of what does not change. */
const YARDSTICKS = ["BigInt", "decimal.js", "decimal.js (read, decide)", "1 wallets"];

function ratiosOf(results) {
  const kept = {};
  const groups = Map.groupBy(results, (result) => `${result.suite}: ${result.case}`);
  for (const [title, members] of groups) {
    const yardstick = members.find(({ name }) => YARDSTICKS.includes(name));
    for (const { suite, name, rounds, bytes } of members) {
      if (bytes !== undefined) kept[`${title}: ${name}`] = { suite, bytes: Number(bytes.toFixed(1)) };
      else if (yardstick !== undefined && name !== yardstick.name && OURS.test(name)) {
        const ratio = Number((Math.min(...rounds) / Math.min(...yardstick.rounds)).toPrecision(3));
        kept[`${title}: ${name} / ${yardstick.name}`] = { suite, ratio };
      }
    }
  }
  return kept;
}

export function keepRatios(results) {
  writeFileSync(file, `${JSON.stringify(ratiosOf(results), null, 2)}\n`);
}

/** What is wrong: in which suite, and a sentence. */
export function check(results) {
  const kept = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : {};
  const problems = [];
  for (const [name, { suite, ratio, bytes }] of Object.entries(ratiosOf(results))) {
    const tell = (text) => problems.push({ suite, text: `${name}${text}` });
    if (kept[name] === undefined) tell(" is not in ratios.json: run `npm run bench -- --keep`");
    else if (ratio > kept[name].ratio * ROOM) tell(`: ${ratio}, kept was ${kept[name].ratio} (at most ${ROOM} times that)`);
    else if (bytes > Math.max(1, kept[name].bytes * ROOM_FOR_BYTES)) tell(`: ${bytes} bytes, kept were ${kept[name].bytes}`);
  }
  return problems;
}
