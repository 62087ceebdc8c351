// A server that sends a test's exact bytes, on one loopback address: for responses that no HTTP library produces. It is
// stopped after the test file.
import { createServer, type Socket } from "node:net";
import { afterAll } from "vitest";

export interface WireServer {
  /** host:port, as DOSSIER_EGRESS_ALLOW names it */
  place: string;
  port: number;
  /** connections it has accepted */
  accepted: number;
  /** those that are open now */
  open: Set<Socket>;
  /** the requests received, one text each */
  requests: string[];
}

/** Answers each request, once its header has arrived, by calling `speak` with the socket. */
export async function startWireServer(
  speak: (socket: Socket, request: string) => void,
  address = "127.0.0.1",
): Promise<WireServer> {
  const open = new Set<Socket>();
  const wire: WireServer = { place: "", port: 0, accepted: 0, open, requests: [] };
  const server = createServer((socket) => {
    wire.accepted += 1;
    open.add(socket);
    let heard = "";
    socket.on("error", () => undefined).on("close", () => open.delete(socket));
    socket.on("data", (bytes) => {
      heard += bytes.toString("latin1");
      if (!heard.includes("\r\n\r\n")) return;
      const request = heard;
      heard = "";
      wire.requests.push(request);
      speak(socket, request);
    });
  });
  await new Promise<void>((done) => server.listen(0, address, done));
  afterAll(async () => {
    const closed = new Promise((done) => server.close(done));
    for (const socket of open) socket.destroy();
    await closed;
  });
  wire.port = (server.address() as { port: number }).port;
  wire.place = `${address.includes(":") ? `[${address}]` : address}:${wire.port}`;
  return wire;
}

/** A complete response. */
export function answer(body: Buffer | string, headers: Record<string, string> = {}, status = 200): Buffer {
  const bytes = Buffer.from(body);
  const lines = Object.entries({ "content-length": String(bytes.length), ...headers });
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join("");
  return Buffer.concat([Buffer.from(`HTTP/1.1 ${status} Status\r\n${head}\r\n`, "latin1"), bytes]);
}
