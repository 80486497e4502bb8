/** The same signatures inside workerd, by its own WebCrypto and streams. */
import { describe } from "vitest";
import { lagoCases } from "./lago-cases.js";
import { svixCases } from "./svix-cases.js";

describe("Flexprice", svixCases);
describe("Lago", lagoCases);
