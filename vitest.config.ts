// Two projects, so that the tests of `api` need no database. Each test file runs in a process of its own;
// three of them at a time keep two cores and one PostgreSQL busy. The time-outs only end what hangs: what a test waits
// for it bounds itself.
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    pool: "forks",
    maxWorkers: 3,
    testTimeout: 180_000,
    hookTimeout: 180_000,
    projects: [
      { extends: true, test: { name: "api", include: ["api/test/**/*.test.ts"] } },
      {
        extends: true,
        test: {
          name: "server",
          include: ["server/test/**/*.test.ts"],
          globalSetup: "server/test/support/global-setup.ts",
          setupFiles: "server/test/support/leak-check.ts",
        },
      },
    ],
  },
});
