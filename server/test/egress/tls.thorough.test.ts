// Egress TLS: a server without a certificate for the name from a trusted authority is unreachable.
import { createServer, type Server } from "node:net";
import { afterAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { openLog } from "../../src/log.ts";
import { createEgressClient, type EgressError } from "../../src/egress/client.ts";
import { dialLoopback, startSecureServer } from "../support/servers/canaries.ts";
import { hasOpenssl, makeAuthority } from "../support/servers/certificates.ts";

describe.skipIf(!hasOpenssl)("a server outside (needs openssl)", async () => {
  if (!hasOpenssl) return;
  const [trusted, other] = [makeAuthority(), makeAuthority()];
  const names = ["shop.example.org", "93.184.215.14", "*.wild.example.org"];
  const right = await startSecureServer(trusted.sign(names));
  const foreign = await startSecureServer(other.sign(names));
  const expired = await startSecureServer(trusted.sign(names, -1));
  const silent: Server = createServer(() => undefined);
  await new Promise<void>((done) => silent.listen(0, "127.0.0.1", done));
  afterAll(() => void silent.close());
  const silentPort = (silent.address() as { port: number }).port;

  async function ask(port: number, url = "https://shop.example.org/", ca: string[] | null = [trusted.cert]) {
    const lines: string[] = [];
    const log = openLog("info", false, { write: (line: string) => void lines.push(line) });
    const outside = createEgressClient({
      allow: [],
      log,
      ...(ca ? { ca } : {}),
      resolve: async () => ["93.184.215.14"],
      dial: (_address, _port, signal) => dialLoopback("127.0.0.1", port, signal),
    });
    try {
      const { body } = await outside.send({ url, method: "GET", concurrencyKey: "a", timeoutMs: 10_000 });
      return body.toString();
    } catch (error) {
      const { kind } = error as EgressError;
      return `${kind}: ${(JSON.parse(lines[0] ?? "{}") as { reason?: string }).reason}`;
    }
  }

  test.each([
    "https://shop.example.org/",
    "https://shop.example.org./",
    "https://93.184.215.14/",
    "https://a.wild.example.org/",
  ])("with a certificate for %s is reached", async (url) => {
    expect(await ask(right.port, url)).toBe("welcome");
    expect(right.protocols.at(-1)).toBe("http/1.1");
  });

  test("is asked for by its name, and under it", async () => {
    await ask(right.port);
    expect(right.names.at(-1)).toBe("shop.example.org");
    expect(right.requests.at(-1)).toContain("host: shop.example.org\r\n");
  });

  test.concurrent.each([
    ["has one for other names", right.port, "https://other.example.org/", "ERR_TLS_CERT_ALTNAME_INVALID"],
    [
      "has one for the name, not for the address",
      right.port,
      "https://8.8.8.8/",
      "ERR_TLS_CERT_ALTNAME_INVALID",
    ],
    [
      "has one for names one level up",
      right.port,
      "https://a.b.wild.example.org/",
      "ERR_TLS_CERT_ALTNAME_INVALID",
    ],
    ["has one of an unknown authority", foreign.port, undefined, "UNABLE_TO_VERIFY_LEAF_SIGNATURE"],
    ["has one that has expired", expired.port, undefined, "CERT_HAS_EXPIRED"],
    ["never finishes the handshake", silentPort, undefined, "no connection"],
  ])("that %s is not", async (_what, port, url, reason) => {
    const before = right.requests.length + foreign.requests.length + expired.requests.length;
    expect(await ask(port, url)).toMatch(`unreachable: ${reason}`);
    expect(right.requests.length + foreign.requests.length + expired.requests.length).toBe(before);
  });

  test("is not trusted by an authority nobody named, and not because the environment says so", async () => {
    vi.stubEnv("NODE_TLS_REJECT_UNAUTHORIZED", "0");
    onTestFinished(() => void vi.unstubAllEnvs());
    expect(await ask(right.port, undefined, null)).toMatch("unreachable: ");
    expect(await ask(foreign.port)).toMatch("unreachable: ");
  });
});
