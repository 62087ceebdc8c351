// The file with the first administrator key: who may read it, and which files are refused.
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, expect, test } from "vitest";
import { generateToken, hashToken } from "../../src/domain/key/token.ts";
import { openLog } from "../../src/log.ts";
import {
  AdminKeyFile,
  AdminKeyFileError,
  deleteAdminKey,
  readAdminKey,
} from "../../src/service/admin-key-file.ts";

const folder = mkdtempSync(join(tmpdir(), "dossier-admin-key-"));
afterAll(() => rmSync(folder, { recursive: true }));
const path = join(folder, "admin-key");
const key = generateToken();
const lines: string[] = [];
const file = new AdminKeyFile(
  folder,
  openLog("info", false, { write: (line: string) => void lines.push(line) }),
);

beforeEach(() => {
  rmSync(path, { force: true });
  lines.length = 0;
  file.write(key);
});

const refusal = () => {
  try {
    readAdminKey(folder);
  } catch (error) {
    if (error instanceof AdminKeyFileError) return error.message;
    throw error;
  }
  return undefined;
};

test("it holds the key for its owner only, also where a file was before", () => {
  for (const mode of [0o600, 0o666]) {
    writeFileSync(path, "what was there");
    writeFileSync(`${path}.new`, "what a killed start left", { mode: 0o666 });
    chmodSync(path, mode);
    file.write(key);
    expect([statSync(path).mode & 0o777, readAdminKey(folder)]).toEqual([0o600, key]);
    expect(existsSync(`${path}.new`)).toBe(false);
  }
});

test.each([0o640, 0o604, 0o660, 0o602])("with mode %o it is refused, and its text is not shown", (mode) => {
  chmodSync(path, mode);
  expect(refusal()).toContain(`has mode ${mode.toString(8)}`);
  expect(refusal()).not.toContain(key);
});

test("a link, another text and a folder are refused; without a file there is no key", () => {
  writeFileSync(path, "dsr_no-key");
  expect(refusal()).toContain("does not hold an API key");
  rmSync(path);
  const other = join(folder, "other");
  writeFileSync(other, key, { mode: 0o600 });
  symlinkSync(other, path);
  expect(refusal()).toContain("is a link");
  expect(deleteAdminKey(folder)).toBe(true);
  expect(readFileSync(other, "utf8")).toBe(key);
  expect([readAdminKey(folder), deleteAdminKey(folder)]).toEqual([undefined, false]);
  mkdirSync(path, { mode: 0o700 });
  expect(refusal()).toContain("is no file");
  rmdirSync(path);
});

test.skipIf(process.getuid?.() !== 0)("a file of another account is refused", () => {
  chownSync(path, 65534, 65534);
  expect(refusal()).toContain("belongs to another account");
});

test("a session of its key deletes it, one of another key does not", () => {
  file.sessionOpened(hashToken(generateToken()));
  expect([readAdminKey(folder), lines]).toEqual([key, []]);
  file.sessionOpened(hashToken(key));
  expect(existsSync(path)).toBe(false);
  expect(lines).toHaveLength(1);
  expect(lines.join()).toContain("its file is deleted");
  file.sessionOpened(hashToken(key));
  expect(lines).toHaveLength(1);
});

test("where it cannot be written the log says so, without the key", () => {
  const absent = new AdminKeyFile(
    join(folder, "absent"),
    openLog("info", false, { write: (line: string) => void lines.push(line) }),
  );
  absent.write(key);
  expect(lines.join()).toContain("could not be written");
  expect(lines.join()).not.toContain(key);
});
