// The generated types of the client say what the endpoint table says: those of `raw` equal the types that its schemas
// have, and those in our spelling are the same with other names. The compiler checks this; the names are those that the
// mapper uses.
import type * as z from "zod";
import { expect, expectTypeOf, test } from "vitest";
import { containers, ourNames } from "../../src/client/generated/names.ts";
import { customerDocument } from "../../src/endpoints/customer-shape.ts";
import type {
  Api,
  Client,
  Customer,
  CustomValue,
  RawChangeEvent,
  RawClient,
  RawCustomer,
  RawTimelineItem,
  TimelineItem,
  WebhookEvent,
  WebhookPayload,
} from "../../src/index.ts";

type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;

/** The names of the endpoints for which something does not hold. */
type Failing<Holds> = {
  [Noun in keyof Holds]: {
    [Verb in keyof Holds[Noun]]: Holds[Noun][Verb] extends true ? never : [Noun, Verb];
  }[keyof Holds[Noun]];
}[keyof Holds];

type Method = (input: never, options?: never) => Promise<unknown> | AsyncGenerator;
type Returned<M> = M extends Method ? Answered<ReturnType<M>> : "no method";
type Answered<Answer> = Answer extends AsyncGenerator<infer Event> ? Event : Awaited<Answer>;
type Taken<M> = M extends Method ? NonNullable<Parameters<M>[0]> : "no method";
type Verbs<Nouns, Noun> = Noun extends keyof Nouns ? Nouns[Noun] : never;
type MethodOf<Nouns, Noun, Verb> = Verb extends keyof Verbs<Nouns, Noun> ? Verbs<Nouns, Noun>[Verb] : never;

type RawOutputs = {
  [Noun in keyof Api]: {
    [Verb in keyof Api[Noun]]: Same<OutputOf<Api[Noun][Verb]>, Returned<MethodOf<RawClient, Noun, Verb>>>;
  };
};
type Inputs<Nouns> = {
  [Noun in keyof Api]: {
    [Verb in keyof Api[Noun]]: Same<InputOf<Api[Noun][Verb]>, Taken<MethodOf<Nouns, Noun, Verb>>>;
  };
};
type InputOf<Row> = Row extends { input: infer Schema extends z.ZodType } ? z.input<Schema> : "no input";
type OutputOf<Row> = Row extends { output: infer Schema extends z.ZodType } ? z.output<Schema> : "no output";

type Camel<Name> = Name extends "external_primary_id"
  ? "primaryId"
  : Name extends `${infer Head}_${infer Tail}`
    ? `${Head}${Capitalize<Camel<Tail>>}`
    : Name extends `${infer Head}ID`
      ? `${Head}Id`
      : Name;

/** A type of the wire in our spelling; a customer as its own type says, which is compared beside. */
type Ours<T> = T extends RawCustomer
  ? Customer
  : T extends readonly (infer Item)[]
    ? Ours<Item>[]
    : T extends object
      ? { [Name in keyof T as Camel<Name>]: Ours<T[Name]> }
      : T;

type Unwrapped<T> = T extends { type: "item"; item: infer Item }
  ? Ours<Item>
  : T extends RawChangeEvent
    ? Ours<T>
    : Omit<Ours<T>, "type">;

/** With the timeline's items as the wire has them, because the union says more than they do. */
type Flat<T> = T extends TimelineItem
  ? Ours<RawTimelineItem>
  : T extends readonly (infer Item)[]
    ? Flat<Item>[]
    : T extends Customer
      ? T
      : T extends object
        ? { [Name in keyof T]: Flat<T[Name]> }
        : T;

type OurOutputs = {
  [Noun in keyof Api]: {
    [Verb in keyof Api[Noun]]: Same<
      Unwrapped<Returned<MethodOf<RawClient, Noun, Verb>>>,
      Flat<Returned<MethodOf<Client, Noun, Verb>>>
    >;
  };
};

test("the results of `raw` have the types of the table's schemas", () => {
  expectTypeOf<Failing<RawOutputs>>().toBeNever();
  type Own = z.output<typeof customerDocument>;
  expectTypeOf<Same<Own, Pick<RawCustomer, keyof Own>>>().toEqualTypeOf<true>();
  expectTypeOf<RawCustomer[`custom_${string}`]>().toEqualTypeOf<CustomValue>();
});

test("the inputs have the types of the table's schemas", () => {
  expectTypeOf<Failing<Inputs<RawClient>>>().toBeNever();
  expectTypeOf<Failing<Inputs<Client>>>().toBeNever();
});

test("the results have the same types in our spelling", () => {
  expectTypeOf<Failing<OurOutputs>>().toBeNever();
  type Own = z.output<typeof customerDocument>;
  type Named = { [Name in keyof Own as Camel<Name>]: Ours<Own[Name]> };
  expectTypeOf<Same<Named, Omit<Customer, "custom">>>().toEqualTypeOf<true>();
  expectTypeOf<Customer["custom"]>().toEqualTypeOf<Record<string, CustomValue>>();
});

test("the events of webhooks and the items of timelines are parts of what their schemas say", () => {
  expectTypeOf<WebhookEvent>().toExtend<Ours<WebhookPayload>>();
  expectTypeOf<WebhookEvent["type"]>().toEqualTypeOf<WebhookPayload["type"]>();
  expectTypeOf<TimelineItem>().toExtend<Ours<RawTimelineItem>>();
  expectTypeOf<TimelineItem["type"]>().toEqualTypeOf<RawTimelineItem["type"]>();
});

test("no field of a customer is taken for a custom field, and the mapper never looks into custom fields", () => {
  expect(Object.keys(customerDocument.shape).filter((name) => name.startsWith("custom"))).toEqual([]);
  expect(["custom", "crm_field_map"].filter((name) => containers.has(name))).toEqual([]);
  const irregular = Object.entries(ourNames).filter(
    ([wire, ours]) => wire.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()) !== ours,
  );
  expect(irregular).toEqual([
    ["external_primary_id", "primaryId"],
    ["ticketID", "ticketId"],
  ]);
});
