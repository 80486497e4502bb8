/** How much older than an answer its figures may be. */

/** Flexprice's figures of its cache (`is_cached_fallback`), ms (flexprice 13-15). */
export const FLEXPRICE_CACHED_FOR = 1_800_000;
