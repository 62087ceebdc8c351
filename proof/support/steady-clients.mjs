// Clients that keep asking, and record what became of each request: answered, cut (the connection was reset or closed),
// refused (no connection), or hung (nothing within thirty seconds: a machine with other work may be slow). Every second
// client opens a connection for each request, the others keep theirs; every fourth request writes.
import { Agent, request } from "node:http";
import { setTimeout as wait } from "node:timers/promises";

export const deadlineMs = 30_000;
/** An end after so long is late. */
export const lateMs = 5_000;

/** Starts so many clients; `stop` lets each finish its request. `outcomes` grows by one entry for each request. */
export function startClients(count, { url, key, pauseMs = 250 }) {
  const outcomes = [];
  const state = { on: true };
  const working = Array.from({ length: count }, (_, n) => work(n, { url, key, pauseMs, outcomes, state }));
  return {
    outcomes,
    async stop() {
      state.on = false;
      await Promise.all(working);
    },
  };
}

async function work(n, { url, key, pauseMs, outcomes, state }) {
  const agent = n % 2 === 0 ? new Agent({ keepAlive: true, maxSockets: 1 }) : false;
  for (let i = 0; state.on; i += 1) {
    const body =
      i % 4 === 3 ? JSON.stringify({ brandID: 1, primaryID: `c${process.pid}-${n}-${i}` }) : undefined;
    const path = body ? "/api/v2/customer/createCustomerCRUD" : `/api/v2/customer?itemLimit=5`;
    outcomes.push(await ask({ url: url + path, key, agent, body }));
    await wait(pauseMs);
  }
  if (agent) agent.destroy();
}

/** One request: `{ at, ms, kind, status, reason }`; `at` is the time of its end. */
export function ask({ url, key, agent, body, deadline = deadlineMs }) {
  const begun = performance.now();
  return new Promise((done) => {
    const end = (kind, more = {}) => {
      clearTimeout(timer);
      const at = performance.now();
      done({ kind, at, ms: at - begun, ...more });
    };
    const headers = { apiKey: key, ...(body ? { "content-type": "application/json" } : {}) };
    const sent = request(url, { method: body ? "POST" : "GET", headers, agent });
    const timer = setTimeout(() => {
      end("hung", { reason: describe(sent) });
      sent.destroy();
    }, deadline);
    sent.on("error", (error) =>
      end(error.code === "ECONNREFUSED" ? "refused" : "cut", { reason: error.code }),
    );
    sent.on("response", (answer) => {
      answer.on("error", (error) => end("cut", { reason: error.code }));
      let text = "";
      answer.on("data", (part) => (text += part));
      answer.on("end", () => end("answered", { status: answer.statusCode, text }));
    });
    sent.end(body);
  });
}

/** Where a request hangs, for the one who looks for the reason. */
function describe({ socket, reusedSocket }) {
  if (!socket) return "no socket";
  const { connecting, bytesWritten, bytesRead, localPort } = socket;
  return `port ${localPort}, ${connecting ? "connecting" : "connected"}, ${reusedSocket ? "reused" : "fresh"}, ${bytesWritten} bytes written, ${bytesRead} read`;
}
