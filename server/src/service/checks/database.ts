/** Database checks: whether Dossier can run on the database, and whether its commits are durable. */
import type { DatabaseAddress } from "../../config/database-address.ts";
import { minDifference, maxClockDifference } from "../../db/clock.ts";
import type { Inspection } from "../../db/inspect.ts";
import { warning, type Finding, ok, wrong } from "./finding.ts";

const minVersion = 150_000;

/** Checks an inspected database; without an address it is the embedded one, whose settings are Dossier's own. */
export function checkDatabase(inspection: Inspection, address?: DatabaseAddress): Finding[] {
  return [
    version(inspection, address !== undefined),
    ...(address ? [transport(inspection, address)] : []),
    encoding(inspection),
    ctypeOf(inspection),
    trigrams(inspection),
    ...durability(inspection),
    ...writable(inspection),
    schema(inspection),
    clock(inspection),
  ];
}

function version({ version, versionNumber }: Inspection, isGiven: boolean): Finding {
  if (versionNumber < minVersion)
    return wrong("database", `PostgreSQL ${version} is too old.`, "Dossier needs 15 or newer.");
  return ok("database", `PostgreSQL ${version} answers${isGiven ? " at DATABASE_URL" : ""}`);
}

function transport(
  { transport: { protocol, isVerified } }: Inspection,
  { isRemote }: DatabaseAddress,
): Finding {
  if (protocol === undefined && !isRemote) return ok("database TLS", "not needed on the same machine");
  if (protocol === undefined)
    return warning(
      "database TLS",
      "none, as sslmode=disable says: data and password can be read on the way.",
      "Take sslmode=disable out of DATABASE_URL: TLS is then demanded.",
    );
  if (isVerified) return ok("database TLS", `${protocol}, certificate verified`);
  return warning(
    "database TLS",
    `${protocol}, but any certificate is accepted.`,
    "Name the authority's with sslrootcert=/path and say sslmode=verify-full.",
  );
}

function encoding({ encoding }: Inspection): Finding {
  if (encoding === "UTF8") return ok("encoding", "UTF8");
  return wrong(
    "encoding",
    `${encoding} cannot hold every name.`,
    "Create the database with ENCODING 'UTF8' TEMPLATE template0.",
  );
}

function ctypeOf({ ctype, supportsUnicode }: Inspection): Finding {
  if (supportsUnicode) return ok("letters", `LC_CTYPE ${ctype} knows those beyond ASCII`);
  return wrong(
    "letters",
    `LC_CTYPE ${ctype} knows ASCII letters only: most names would not be found.`,
    "Create the database with LC_CTYPE 'C.UTF-8' (or another UTF-8 locale) TEMPLATE template0.",
  );
}

function trigrams({ trgm }: Inspection): Finding {
  if (trgm === "installed") return ok("pg_trgm", "installed");
  if (trgm === "available") return ok("pg_trgm", "available: the first start installs it");
  return wrong("pg_trgm", "the extension is missing on the server.", "Install PostgreSQL's contrib package.");
}

function durability({ durability }: Inspection): Finding[] {
  const off = Object.entries(durability).filter(([, value]) => value === "off" || value === "local");
  if (off.length === 0) return [ok("durability", "fsync, full_page_writes and synchronous_commit are on")];
  return off.map(([name, value]) =>
    wrong(
      "durability",
      `${name} is ${value}: writes that were acknowledged can be lost${name === "synchronous_commit" ? "" : ", and the database with them"}.`,
      `ALTER SYSTEM SET ${name} = on; then SELECT pg_reload_conf();`,
    ),
  );
}

function writable({ readOnly }: Inspection): Finding[] {
  if (!readOnly) return [];
  return [
    wrong(
      "writing",
      "the database takes no writes: it is a standby, or set to read only.",
      "Name the primary in DATABASE_URL.",
    ),
  ];
}

function schema({ migrations: { missing, unknown } }: Inspection): Finding {
  if (unknown.length > 0)
    return wrong("migrations", `newer than this Dossier: ${unknown.join(", ")}.`, "Use the newer release.");
  if (missing.length > 0)
    return warning(
      "migrations",
      `${missing.length} are to be applied, from ${missing[0]} on.`,
      "`dossier migrate` does it, and so does every start.",
    );
  return ok("migrations", "those of this release");
}

const maxDifferenceMs = 60_000;

function clock({ clock }: Inspection): Finding {
  return checkClock(minDifference(clock), "the database");
}

/** Checks the difference of two clocks, in milliseconds. */
export function checkClock(differenceMs: number, other: string, subject = "clock"): Finding {
  const found = `${(differenceMs / 1000).toFixed(1)} s apart from ${other}'s`;
  if (differenceMs <= maxClockDifference) return ok(subject, `the same as ${other}'s`);
  const advice = "Keep both by NTP: logs and certificates go by the machine's, data by the database's.";
  return differenceMs > maxDifferenceMs
    ? wrong(subject, `${found}.`, advice)
    : warning(subject, `${found}.`, advice);
}
