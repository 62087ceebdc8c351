/** Operation 16: creates a customer, and refuses one whose primary id or address has an owner. */
import { type Api, type Decoded, notFound } from "@dossier/api";
import { defineCommand, run } from "../command.ts";
import { canSeeBrand, type RequestContext } from "../context.ts";
import { textFieldsOf } from "../customer-fields.ts";
import { applyPlans } from "./apply.ts";
import type { CustomerPlan } from "./change.ts";
import { planCustomValues } from "./custom-values.ts";
import { type CustomerFacts, readFacts } from "./facts.ts";
import { assertNoPlaceholder } from "./identify.ts";
import { eventsOf } from "./notifications.ts";
import { claimsOf, planInsert } from "./plan.ts";
import { resultEnvelope } from "./result.ts";

type Input = Decoded<Api["customer"]["create"]>;

const create = defineCommand({
  name: "customer.create",
  batchKey: ({ ctx, input }) => (canSeeBrand(ctx.caller, input.brandId) ? String(input.brandId) : undefined),
  read: (tx, calls) =>
    readFacts(tx, {
      brandId: calls[0]?.input.brandId as number,
      ids: [],
      sent: calls.map(({ input }) => input),
      needsBrand: true,
    }),
  plan: ({ ctx, input }: { ctx: RequestContext; input: Input }, facts: CustomerFacts) =>
    planCall(ctx, input, facts),
  claims: claimsOf,
  apply: (tx, planned, { brand }) =>
    applyPlans(
      tx,
      brand?.id as number,
      planned.map(({ plan }) => plan),
    ),
  respond: (_, result) => ({
    ...resultEnvelope("Customer created.", "created", result.customer, result.fields),
    events: eventsOf(result),
  }),
});

/** Operation 16. */
export function createCustomer(ctx: RequestContext, input: Input) {
  return run(create, ctx, input);
}

function planCall(ctx: RequestContext, input: Input, { brand, fields, owners }: CustomerFacts): CustomerPlan {
  if (!brand || !canSeeBrand(ctx.caller, brand.id)) throw notFound("brand");
  const { primaryId, noSync, channels = [], custom = [] } = input;
  assertNoPlaceholder(ctx, brand, "primaryId", primaryId);
  const { changes, newFields } = planCustomValues(brand, fields, custom, false);
  const change = {
    fields: { primaryId, ...textFieldsOf(input) },
    channels,
    customs: changes,
    newFields,
    noSync,
  };
  return planInsert(ctx, owners, change);
}
