// A CRM on one loopback address that gives a test's responses and records requests. It is stopped after the test file.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { afterAll } from "vitest";

/** The responses of a test's CRM: results, or a response of its own. */
export type CrmResponder = (
  query: URLSearchParams,
  response: ServerResponse,
  request: IncomingMessage,
) => unknown[] | undefined | Promise<unknown[] | undefined>;

export interface TestCrm {
  /** host:port, as DOSSIER_EGRESS_ALLOW names it */
  hostPort: string;
  /** for a brand's crm_lookup_url */
  url: string;
  /** path and query of every request */
  requests: string[];
  headers: IncomingMessage["headers"][];
  say: CrmResponder;
}

/** A CRM that knows no customer until a test changes that. */
export async function startCrm(say: CrmResponder = () => []): Promise<TestCrm> {
  const crm: TestCrm = { hostPort: "", url: "", requests: [], headers: [], say };
  const server = createServer((request, response) => {
    crm.requests.push(request.url ?? "");
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
  crm.hostPort = `127.0.0.1:${(server.address() as { port: number }).port}`;
  crm.url = `http://${crm.hostPort}/lookup`;
  return crm;
}

/** Fails with a status. */
export function failing(status: number, body = "it is broken"): CrmResponder {
  return (_query, response) => void response.writeHead(status).end(body);
}
