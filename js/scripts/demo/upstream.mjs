/** The API that is being sold: it answers, and keeps a log of what it served. */
import { createServer } from "node:http";

/** @returns {Promise<{ url: string, served: { provider, customer, metric, units }[], close: () => Promise<void> }>} */
export async function startUpstream() {
  const served = [];
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => (body += chunk));
    request.on("end", () => {
      const { metric, units } = JSON.parse(body);
      served.push({ provider: request.headers["x-provider"], customer: request.headers["x-customer"], metric, units });
      response.writeHead(200, { "content-type": "application/json" }).end('{"ok":true}');
    });
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}/complete`,
    served,
    close: () =>
      new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      }),
  };
}
