/** What workerd asks for a Workers KV namespace: here one that keeps its values in memory. Workers may share it. */
import { createServer } from "node:http";
import { buffer } from "node:stream/consumers";

/** @returns {Promise<{ host: string, values: Map<string, Buffer>, close: () => Promise<void> }>} `values` by key */
export async function startKv() {
  const values = new Map();
  const server = createServer(async (request, response) => {
    const key = decodeURIComponent(new URL(request.url, "http://kv").pathname.slice(1));
    if (request.method === "PUT") values.set(key, await buffer(request));
    const value = values.get(key);
    response.writeHead(value === undefined ? 404 : 200).end(request.method === "GET" ? value : undefined);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    host: `127.0.0.1:${server.address().port}`,
    values,
    close: () =>
      new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      }),
  };
}
