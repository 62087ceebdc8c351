// Name resolution of egress requests. Every question goes to a name server of this machine, or to its hosts file.
import { expect, onTestFinished, test, vi } from "vitest";
import { isAllowlistable, isPublic } from "../../src/egress/ip-policy.ts";
import { createResolver } from "../../src/egress/dns.ts";
import { type NameAnswer, startNameServer } from "../support/servers/dns-server.ts";

const v4 = [93, 184, 215, 14];
const v6 = [0x26, 0x06, 0x28, 0, ...Array<number>(11).fill(0), 1];
const answers: Record<string, NameAnswer> = {
  "both.example.org": { a: [v4, [1, 1, 1, 1]], aaaa: [v6] },
  "four.example.org": { a: [v4] },
  "six.example.org": { aaaa: [v6] },
  "none.example.org": {},
  "broken.example.org": { code: 2 },
};
const server = await startNameServer((name, type) => {
  if (name === "half.example.org") return type === "A" ? { a: [v4] } : undefined;
  return name === "silent.example.org" ? undefined : (answers[name] ?? { code: 3 });
});
const resolve = createResolver([server.place]);
const look = (name: string, isAllowed = false, signal = new AbortController().signal) =>
  resolve(name, { isAllowed, signal });

test("a name stands for all its addresses, of both families or one", async () => {
  expect(await look("both.example.org")).toEqual(["93.184.215.14", "1.1.1.1", "2606:2800::1"]);
  expect(await look("four.example.org")).toEqual(["93.184.215.14"]);
  expect(await look("six.example.org")).toEqual(["2606:2800::1"]);
});

test.each([["none.example.org"], ["absent.example.org"], ["broken.example.org"], ["silent.example.org"]])(
  "%s stands for nothing, and that comes to be known",
  async (name) => {
    await expect(look(name)).rejects.toThrow(/E(NODATA|NOTFOUND|SERVFAIL|TIMEOUT|CANCELLED)/);
  },
);

test("a name server that is silent about one family does not take the other with it", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] }); // the name server's own timeout is real
  onTestFinished(() => void vi.useRealTimers());
  let found: readonly string[] | undefined;
  const looked = look("half.example.org").then((addresses) => (found = addresses));
  await vi.waitUntil(() => server.questions.includes("half.example.org AAAA"));
  await vi.advanceTimersByTimeAsync(1999); // waiting callers wait for 2 s
  for (let at = 0; at < 10; at += 1) await new Promise(setImmediate);
  expect(found).toEqual(["93.184.215.14"]);
  await looked;
});

test("a look-up that nobody waits for any more stops", async () => {
  const controller = new AbortController();
  const looked = look("silent.example.org", false, controller.signal);
  controller.abort();
  await expect(looked).rejects.toThrow("ECANCELLED");
});

test("only the name itself is asked for, and only of names that are not allowed", async () => {
  const before = server.questions.length;
  await expect(look("absent.example.org")).rejects.toThrow("ENOTFOUND");
  const asked = server.questions.slice(before);
  expect([...new Set(asked)].sort()).toEqual(["absent.example.org A", "absent.example.org AAAA"]);
  const known = await look("localhost", true); // from the hosts file
  expect(known.length).toBeGreaterThan(0);
  expect(known.every((address) => address === "::1" || address.startsWith("127."))).toBe(true);
  expect(server.questions).toHaveLength(before + asked.length);
});

test("a name the operator allowed may stand for private addresses, not for those of a link or a cloud's agents", () => {
  const own = [
    "10.0.0.1",
    "192.168.1.1",
    "172.16.0.1",
    "127.0.0.1",
    "100.64.0.1",
    "::1",
    "fd00::1",
    "8.8.8.8",
  ];
  expect(own.filter((address) => !isAllowlistable(address))).toEqual([]);
  expect(own.filter(isPublic)).toEqual(["8.8.8.8"]);
  const never = [
    "0.0.0.0",
    "169.254.169.254",
    "100.100.100.200",
    "168.63.129.16",
    "192.0.0.192",
    "224.0.0.1",
  ];
  const six = [
    "::",
    "fe80::1",
    "fe80::1%eth0",
    "fd00:ec2::254",
    "ff02::1",
    "::ffff:169.254.169.254",
    "64:ff9b:1::1",
  ];
  expect([...never, ...six, "", "localhost"].filter(isAllowlistable)).toEqual([]);
});
