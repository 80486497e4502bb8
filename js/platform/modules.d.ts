/** What the Workers runtime provides; `waitUntil` is missing at older compatibility dates. */
declare module "cloudflare:workers" {}
