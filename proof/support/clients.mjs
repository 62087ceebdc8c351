// Closed-loop HTTP clients on raw keep-alive sockets, cheap enough that two thousand fit on one core. They run in a
// process of their own (`runClients` forks it), so that they do not measure their caller's event loop.
//
// Job: {port, count, seconds, requests: [{kind, weight, text}], polite, priority}. `text` is a request with `#` for a
// number that is different each time. Polite clients wait as Retry-After says; the others retry at once. `priority` is the
// process's: 19 leaves the processors to all others, as clients on another machine would.
import { fork } from "node:child_process";
import { connect } from "node:net";
import { setPriority } from "node:os";
import { fileURLToPath } from "node:url";

/** The text of one request; `#` in path or body becomes a unique number. */
export function requestText(method, path, key, body) {
  const head = [`${method} ${path} HTTP/1.1`, "Host: 127.0.0.1", `apiKey: ${key}`];
  if (body) head.push("Content-Type: application/json");
  return { head: head.join("\r\n"), body: body ? JSON.stringify(body) : "" };
}

/** Runs clients in another process; resolves with their results, by kind. */
export function runClients(job) {
  const child = fork(fileURLToPath(import.meta.url), [], { env: { ...process.env, PROOF_CLIENTS: "1" } });
  if (job.priority) setPriority(child.pid, job.priority);
  const result = new Promise((done, fail) => {
    child.once("message", done);
    child.once("exit", (code) => code !== 0 && fail(new Error(`the clients ended with ${code}`)));
  });
  child.send(job);
  return result;
}

if (process.env.PROOF_CLIENTS) process.once("message", (job) => void serve(job));

async function serve(job) {
  const seen = { counts: {}, ok: [], refused: [], other: {}, errors: 0, firstSecond: [] };
  const begun = performance.now();
  const end = begun + job.seconds * 1000;
  const clients = [];
  for (let n = 0; n < job.count; n += 1) {
    clients.push(client(job, n, begun, end, seen));
    if (n % 20 === 19) await new Promise((go) => setTimeout(go, 20)); // a thousand connections a second
  }
  await Promise.all(clients);
  process.send(summary(seen, (performance.now() - begun) / 1000, job.seconds), () => process.exit(0));
}

function client(job, number, begun, end, seen) {
  const weights = job.requests.reduce((sum, { weight }) => sum + weight, 0);
  let count = number * 1_000_003 + (job.offset ?? 0);
  return new Promise((leave) => {
    let socket;
    let sentAt = 0;
    let request;
    let buffer = "";
    let timer;
    let isOver = false;
    const finish = () => {
      isOver = true;
      clearTimeout(timer);
      socket?.destroy();
      leave();
    };
    const open = () => {
      socket = connect({ port: job.port, host: "127.0.0.1", noDelay: true });
      socket.setEncoding("latin1");
      socket.on("connect", ask);
      socket.on("data", hear);
      socket.on("error", () => undefined);
      socket.on("close", () => {
        if (isOver || performance.now() >= end) return finish();
        if (sentAt > 0) seen.errors += 1;
        sentAt = 0;
        timer = setTimeout(open, 100);
      });
    };
    const ask = () => {
      if (performance.now() >= end) return finish();
      request = choose(job.requests, weights);
      count += 1;
      const body = request.body.replaceAll("#", String(count));
      const head = request.head.replaceAll("#", String(count));
      buffer = "";
      sentAt = performance.now();
      socket.write(`${head}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
    };
    const hear = (text) => {
      buffer += text;
      const split = buffer.indexOf("\r\n\r\n");
      if (split < 0) return;
      const length = Number(/content-length: (\d+)/i.exec(buffer)?.[1] ?? 0);
      if (Buffer.byteLength(buffer, "latin1") < split + 4 + length) return;
      const now = performance.now();
      const status = Number(buffer.slice(9, 12));
      note(seen, request.kind, status, now - sentAt);
      sentAt = 0;
      const refused = status === 503 || status === 429;
      const wait = refused && job.polite ? 1000 * Number(/retry-after: (\d+)/i.exec(buffer)?.[1] ?? 0) : 0;
      const pause = wait > 0 ? wait * (1 + Math.random() * 0.5) : 0;
      if (now + pause >= end) return finish();
      if (pause > 0) timer = setTimeout(ask, pause);
      else ask();
    };
    setTimeout(finish, end - performance.now() + 20_000).unref(); // a response that never arrives ends here
    open();
  });
}

function choose(requests, weights) {
  let at = Math.random() * weights;
  for (const request of requests) {
    at -= request.weight;
    if (at < 0) return request;
  }
  return requests[0];
}

function note(seen, kind, status, took) {
  const key = `${kind} ${status}`;
  seen.counts[key] = (seen.counts[key] ?? 0) + 1;
  if (status < 300) seen.ok.push(took);
  else if (status === 503 || status === 429) seen.refused.push(took);
  else seen.other[status] = (seen.other[status] ?? 0) + 1;
}

function summary(seen, took, seconds) {
  return {
    seconds: took,
    counts: seen.counts,
    okPerSecond: seen.ok.length / Math.max(took, seconds),
    ok: quantiles(seen.ok),
    refused: quantiles(seen.refused),
    other: seen.other,
    errors: seen.errors,
  };
}

/** Count, p50, p99 and maximum of times in milliseconds. */
export function quantiles(times) {
  const sorted = Float64Array.from(times).sort();
  const at = (share) =>
    Number((sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0).toFixed(1));
  return { count: sorted.length, p50: at(0.5), p99: at(0.99), max: at(1) };
}
