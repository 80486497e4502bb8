/** What a page takes of the engine, in one module: one file to load. */

export { previewInvoice } from "./index.js";
export { startTimer } from "./timer.js";
