// IP policy on a machine with an address of the open internet: no egress request goes back to it.
import { expect, test, vi } from "vitest";
import { openLog } from "../../src/log.ts";
import { createEgressClient, EgressError } from "../../src/egress/client.ts";

vi.mock("node:os", async (original) => ({
  ...(await original<object>()),
  hostname: () => "Desk.Example.org",
  networkInterfaces: () => ({
    lo: [{ address: "127.0.0.1" }],
    eth0: [{ address: "93.184.215.14" }, { address: "2606:2800:21f:cb07::1" }],
  }),
}));

const dialled: string[] = [];
const outside = createEgressClient({
  allow: ["93.184.215.14:8443"],
  log: openLog("silent", false),
  resolve: async (name) => (name.startsWith("six") ? ["2606:2800:21f:cb07:0::1"] : ["::ffff:93.184.215.14"]),
  async dial(address) {
    dialled.push(address);
    throw new Error("nobody is called");
  },
});

test("its own addresses and its own name are no targets, unless the operator allows them", () => {
  const own = [
    "93.184.215.14",
    "[2606:2800:21f:cb07::1]",
    "[::ffff:93.184.215.14]",
    "desk.example.org",
    "DESK.example.org.",
  ];
  for (const host of own) expect(outside.validateUrl(`https://${host}/`)).toMatch(/open internet/);
  for (const host of [
    "93.184.215.15",
    "[2606:2800:21f:cb07::2]",
    "help.desk.example.org",
    "93.184.215.14:8443",
  ])
    expect(outside.validateUrl(`https://${host}/`)).toBeUndefined();
});

test("a name that resolves to one of them is refused as well", async () => {
  for (const name of ["four.example.org", "six.example.org"]) {
    const sent = outside.send({
      url: `https://${name}/`,
      method: "GET",
      concurrencyKey: name,
      timeoutMs: 50,
    });
    await expect(sent).rejects.toThrow(EgressError);
  }
  expect(dialled).toEqual([]);
});
