// Calls of a third party with a client generated from openapi.json: every operation of the Customer controller, by its
// number in the contract. This file is compiled beside the generated client, in a folder of its own, and is therefore
// excluded from the project's own compilation: what does not fit the generated types fails the test.
import assert from "node:assert/strict";
import { type Auth, createClient, createConfig } from "./client/client/index.js";
import { formDataBodySerializer, urlSearchParamsBodySerializer } from "./client/client/index.js";
import * as sdk from "./client/sdk.gen.js";
import type { Customer, CustomerUpdateInput } from "./client/types.gen.js";

export interface Sent {
  url: string;
  headers: Headers;
}

/** How forms are sent: by the generator's own serialisers, which leave the type to fetch. */
const multipart = { ...formDataBodySerializer, headers: { "Content-Type": null } };
const form = {
  ...urlSearchParamsBodySerializer,
  headers: { "Content-Type": "application/x-www-form-urlencoded" },
};

let count = 0;
const fresh = (word: string) => `${word}-${(count += 1)}`;
const address = () => `${fresh("mail")}@example.org`;

/** The operations by name. Every request is recorded in `sent`. */
export function callsOf(baseUrl: string, key: string, brand: number, sent: Sent[]) {
  // The document lists every place for the key, and this generator fills all that it is given a key for: only the header.
  const auth = ({ in: place = "header", name }: Auth) =>
    place === "header" && name === "apiKey" ? key : undefined;
  const client = createClient(createConfig({ baseUrl, auth }));
  client.interceptors.request.use((request) => {
    sent.push({ url: request.url, headers: request.headers });
    return request;
  });
  const throwing = { client, throwOnError: true } as const;

  async function newcomer() {
    const primaryID = fresh("K");
    const body = {
      brandID: brand,
      primaryID,
      firstname: "Ada",
      lastname: "Lovelace",
      extra_email: address(),
    };
    const { data } = await sdk.customerCreate({ ...throwing, body });
    return { id: data.id, primaryID, email: body.extra_email };
  }

  async function read(id: number): Promise<Customer> {
    return (await sdk.customerFind({ ...throwing, path: { id } })).data.item;
  }

  return {
    "1 GET /customer": async () => {
      const made = [await newcomer(), await newcomer(), await newcomer()];
      const query = { brand_id: brand, query: "Lovelace", itemLimit: 2 };
      const { data: first } = await sdk.customerList({ ...throwing, query });
      assert.equal(first.type, "list");
      assert.equal(first.items.length, 2);
      assert.ok(first.itemTotal >= made.length && first.nextCursor !== null);
      const { data: second } = await sdk.customerList({
        ...throwing,
        query: { ...query, cursor: first.nextCursor },
      });
      const seen = first.items.map((one) => one.id);
      assert.ok(second.items[0] !== undefined && !seen.includes(second.items[0].id));
      const refused = await sdk.customerList({ client, query: { itemLimit: 0 } });
      assert.equal(refused.response.status, 400);
      assert.ok(refused.error !== undefined && "errors" in refused.error);
      assert.equal(refused.error.code, "invalid_field");
      assert.equal(refused.error.errors?.[0]?.field, "itemLimit");
    },

    "2 GET /customer/{id}": async () => {
      const { id, primaryID, email } = await newcomer();
      const { data, response } = await sdk.customerFind({ ...throwing, path: { id } });
      assert.equal(data.item.external_primary_id, primaryID);
      assert.equal(data.item.channels[0]?.address, email);
      assert.equal(response.headers.get("etag"), `"${data.item.version}"`);
      const missing = await sdk.customerFind({ client, path: { id: 999_999_999_999_999 } });
      assert.equal(missing.response.status, 404);
      assert.equal(missing.error?.code, "not_found");
    },

    "3 POST /customer": async () => {
      for (const encoding of [{}, multipart, form]) {
        const body = {
          brand_id: brand,
          primary_id: fresh("K"),
          firstname: "Grace",
          noSync: true,
          channel_id: "email",
          customer_link_channel: address(),
          extra_telephone: `+4930${(count += 1)}`,
          customerChannelType_0: 4,
          customerChannelValue_0: fresh("grace").replace("-", "_"),
          custom_tier: "gold",
          custom_visits: 3,
        };
        const { data: made } = await sdk.customerResolve({ ...throwing, ...encoding, body });
        assert.equal(made.message, "User created and channel linked.");
        assert.equal(made.outcome, "created");
        const customer = await read(made.id);
        assert.equal(customer.channels.length, 3);
        assert.equal(customer.custom_tier, "gold");
        const { data: again } = await sdk.customerResolve({ ...throwing, ...encoding, body });
        assert.equal(again.id, made.id);
        assert.equal(again.outcome, "unchanged");
      }
    },

    "3 POST /customer, repeated by an Idempotency-Key": async () => {
      const body = { brand_id: brand, primary_id: fresh("K") };
      const headers = { "Idempotency-Key": fresh("once") };
      const { data: first } = await sdk.customerResolve({ ...throwing, body, headers });
      const { data: second, response } = await sdk.customerResolve({ ...throwing, body, headers });
      assert.deepEqual(second, first);
      assert.equal(response.headers.get("idempotency-replayed"), "true");
      const other = await sdk.customerResolve({ client, body: { ...body, firstname: "Eve" }, headers });
      assert.equal(other.error?.code, "idempotency_conflict");
    },

    "4 PUT /customer": async () => {
      const { id, primaryID } = await newcomer();
      const body = { primaryID, brandID: brand, lastname: "King", custom_tier: "silver" };
      const { data } = await sdk.customerUpdateAny({ ...throwing, ...form, body });
      assert.deepEqual(data, { type: "result", message: "Customer updated.", id, outcome: "updated" });
      assert.equal((await read(id)).lastname, "King");
    },

    "5 PUT /customer/{id}": async () => {
      const { id } = await newcomer();
      const body: CustomerUpdateInput = {
        firstname: "",
        customerChannelType_0: "email",
        customerChannelValue_0: address(),
      };
      for (const encoding of [{}, multipart, form]) {
        const { data } = await sdk.customerUpdate({ ...throwing, ...encoding, path: { id }, body });
        assert.equal(data.id, id);
      }
      const { firstname, channels, version } = await read(id);
      assert.equal(firstname, "");
      assert.equal(channels.length, 2);
      const stale = { "If-Match": `"${version - 1}"` };
      const late = await sdk.customerUpdate({
        client,
        path: { id },
        body: { lastname: "King" },
        headers: stale,
      });
      assert.equal(late.response.status, 412);
      assert.equal(late.error?.code, "stale_version");
    },

    "6 DELETE /customer/{id}": async () => {
      const { id } = await newcomer();
      const { data } = await sdk.customerDelete({ ...throwing, path: { id } });
      assert.equal(data.message, "Customer deleted.");
      assert.equal((await sdk.customerFind({ client, path: { id } })).error?.code, "not_found");
      assert.equal((await sdk.customerRestore({ ...throwing, path: { id } })).data.outcome, "restored");
    },

    "7 POST /customer/SearchByPrimaryExternalID": async () => {
      const { id, primaryID } = await newcomer();
      const body = { primary_id: primaryID, brand_id: brand };
      for (const encoding of [{}, multipart, form]) {
        const { data } = await sdk.customerListByPrimaryId({ ...throwing, ...encoding, body });
        assert.deepEqual(
          data.items.map((one) => one.id),
          [id],
        );
      }
      const { data } = await sdk.customerListByPrimaryId({
        ...throwing,
        query: { primary_id: fresh("none") },
      });
      assert.equal(data.itemTotal, 0);
    },

    "8 POST /customer/SearchByCustomerChannelValue": async () => {
      const { id, email } = await newcomer();
      const body = { customerChannelValue: email.toUpperCase() };
      const { data } = await sdk.customerListByChannel({ ...throwing, ...multipart, body });
      assert.deepEqual(
        data.items.map((one) => one.id),
        [id],
      );
    },

    "9 POST /customer/addChannelOnly": async () => {
      const { id, email } = await newcomer();
      const body = { customer_id: id, extra_email: address(), extra_twitter: fresh("ada").replace("-", "_") };
      const { data } = await sdk.customerAddChannels({ ...throwing, ...multipart, body });
      assert.equal(data.message, "Channel added.");
      assert.equal(data.channel_ids.length, 2);
      const other = await newcomer();
      const taken = await sdk.customerAddChannels({
        client,
        body: { customer_id: other.id, extra_email: email },
      });
      assert.equal(taken.response.status, 409);
      assert.ok(taken.error !== undefined && "conflict" in taken.error);
      assert.equal(taken.error.code, "channel_taken");
      assert.equal(taken.error.conflict?.customer_id, id);
    },

    "10 PUT /customer/updateCustomer": async () => {
      const { id, primaryID } = await newcomer();
      const body = { externalPrimaryID: primaryID, brandID: brand, lastname: "Byron", custom_tier: "bronze" };
      const { data } = await sdk.customerUpdateByPrimaryId({ ...throwing, ...form, body });
      assert.equal(data.message, "Customer updated.");
      const customer = await read(id);
      assert.deepEqual([customer.lastname, customer.custom_tier], ["Byron", "bronze"]);
    },

    "11 DELETE /customer/channel/{id}": async () => {
      for (const remove of [sdk.customerRemoveChannel, sdk.customerRemoveChannel2]) {
        const { id } = await newcomer();
        const [channel] = (await read(id)).channels;
        assert.ok(channel);
        const { data } = await remove({ ...throwing, path: { id: channel.id } });
        assert.equal(data.message, "Channel deleted.");
        assert.equal(data.customer_id, id);
        assert.deepEqual((await read(id)).channels, []);
      }
    },

    "12 DELETE /customer/purgeData": async () => {
      const first = await newcomer();
      const { data: purged } = await sdk.customerPurge({ ...throwing, path: { id: first.id } });
      assert.equal(purged.message, "Customer data purged.");
      assert.equal(purged.receipt.channels, 1);
      const { data: again } = await sdk.customerPurge2({ ...throwing, path: { id: first.id } });
      assert.equal(again.outcome, "unchanged");
      assert.deepEqual(again.receipt, purged.receipt);
      const second = await newcomer();
      const query = { primaryID: second.primaryID, brandID: brand };
      const { data } = await sdk.customerPurgeAny({ ...throwing, query });
      assert.equal(data.id, second.id);
    },

    "13 GET /customer/timelineByCustomerExternalID": async () => {
      const { primaryID, email } = await newcomer();
      const body = { brandID: brand, channelID: "email", from: email, title: "Where is my parcel?" };
      const { data: ticket } = await sdk.ticketCreate({ ...throwing, ...multipart, body });
      const query = { brand_id: brand, external_id: primaryID, getTicketHistory: "1" };
      const { data } = await sdk.customerListTimeline({ ...throwing, query });
      assert.equal(data.itemTotal, 1);
      assert.equal(data.items[0]?.type, "ticket");
      assert.equal(data.items[0]?.ticket_id, ticket.ticketID);
    },

    "14 POST /customer/externalEvent": async () => {
      const { id, primaryID } = await newcomer();
      const body = {
        brand_id: brand,
        external_id: primaryID,
        message: "Order 1843 was paid\nby card",
        initiated_by: "shop",
        source_url: "https://shop.example.org/orders/1843",
        type: "order",
        event_id: fresh("event"),
        occurred_at: "2026-11-23T18:00:00Z",
      };
      const { data: made } = await sdk.customerAddEvent({ ...throwing, ...multipart, body });
      assert.deepEqual([made.message, made.customer_id], ["Event created.", id]);
      const { data: again } = await sdk.customerAddEvent({ ...throwing, body });
      assert.deepEqual([again.id, again.outcome], [made.id, "unchanged"]);
      const query = { customer_id: id, type: "order" };
      const { data } = await sdk.customerListTimeline({ ...throwing, query });
      // fetch converts line ends to CR LF in multipart/form-data, as its standard requires
      assert.equal(data.items[0]?.description.replace("\r\n", "\n"), body.message);
      assert.equal(data.items[0]?.created_at, "2026-11-23T18:00:00.000Z");
    },

    "15 POST /customer/syncWithCRM": async () => {
      const body = { brandID: brand, channel: "email", address: address() };
      const { data: made } = await sdk.customerSyncWithCrm({ ...throwing, ...multipart, body });
      assert.deepEqual([made.message, made.outcome], ["Customer synced.", "created"]);
      assert.ok(made.id !== null);
      assert.equal((await read(made.id)).channels[0]?.address, body.address);
      const nobody = { ...body, address: "nobody@example.org" };
      const { data: unknown } = await sdk.customerSyncWithCrm({ ...throwing, ...form, body: nobody });
      assert.deepEqual([unknown.id, unknown.outcome], [null, "unknown"]);
    },

    "16 POST /customer/createCustomerCRUD": async () => {
      const { id, primaryID } = await newcomer();
      const body = { brandID: brand, primaryID, firstname: "Eve", custom_tier: null };
      const held = await sdk.customerCreate({ client, ...multipart, body });
      assert.equal(held.response.status, 409);
      assert.ok(held.error !== undefined && "conflict" in held.error);
      assert.equal(held.error.code, "primary_id_taken");
      assert.equal(held.error.conflict?.customer_id, id);
    },

    "lists in forms, as in POST /apikey": async () => {
      const body = {
        name: "shop",
        permissions: ["CUSTOMER_READ", "CUSTOMER_CUD"] as const,
        brand_ids: [brand],
      };
      for (const encoding of [{}, multipart, form]) {
        const { data } = await sdk.keyCreate({
          ...throwing,
          ...encoding,
          body: { ...body, permissions: [...body.permissions] },
        });
        const shop = createClient(createConfig({ baseUrl, auth: data.key }));
        const { data: mine } = await sdk.sessionFind({ client: shop, throwOnError: true });
        assert.deepEqual(mine.item.permissions, body.permissions);
        assert.deepEqual(mine.item.brand_ids, [brand]);
      }
    },

    "what the types refuse": async () => {
      const calls = [
        // @ts-expect-error -- a brand is required
        () => sdk.customerCreate({ client, body: { firstname: "Ada" } }),
        // @ts-expect-error -- an id is required
        () => sdk.customerFind({ client }),
        // @ts-expect-error -- no such permission
        () => sdk.keyCreate({ client, body: { name: "shop", permissions: ["EVERYTHING"] } }),
        // @ts-expect-error -- lists have no place in a customer
        () => sdk.customerUpdate({ client, path: { id: 1 }, body: { custom_tier: ["gold"] } }),
      ];
      assert.equal(calls.length, 4);
    },
  };
}
