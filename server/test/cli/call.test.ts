// Every endpoint from the terminal, on a server by its URL: options, files and standard input, output for people and
// for programs, pages, errors under the names of options, and failures on the way.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { emptyFolder, run, runJson } from "../support/run-cli.ts";
import { uniqueName, startFixtureServer, type Fixture } from "../support/requests.ts";

const world = await startFixtureServer();
const scene: Fixture = { world, brandId: await world.newBrand() };
const env = { DOSSIER_URL: world.url, DOSSIER_KEY: world.adminKey };
const brand = ["--brand-id", String(scene.brandId)];

test("options, a file and standard input say the same, and options count first", async () => {
  const file = join(emptyFolder(), "ada.json");
  const primaryId = uniqueName();
  const ada = { brandId: scene.brandId, primaryId, firstname: "Ada", custom: { tier: "gold", size: 7 } };
  writeFileSync(file, JSON.stringify(ada));
  const made = await runJson(["call", "customer.resolve", "--input", file, "--custom", "tier=silver"], {
    env,
  });
  const input = JSON.stringify({ externalPrimaryID: primaryId, brandID: scene.brandId, custom_size: 8 });
  await runJson(["call", "customer.updateByPrimaryId", "--input", "-", "--lastname", "King"], { env, input });
  const { item } = await world.admin.customer.find({ id: Number(made.id) });
  expect(item).toMatchObject({ firstname: "Ada", lastname: "King", custom_tier: "silver", custom_size: "8" });
});

test("people get a record and a message, programs the answer alone", async () => {
  const words = ["call", "customer.create", ...brand, "--firstname", "Grace", "--custom", "tier=gold"];
  const made = await run(words, { env });
  expect(made.stderr).toBe("Customer created.\n");
  const [, id = ""] = /^id +(\d+)$/m.exec(made.stdout) ?? [];
  const shown = await run(["call", "customer.find", id], { env });
  expect(shown).toMatchObject({ code: 0, stderr: "" });
  expect(shown.stdout).toMatch(/^firstname +Grace$/m);
  expect(shown.stdout).toMatch(/^custom_tier +gold$/m);
});

test("every fault of a refusal is told, by its option", async () => {
  const words = ["--brand-id", "x", "--firstname", "<", "--channel", "email=no", "--channel", "carrier=1"];
  const ran = await run(["call", "customer.create", ...words], { env });
  expect(ran).toMatchObject({ code: 1, stdout: "" });
  for (const option of ["--brand-id", "--firstname", "--channel (number 1)", "--channel (number 2)"])
    expect(ran.stderr).toMatch(new RegExp(`^  ${option.replaceAll(/[()]/g, "\\$&")} +[a-z]`, "m"));
  const json = await run(["call", "customer.create", ...words, "--json"], { env });
  expect(json).toMatchObject({ code: 1, stdout: "" });
  expect(JSON.parse(json.stderr)).toMatchObject({ type: "error", code: "invalid_field" });
});
