// TLS to a database on another machine: it is required, and the server must present a valid certificate, unless the URL
// says otherwise. The other machine is this one under a name that the test resolves; its PostgreSQL is behind a relay
// that speaks TLS as PostgreSQL does. Without openssl there are no certificates, and the tests report that they are
// skipped.
import dns from "node:dns";
import { writeFileSync } from "node:fs";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { join } from "node:path";
import { createSecureContext, TLSSocket } from "node:tls";
import { expect, onTestFinished, test, vi } from "vitest";
import { readConfig } from "../../src/config.ts";
import { DatabaseUrlError, parseDatabaseAddress } from "../../src/config/database-address.ts";
import { inspect } from "../../src/db/inspect.ts";
import { describeError } from "../../src/cli/exit.ts";
import { checkDatabase } from "../../src/service/checks/database.ts";
import { openDatabase } from "../../src/db/pool.ts";
import { type Certificate, hasOpenssl, makeAuthority } from "../support/servers/certificates.ts";
import { emptyFolder } from "../support/run-cli.ts";
import { createTestDatabase } from "../support/database.ts";

const other = "db.example.test";
const lookup = dns.lookup;
vi.spyOn(dns, "lookup").mockImplementation(((host: string, options: object, done: () => void) =>
  lookup(host === other ? "127.0.0.1" : host, options, done)) as typeof dns.lookup);

const modeOf = (url: string, standardHost?: string) => {
  const { isRemote, encryption } = parseDatabaseAddress(url, standardHost);
  return `${isRemote ? "remote" : "local"} ${encryption}`;
};

test.each([
  ["postgresql://u:p@db.example.org/d", "remote verified"],
  ["postgresql://u:p@10.1.2.3:5432/d?application_name=x", "remote verified"],
  ["postgresql://u:p@[fd00::1]/d", "remote verified"],
  ["postgresql://u:p@db/d?host=other", "remote verified"],
  ["postgresql://u:p@localhost/d?host=10.0.0.1", "remote verified"],
  ["postgresql://u:p@127.1/d", "remote verified"], // an unknown spelling of an address
  ["postgresql://u:p@db/d?sslmode=require", "remote verified"],
  ["postgresql://u:p@db/d?sslmode=prefer", "remote verified"],
  ["postgresql://u:p@db/d?sslmode=no-verify", "remote unverified"],
  ["postgresql://u:p@db/d?uselibpqcompat=true&sslmode=require", "remote unverified"],
  ["postgresql://u:p@db/d?ssl=true", "remote verified"],
  ["postgresql://u:p@db/d?sslmode=disable", "remote none"],
  ["postgresql://u:p@localhost:5432/d", "local none"],
  ["postgresql://u:p@LocalHost/d", "local none"],
  ["postgresql://u:p@127.0.0.2/d", "local none"],
  ["postgresql://u:p@[::1]/d", "local none"],
  ["postgresql://u:p@/d?host=/run/postgresql", "local none"],
  ["postgresql://%2Frun%2Fpostgresql/d", "local none"],
  ["postgresql:///d", "local none"],
  ["postgresql://u:p@localhost/d?sslmode=verify-full", "local verified"],
])("%s is %s", (url, mode) => expect(modeOf(url)).toBe(mode));

test("a URL that names no host means the one of the environment", () => {
  expect(modeOf("postgresql:///d", "db.example.org")).toBe("remote verified");
  const config = readConfig({
    DATABASE_URL: "postgresql:///d",
    PGHOST: "db.example.org",
    DOSSIER_SECRET: "ab".repeat(32),
  });
  expect(config.databaseUrl).toContain("sslmode=verify-full");
});

test.each([
  ["postgresql://u:p@db/d?ssl=0", /in the open to another machine.*sslmode=disable/],
  ["postgresql://u:p@db/d?ssl=false", /in the open to another machine/],
  ["postgresql://u:p@db/d?sslmode=verify_full", /none of disable, no-verify, /],
  [
    "postgresql://u:p@db/d?sslrootcert=/nonexistent/ca.crt",
    /cannot be read: \/nonexistent\/ca\.crt \(ENOENT\)/,
  ],
  ["postgresql://u:p@db/d#x", /has a # in it/],
  ["mysql://u:secret@db/d", /must be a URL/],
])("%s is refused", (url, message) => {
  expect(() => parseDatabaseAddress(url)).toThrow(DatabaseUrlError);
  expect(() => parseDatabaseAddress(url)).toThrow(message);
  expect(() => parseDatabaseAddress(url)).not.toThrow(/secret/);
});

const database = await createTestDatabase();
const { host = "", port = 5432 } = database.connection;
const openPostgres = () => (host.startsWith("/") ? connect(`${host}/.s.PGSQL.${port}`) : connect(port, host));

/** A PostgreSQL on TCP: with a certificate it offers TLS, without one it declines. */
async function relayTls(certificate?: Certificate): Promise<number> {
  const open = new Set<Socket>();
  const join = (near: Socket) => {
    const far = openPostgres();
    near.pipe(far).pipe(near);
    for (const [one, its] of [
      [near, far],
      [far, near],
    ] as const)
      one.on("error", () => its.destroy()).on("close", () => its.destroy());
  };
  const server = createServer((socket) => {
    open.add(socket);
    socket.on("error", () => undefined);
    socket.once("data", (asked: Buffer) => {
      const isTlsAsked = asked.length === 8 && asked.readInt32BE(4) === 80_877_103;
      socket.pause();
      if (!isTlsAsked) socket.unshift(asked);
      else socket.write(certificate ? "S" : "N");
      if (isTlsAsked && certificate)
        return join(
          new TLSSocket(socket, { isServer: true, secureContext: createSecureContext(certificate) }),
        );
      return join(socket);
    });
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  onTestFinished(async () => {
    for (const socket of open) socket.destroy();
    await new Promise((done) => server.close(done));
  });
  return (server.address() as AddressInfo).port;
}

/** What `doctor` reports of a server with this setting; or why it cannot connect. */
async function look(relayed: number, query = ""): Promise<string> {
  const { user = "", password, database: name = "" } = database.connection;
  const secret = typeof password === "string" ? `:${encodeURIComponent(password)}` : "";
  const { databaseUrl = "" } = readConfig({
    DATABASE_URL: `postgresql://${user}${secret}@${other}:${relayed}/${name}${query}`,
    DOSSIER_SECRET: "ab".repeat(32),
  });
  const db = openDatabase({ connectionString: databaseUrl }, 1);
  try {
    const findings = checkDatabase(await inspect(db), parseDatabaseAddress(databaseUrl));
    const found = findings.find(({ subject }) => subject === "database TLS");
    return `${found?.level}: ${found?.found}`;
  } catch (error) {
    return describeError(error);
  } finally {
    await db.close();
  }
}

test("a server without TLS on another machine is refused, and named for what it lacks", async () => {
  const relayed = await relayTls();
  expect(await look(relayed)).toMatch(/offers no TLS.*sslmode=verify-full.*sslmode=disable/);
  expect(await look(relayed, "?sslmode=disable")).toMatch(/^warning: none, as sslmode=disable says/);
});

test.skipIf(!hasOpenssl)(
  "a certificate is verified: by its authority, for its name, in its time",
  async () => {
    const authority = makeAuthority();
    const ca = join(emptyFolder(), "ca.crt");
    writeFileSync(ca, authority.cert);
    const good = await relayTls(authority.sign([other]));
    expect(await look(good, `?sslrootcert=${ca}`)).toMatch(/^ok: TLSv1\.[23], certificate verified$/);
    expect(await look(good, `?sslmode=require&sslrootcert=${ca}`)).toMatch(/^ok: TLSv1/);
    expect(await look(good)).toMatch(/no certificate that can be verified \(\w+\).*sslrootcert/);
    expect(await look(good, "?sslmode=no-verify")).toMatch(/^warning: TLSv1\.[23], but any certificate/);
    const foreign = await relayTls(authority.sign(["other.example.test"]));
    expect(await look(foreign, `?sslrootcert=${ca}`)).toContain("ERR_TLS_CERT_ALTNAME_INVALID");
    const expired = await relayTls(authority.sign([other], -1));
    expect(await look(expired, `?sslrootcert=${ca}`)).toContain("CERT_HAS_EXPIRED");
  },
);
