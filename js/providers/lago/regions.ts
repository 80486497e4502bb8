/**
 * Where Lago hosts its API.
 */
export const BASES: Readonly<Record<"us" | "eu", string>> = {
  us: "https://api.getlago.com/api/v1",
  eu: "https://api.eu.getlago.com/api/v1",
};
