// Caught errors: the code narrows the type, and faults are named by the fields of the caller's own input.
import { expect, expectTypeOf, test } from "vitest";
import { type ClientCode, type Code, codes, DossierError, isDossierError } from "../src/index.ts";
import { stub } from "./support/stub-network.ts";

test("an error is told by its codes, and anything else is none", () => {
  const taken: unknown = new DossierError("channel_taken", "Taken.", { conflict: { customerId: 7 } });
  expect(isDossierError(taken)).toBe(true);
  expect(isDossierError(taken, "channel_taken")).toBe(true);
  expect(isDossierError(taken, "not_found", "channel_taken")).toBe(true);
  expect(isDossierError(taken, "not_found")).toBe(false);
  for (const other of [new Error("channel_taken"), { code: "channel_taken" }, undefined, "channel_taken"])
    expect(isDossierError(other, "channel_taken")).toBe(false);
});

test("the type knows the code, and what an error with it always carries", () => {
  const error: unknown = new DossierError("channel_taken", "Taken.", { conflict: { customerId: 7 } });
  if (isDossierError(error)) expectTypeOf(error.code).toEqualTypeOf<Code | ClientCode>();
  if (isDossierError(error, "not_found", "timed_out"))
    expectTypeOf(error.code).toEqualTypeOf<"not_found" | "timed_out">();
  if (!isDossierError(error, "channel_taken", "primary_id_taken")) throw new Error("is one of the two");
  expectTypeOf(error.conflict.customerId).toEqualTypeOf<number>();
  expect(error.conflict.customerId).toBe(7);
  // @ts-expect-error -- a code that does not exist
  expect(isDossierError(error, "channel_token")).toBe(false);
});

test("every code has its status; those of the client have none", () => {
  for (const code of Object.keys(codes) as Code[])
    expect(new DossierError(code, "").status).toBe(codes[code]);
  expect(new DossierError("network_failed", "").status).toBe(0);
  expect(new DossierError("timed_out", "").status).toBe(0);
});

const fault = (field: string) => ({ field, message: `about ${field}` });

test("faults are told by the fields of the caller's input, beside the names that were sent", async () => {
  const errors = [
    "brandID",
    "primaryID",
    "firstname",
    "new_primary_id",
    "noSync",
    "custom_loyalty_tier",
    "custom_",
    "customerChannelType_0",
    "customerChannelValue_12",
    "customerChannelType_n",
    "If-Match",
    "Idempotency-Key",
  ].map(fault);
  const { client } = stub({}, () =>
    Response.json({ code: "invalid_field", message: "No.", errors }, { status: 400 }),
  );
  const error: unknown = await client.customer.update({ id: 7 }).catch((reason: unknown) => reason);
  if (!isDossierError(error, "invalid_field")) throw new Error("was not refused");
  expect(error.errors).toEqual(errors);
  expect(error.fields).toEqual({
    brandId: "about brandID",
    primaryId: "about primaryID",
    firstname: "about firstname",
    newPrimaryId: "about new_primary_id",
    noSync: "about noSync",
    "custom.loyalty_tier": "about custom_loyalty_tier",
    custom: "about custom_",
    "channels.0.type": "about customerChannelType_0",
    "channels.12.address": "about customerChannelValue_12",
    channels: "about customerChannelType_n",
    ifMatch: "about If-Match",
    idempotencyKey: "about Idempotency-Key",
  });
});
