// The schema is readable in one place, server/schema.sql, and equals the result of the migrations.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { expect, test } from "vitest";
import { createTestDatabase } from "./support/database.ts";
import { describeSchema } from "./schema.ts";
import { unwanted } from "./unwanted-words.ts";

const file = fileURLToPath(new URL("../schema.sql", import.meta.url));

test("server/schema.sql is the schema of a migrated database; `npm run schema` writes it", async () => {
  const client = new pg.Client((await createTestDatabase()).connection);
  await client.connect();
  const schema = await describeSchema(client);
  await client.end();
  if (process.env.WRITE_SCHEMA) writeFileSync(file, schema);
  expect(readFileSync(file, "utf8")).toBe(schema);
});

test("tables, columns, constraints, indexes and triggers are named in the words of the glossary", () => {
  const names = readFileSync(file, "utf8").matchAll(
    /^(?:CREATE (?:OR REPLACE FUNCTION|(?:UNLOGGED )?TABLE|(?:UNIQUE )?INDEX|TRIGGER)|  CONSTRAINT|  (?!CONSTRAINT)) ?([a-z_]+)/gm,
  );
  const all = new Set([...names].map(([, name]) => name ?? ""));
  for (const name of [
    "audit_entry",
    "number",
    "ticket_list",
    "event_counted",
    "ticket_customer",
    "count_rows",
  ])
    expect(all).toContain(name);
  const wrong = [...all].flatMap((name) =>
    name.split("_").flatMap((word) => (word in unwanted ? [`${name}: better ${unwanted[word]}`] : [])),
  );
  expect(wrong).toEqual([]);
});
