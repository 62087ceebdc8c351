// Canaries: listeners on this machine's loopback addresses, and a dial function that leads to them whatever address is
// requested. No packet for another address is ever sent.
import { isIP, type Socket } from "node:net";
import { createServer, type TLSSocket } from "node:tls";
import { afterAll } from "vitest";
import { type Dial, dialAddress } from "../../../src/egress/connect.ts";
import type { Certificate } from "./certificates.ts";
import { answer, startWireServer, type WireServer } from "./byte-server.ts";

/** Loopback addresses with a listener each that no request may reach. */
const canaryAddresses = ["127.0.0.1", "127.0.0.2", "127.0.0.3", "127.0.0.4", "127.0.0.5", "::1"];

export interface Canaries {
  /** connections accepted by any of them */
  accepted(): number;
  /** Connects to the canary for an address. */
  dial: Dial;
}

export async function startCanaries(): Promise<Canaries> {
  const canaries = new Map<string, WireServer>();
  for (const address of canaryAddresses)
    canaries.set(address, await startWireServer((socket) => void socket.end(answer("secret")), address));
  return {
    accepted: () => [...canaries.values()].reduce((sum, { accepted }) => sum + accepted, 0),
    dial(address, _port, signal) {
      const at = canaries.has(address) ? address : "127.0.0.5";
      return dialLoopback(at, canaries.get(at)?.port ?? 0, signal);
    },
  };
}

/** The product's own dial function, to this machine alone. */
export const dialLoopback: Dial = (address, port, signal) => {
  if (isIP(address) === 0 || !(address.startsWith("127.") || address === "::1"))
    throw new Error(`a test dials ${address}`);
  return dialAddress(address, port, signal);
};

export interface SecureServer {
  port: number;
  /** the server names of the TLS handshakes, and the requests */
  names: (string | false | null)[];
  protocols: (string | false | null)[];
  requests: string[];
}

/** A web server with TLS on 127.0.0.1, which offers HTTP/2 too. */
export async function startSecureServer(
  certificate: Certificate,
  reply: (request: string) => Buffer = () => answer("welcome"),
): Promise<SecureServer> {
  const secure: SecureServer = { port: 0, names: [], protocols: [], requests: [] };
  const open = new Set<Socket>();
  const server = createServer({ ...certificate, ALPNProtocols: ["h2", "http/1.1"] }, (socket: TLSSocket) => {
    secure.names.push((socket as TLSSocket & { servername: string | false }).servername);
    secure.protocols.push(socket.alpnProtocol);
    socket.on("error", () => undefined);
    socket.once("data", (bytes: Buffer) => {
      secure.requests.push(bytes.toString("latin1"));
      socket.end(reply(bytes.toString("latin1")));
    });
  });
  server.on("connection", (socket: Socket) => open.add(socket.on("close", () => open.delete(socket))));
  server.on("tlsClientError", () => undefined);
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  afterAll(async () => {
    const closed = new Promise((done) => server.close(done));
    for (const socket of open) socket.destroy();
    await closed;
  });
  secure.port = (server.address() as { port: number }).port;
  return secure;
}
