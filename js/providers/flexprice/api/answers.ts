/**
 * Flexprice's answers, with amounts as strings.
 */
import { readAmounts } from "../../api/amounts.js";
import { itemsOf, objectOf } from "../../api/lists.js";
import { AMOUNTS } from "./types.js";

const NAME = "Flexprice";

/** An object. Throws `invalid_response` for anything else. */
export function answerOf<T>(body: unknown): T {
  readAmounts(body, AMOUNTS);
  return objectOf<T>(NAME, body);
}

/** A list: the body, or a field of it. */
export function listIn<T>(field?: string): (body: unknown) => readonly T[] {
  return (body) => {
    readAmounts(body, AMOUNTS);
    return itemsOf<T>(NAME, body, field);
  };
}
