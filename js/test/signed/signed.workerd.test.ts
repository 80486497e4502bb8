/** The same signatures inside workerd, by its own WebCrypto. */
import { describe } from "vitest";
import { signedCases } from "./cases.js";

describe("signed snapshots", signedCases);
