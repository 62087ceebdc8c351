// A server by its URL, when it is not a Dossier or is not there: the command says what to check, and its exit code is 3.
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { isDossierError } from "@dossier/api";
import { afterAll, expect, test } from "vitest";
import { CommandFailure } from "../../../src/cli/exit.ts";
import { openUrlTarget } from "../../../src/cli/target/url.ts";

let answer: RequestListener = (_request, response) => void response.end();
let requests = 0;
const server = createServer((request, response) => {
  requests += 1;
  answer(request, response);
});
await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
const { client } = openUrlTarget(url, "dsr_x");
afterAll(() => new Promise((closed) => server.close(closed)));

async function failureOf(
  respond: RequestListener,
  call: () => Promise<unknown> = () => client.call("brand.list"),
): Promise<unknown> {
  answer = respond;
  requests = 0;
  const failure: unknown = await call().catch((error: unknown) => error);
  expect(requests).toBe(1); // a command never repeats a call
  return failure;
}

const readAll = async () => {
  for await (const page of client.pages("brand.list")) expect(page).toBeUndefined();
};

test("a server that is no Dossier is named with its status, in a call and in a list", async () => {
  for (const [status, body, headers] of [
    [200, "<html>", {}],
    [200, '{"status":"ok"}', {}],
    [302, "", { location: "http://127.0.0.1:9/" }],
    [404, "{}", {}],
    [503, "<html>", { "retry-after": "0" }],
  ] as const)
    for (const call of [undefined, readAll]) {
      const failure = await failureOf(
        (_, response) => void response.writeHead(status, headers).end(body),
        call,
      );
      expect(failure).toBeInstanceOf(CommandFailure);
      expect(failure).toMatchObject({ exitCode: 3 });
      expect((failure as Error).message).toContain(`${url} answered ${status}, but not as Dossier does`);
    }
});

test("a connection that is cut is explained, before the response and within it", async () => {
  for (const cut of [
    ((request) => void request.socket.destroy()) satisfies RequestListener,
    ((request, response) => {
      response.writeHead(200, { "content-length": 100 }).write("{");
      setImmediate(() => request.socket.destroy());
    }) satisfies RequestListener,
  ]) {
    const failure = await failureOf(cut);
    expect(failure).toMatchObject({ exitCode: 3 });
    expect((failure as Error).message).toMatch(`No server answers at ${url}: the connection was cut`);
  }
});

test("an error of a Dossier stays one", async () => {
  const body = JSON.stringify({ type: "error", code: "rate_limited", message: "Later.", request_id: "r" });
  const failure = await failureOf(
    (_, response) => void response.writeHead(429, { "retry-after": "7" }).end(body),
  );
  expect(isDossierError(failure, "rate_limited") && failure.retryAfter).toBe(7);
});
