// A CRM on one loopback address that answers what a test says, and remembers what it was asked. It is stopped when the
// test file is over.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { afterAll } from "vitest";

/** What a test's CRM says: results, or an answer of its own. */
export type Say = (
  query: URLSearchParams,
  response: ServerResponse,
  request: IncomingMessage,
) => unknown[] | undefined | Promise<unknown[] | undefined>;

export interface TestCrm {
  /** host:port, as DOSSIER_OUTSIDE_ALLOW names it */
  place: string;
  /** where a brand's crm_lookup_url leads */
  url: string;
  /** path and query of every request */
  asked: string[];
  headers: IncomingMessage["headers"][];
  say: Say;
}

/** A CRM that knows nobody until a test says otherwise. */
export async function startCrm(say: Say = () => []): Promise<TestCrm> {
  const crm: TestCrm = { place: "", url: "", asked: [], headers: [], say };
  const server = createServer((request, response) => {
    crm.asked.push(request.url ?? "");
    crm.headers.push(request.headers);
    const query = new URL(request.url ?? "", "http://crm").searchParams;
    void Promise.resolve(crm.say(query, response, request)).then((results) => {
      if (results) response.setHeader("content-type", "application/json").end(JSON.stringify(results));
    });
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  afterAll(async () => {
    const closed = new Promise((done) => server.close(done));
    server.closeAllConnections();
    await closed;
  });
  crm.place = `127.0.0.1:${(server.address() as { port: number }).port}`;
  crm.url = `http://${crm.place}/lookup`;
  return crm;
}

/** Says that it is broken, with a status. */
export function failing(status: number, body = "it is broken"): Say {
  return (_query, response) => void response.writeHead(status).end(body);
}
