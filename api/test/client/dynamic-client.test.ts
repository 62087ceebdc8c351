// The raw client: endpoints by their names, responses as received, and what the server did not send.
import { expect, test } from "vitest";
import { type ClientOptions, createDynamicClient, DossierError, isDossierError } from "../../src/index.ts";
import { fakeClock } from "../support/stub-network.ts";

type Sent = Parameters<NonNullable<ClientOptions["fetch"]>>;

/** A raw client whose requests are recorded; every call gets the same response. */
function stubRaw(answer: (at: number) => Response, options: Partial<ClientOptions> = {}) {
  const seen: Sent[] = [];
  const client = createDynamicClient({
    url: "http://dossier.test",
    key: "dsr_x",
    clock: fakeClock(),
    fetch: async (...sent) => {
      seen.push(sent);
      return answer(seen.length - 1);
    },
    ...options,
  });
  return { client, seen };
}

test("a response comes as it was sent, with its headers, and parsed", async () => {
  const text = '{ "type": "item",  "item": {"id": 7} }';
  const { client } = stubRaw(() => new Response(text, { status: 201, headers: { etag: '"3"' } }));
  const response = await client.call("customer.find", { id: 7 });
  expect(response).toMatchObject({ status: 201, text, body: { type: "item", item: { id: 7 } } });
  expect(response.headers.get("etag")).toBe('"3"');
});

test("fields under wire names are sent unchanged, beside the others", async () => {
  const { client, seen } = stubRaw(() => Response.json({ type: "result" }));
  const wireFields = { externalPrimaryID: "K-17", custom_tier: "gold", firstname: "overridden" };
  await client.call("customer.create", { brandId: 1, firstname: "Ada" }, { wireFields });
  await client.call("customer.list", { query: "ada" }, { wireFields: { newField: [1, 2] } });
  expect(JSON.parse(seen[0]![1].body as string)).toEqual({
    externalPrimaryID: "K-17",
    custom_tier: "gold",
    firstname: "Ada",
    brandID: 1,
  });
  expect(seen[1]![0].search).toBe("?newField=1&newField=2&query=ada");
});

test("a version is quoted, and an ETag is sent unchanged", async () => {
  const { client, seen } = stubRaw(() => Response.json({ type: "result" }));
  for (const ifMatch of [3, '"4"', "*"]) await client.call("customer.update", { id: 7 }, { ifMatch });
  expect(seen.map(([, { headers }]) => headers["if-match"])).toEqual(['"3"', '"4"', "*"]);
});

test("a name that is not in the table is no call", async () => {
  const { client, seen } = stubRaw(() => Response.json({ type: "result" }));
  for (const name of ["customer", "customer.fly", "toString.call", "customer.toString", "customer.find.x"])
    await expect(client.call(name)).rejects.toThrow(`There is no endpoint ${name}.`);
  expect(seen).toEqual([]);
});

test("a list is read page by page, up to a limit; a page size that is no number is the server's to refuse", async () => {
  const { client, seen } = stubRaw((at) =>
    Response.json({ type: "list", items: [{ id: at }], itemTotal: 3, nextCursor: at < 2 ? `c${at}` : null }),
  );
  const totals: number[] = [];
  for await (const page of client.pages("brand.list", { itemLimit: "1" })) totals.push(page.itemTotal);
  expect(totals).toEqual([3, 3, 3]);
  expect(seen.map(([url]) => url.search)).toEqual([
    "?itemLimit=1",
    "?cursor=c0&itemLimit=1",
    "?cursor=c1&itemLimit=1",
  ]);
  for await (const page of client.pages("brand.list", { itemLimit: "many" }, { limit: 1 }))
    expect(page.items).toHaveLength(1);
  expect(seen.at(-1)![0].search).toBe("?itemLimit=many");
});

async function errorOf(answer: () => Response): Promise<DossierError> {
  const { client } = stubRaw(answer, { retry: false });
  const error: unknown = await client.call("customer.find", { id: 7 }).catch((reason: unknown) => reason);
  if (isDossierError(error)) return error;
  throw new Error(`no DossierError: ${String(error)}`);
}

test("the status of a response that is not Dossier's is kept, and only of such a one", async () => {
  const ours = { type: "error", code: "not_found", message: "No." };
  expect((await errorOf(() => Response.json(ours, { status: 404 }))).foreignStatus).toBeUndefined();
  for (const answer of [
    () => new Response("<html>", { status: 404 }),
    () => Response.json({ message: "No.", errors: { field: "x" } }, { status: 404 }),
    () => Response.json([], { status: 404 }),
  ])
    expect(await errorOf(answer)).toMatchObject({ foreignStatus: 404, code: "internal", errors: [] });
  expect((await errorOf(() => Response.json({ status: "ok" }))).foreignStatus).toBe(200);
});

test("a condition narrows what is repeated, and widens nothing", async () => {
  const away = () => Response.json({ type: "error", code: "unavailable", message: "No." }, { status: 503 });
  const asked: string[] = [];
  const when = (allowed: boolean) => (error: DossierError) => {
    asked.push(error.code);
    return allowed;
  };
  const never = stubRaw(away, { retry: { when: when(false) } });
  await expect(never.client.call("brand.list")).rejects.toThrow(DossierError);
  expect(never.seen).toHaveLength(1);
  const always = stubRaw(away, { retry: { when: when(true) } });
  await expect(always.client.call("brand.list")).rejects.toThrow(DossierError);
  expect(always.seen).toHaveLength(4);
  await expect(always.client.call("key.create", { name: "x" })).rejects.toThrow(DossierError);
  expect(always.seen).toHaveLength(5); // a repetition could make a second key
  expect(new Set(asked)).toEqual(new Set(["unavailable"]));
});
