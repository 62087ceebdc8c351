// Four projects: the tests of `api` and of `console`, which need no database; those of the server; and the long proofs of both, whose
// files are named `*.thorough.test.ts`. `npm test` runs the first three, `npm run test:thorough` the fourth. Each test file
// runs in a process of its own; three of them at a time keep two cores and one PostgreSQL busy. The time-outs only end
// what hangs: what a test waits for it bounds itself.
import { defineConfig } from "vitest/config";

const thorough = "**/*.thorough.test.ts";
const onPostgres = {
  globalSetup: "server/test/support/global-setup.ts",
  setupFiles: ["server/test/support/event-loop/setup.ts", "server/test/support/leak-check.ts"],
};

export default defineConfig({
  test: {
    pool: "forks",
    maxWorkers: 3,
    testTimeout: 180_000,
    hookTimeout: 180_000,
    projects: [
      { extends: true, test: { name: "api", include: ["api/test/**/*.test.ts"], exclude: [thorough] } },
      { extends: true, test: { name: "console", include: ["console/test/**/*.test.ts"] } },
      {
        extends: true,
        test: { name: "server", include: ["server/test/**/*.test.ts"], exclude: [thorough], ...onPostgres },
      },
      {
        extends: true,
        test: { name: "thorough", include: [`{api,server}/test/${thorough}`], ...onPostgres },
      },
    ],
  },
});
