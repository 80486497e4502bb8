/** The same answers inside workerd, by its own Request, Response and WebCrypto. */
import { describe } from "vitest";
import { serverCases } from "./cases.js";

describe("previewEndpoint", serverCases);
