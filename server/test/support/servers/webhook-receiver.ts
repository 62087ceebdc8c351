// A receiver of webhooks on a loopback address: records requests, by path, and responds as configured.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { WebhookPayload } from "@dossier/api";
import { afterAll } from "vitest";

export interface Received {
  headers: Record<string, string>;
  body: string;
  payload: WebhookPayload;
}

export interface Reply {
  status: number;
  headers?: Record<string, string>;
}

export interface Receiver {
  /** host:port, as DOSSIER_EGRESS_ALLOW names it */
  place: string;
  urlOf(path: string): string;
  /** the requests to a path, in the order of arrival */
  at(path: string): Received[];
  /** Sets the response of a path; the default is 204. */
  answer(path: string, reply: (received: Received) => Reply | Promise<Reply>): void;
}

/** Starts one that is stopped after the test file. */
export async function startReceiver(): Promise<Receiver> {
  const got = new Map<string, Received[]>();
  const replies = new Map<string, (received: Received) => Reply | Promise<Reply>>();
  const at = (path: string) => got.get(path) ?? got.set(path, []).get(path)!;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    const reply = async () => {
      const path = request.url ?? "";
      const body = Buffer.concat(chunks).toString("utf8");
      const headers = request.headers as Record<string, string>;
      const received = { headers, body, payload: JSON.parse(body) as WebhookPayload };
      at(path).push(received);
      const { status, headers: more } = (await replies.get(path)?.(received)) ?? { status: 204 };
      response.writeHead(status, more).end();
    };
    request.on("end", () => void reply());
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  afterAll(async () => {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  });
  const place = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    place,
    urlOf: (path) => `http://${place}${path}`,
    at,
    answer: (path, reply) => void replies.set(path, reply),
  };
}
