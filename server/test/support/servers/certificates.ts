// Certificates for tests: an authority that is trusted only where a test configures it, and what it signs. Made by
// openssl, in a folder that is removed after the test file; `hasOpenssl` is false where openssl is missing.
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { isIP } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";

export const hasOpenssl = spawnSync("openssl", ["version"]).status === 0;

export interface Certificate {
  key: string;
  cert: string;
}

export interface Authority {
  cert: string;
  /** A certificate for these names and addresses; with -1 days it has expired. */
  sign(hosts: readonly string[], days?: number): Certificate;
}

export function makeAuthority(): Authority {
  const folder = mkdtempSync(join(tmpdir(), "dossier-certificates-"));
  afterAll(() => rmSync(folder, { recursive: true }));
  const openssl = (...args: string[]) =>
    execFileSync("openssl", args, { cwd: folder, stdio: ["ignore", "pipe", "ignore"] });
  const read = (name: string) => readFileSync(join(folder, name), "utf8");
  const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  openssl(
    "req",
    "-x509",
    ...newKey,
    "-days",
    "2",
    "-subj",
    "/CN=Test",
    "-keyout",
    "ca.key",
    "-out",
    "ca.crt",
  );
  let made = 0;
  return {
    cert: read("ca.crt"),
    sign(hosts, days = 2) {
      const name = `leaf-${(made += 1)}`;
      const listed = hosts.map((host) => `${isIP(host) ? "IP" : "DNS"}:${host}`).join(",");
      writeFileSync(join(folder, `${name}.ext`), `subjectAltName=${listed}\n`);
      openssl("req", ...newKey, "-subj", "/CN=leaf", "-keyout", `${name}.key`, "-out", `${name}.csr`);
      const signer = ["-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial"];
      const files = ["-in", `${name}.csr`, "-extfile", `${name}.ext`, "-out", `${name}.crt`];
      openssl("x509", "-req", ...signer, "-days", String(days), ...files);
      return { key: read(`${name}.key`), cert: read(`${name}.crt`) };
    },
  };
}
