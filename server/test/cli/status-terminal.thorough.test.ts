// The status in a terminal, with its colours: every value begins in the same column.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { expect, test } from "vitest";
import { bundle, emptyFolder, plainEnvironment } from "../support/run-cli.ts";
import { serve } from "../support/servers/server-process.ts";
import { hasTerminal } from "../support/servers/terminal.ts";

test.skipIf(!hasTerminal)("the values of a status are aligned, also beside coloured names", async () => {
  const dataDir = join(emptyFolder(), "data");
  const served = await serve([], emptyFolder(), { DOSSIER_DATA_DIR: dataDir });
  const command = `${process.execPath} ${bundle} status --data-dir ${dataDir}`;
  const { stdout } = spawnSync("script", ["--quiet", "--return", "--command", command, "/dev/null"], {
    env: plainEnvironment({ TERM: "xterm", FORCE_COLOR: "1" }),
    encoding: "utf8",
  });
  expect(stdout).toContain("\u001b[");
  const lines = stripVTControlCharacters(stdout).split(/\r?\n/);
  const columns = lines.flatMap((line) => /^(?:state|version|url|process) +/.exec(line)?.[0].length ?? []);
  expect(columns).toHaveLength(4);
  expect(new Set(columns).size).toBe(1);
  expect(await served.stop()).toBe(0);
});
