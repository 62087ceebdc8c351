// Changing and deleting custom fields with stored values: values that fit, values that are lost, and `force`.
import { expect, test } from "vitest";
import * as field from "../../../src/domain/custom-field/custom-field.ts";
import {
  addValue,
  requestContext,
  makeField,
  readField,
  rejection,
  valuesOf,
} from "../../support/data/custom-fields.ts";

test("an update that changes nothing says so", async () => {
  const { id } = await makeField("select", [], ["a", "b"]);
  for (const sent of [
    {},
    { name: "Thing", label: "", type: "select" as const },
    { options: ["a", "b", "a"] },
  ])
    expect(await field.updateField(requestContext(), { id, ...sent })).toMatchObject({
      id,
      outcome: "unchanged",
    });
});

test("a change of type that every value fits brings the values into the form of the new type", async () => {
  const { brandId, id } = await makeField("text", ["7.50", "7", " -0 ", "1e3"]);
  expect(await field.updateField(requestContext(), { id, type: "number" })).toMatchObject({
    outcome: "updated",
    values_lost: 0,
  });
  expect(await valuesOf(brandId)).toEqual([
    ["7.5", 2],
    ["7", 2],
    ["0", 2],
    ["1000", 2],
  ]);
});

test("a change of type that some values do not fit needs force and says how many would be lost", async () => {
  const { brandId, id } = await makeField("text", ["2026-02-28", "2026-02-30", "soon", "soon"]);
  const error = await rejection(field.updateField(requestContext(), { id, type: "date" }));
  expect(error).toMatchObject({
    code: "invalid_field",
    errors: [{ field: "force", message: expect.stringContaining("3 values") }],
  });
  expect(await readField(id)).toMatchObject({ type: "text" });
  expect(await valuesOf(brandId)).toEqual([
    ["2026-02-28", 1],
    ["2026-02-30", 1],
    ["soon", 1],
    ["soon", 1],
  ]);
  expect(await field.updateField(requestContext(), { id, type: "date", force: true })).toMatchObject({
    values_lost: 3,
  });
  expect(await valuesOf(brandId)).toEqual([
    ["2026-02-28", 1],
    [null, 2],
    [null, 2],
    [null, 2],
  ]);
});

test("a word that is neither true nor false is lost on the way to a boolean, not turned into true", async () => {
  const { brandId, id } = await makeField("text", ["Yes", "off", "gold"]);
  expect(await rejection(field.updateField(requestContext(), { id, type: "boolean" }))).toMatchObject({
    errors: [{ message: expect.stringContaining("1 value ") }],
  });
  await field.updateField(requestContext(), { id, type: "boolean", force: true });
  expect((await valuesOf(brandId)).map(([value]) => value)).toEqual(["true", "false", null]);
});

test("a select becomes text without its options, and text becomes a select only with options", async () => {
  const { brandId, id } = await makeField("select", ["gold"], ["gold", "silver"]);
  await field.updateField(requestContext(), { id, type: "text" });
  expect(await readField(id)).toMatchObject({ type: "text", options: [] });
  expect(await rejection(field.updateField(requestContext(), { id, type: "select" }))).toMatchObject({
    errors: [{ field: "options" }],
  });
  expect(await rejection(field.updateField(requestContext(), { id, options: ["gold"] }))).toMatchObject({
    errors: [{ field: "options" }],
  });
  await field.updateField(requestContext(), { id, type: "select", options: ["gold"] });
  expect(await valuesOf(brandId)).toEqual([["gold", 1]]);
});

test("an option that some customer has goes only with force", async () => {
  const { brandId, id } = await makeField("select", ["gold", "silver"], ["gold", "silver"]);
  expect(await rejection(field.updateField(requestContext(), { id, options: ["gold"] }))).toMatchObject({
    errors: [{ field: "force" }],
  });
  expect(
    await field.updateField(requestContext(), { id, options: ["gold", "bronze"], force: true }),
  ).toMatchObject({
    values_lost: 1,
  });
  expect(await valuesOf(brandId)).toEqual([
    ["gold", 1],
    [null, 2],
  ]);
});

test("a field without values is deleted just so, one with values needs force and says how many it had", async () => {
  const empty = await makeField("text");
  expect(await field.deleteField(requestContext(), { id: empty.id })).toEqual({
    type: "result",
    message: "Custom field deleted.",
    id: empty.id,
    outcome: "deleted",
    values_lost: 0,
  });
  const full = await makeField("text", ["a", "b"]);
  const error = await rejection(field.deleteField(requestContext(), { id: full.id }));
  expect(error).toMatchObject({
    code: "invalid_field",
    errors: [{ field: "force", message: expect.stringContaining("2 values") }],
  });
  expect(await field.deleteField(requestContext(), { id: full.id, force: true })).toMatchObject({
    outcome: "deleted",
    values_lost: 2,
  });
  expect(await valuesOf(full.brandId)).toEqual([
    [null, 2],
    [null, 2],
  ]);
  expect(await rejection(field.deleteField(requestContext(), { id: full.id, force: true }))).toMatchObject({
    code: "not_found",
    message: "There is no such custom field.",
  });
});

test("a value that is stored while its field goes is never lost unasked", async () => {
  for (let round = 0; round < 10; round += 1) {
    const { brandId, id } = await makeField("text");
    const [deleted, added] = await Promise.allSettled([
      field.deleteField(requestContext(), { id }),
      addValue(brandId, id, "x"),
    ]);
    expect([deleted.status, added.status].sort()).toEqual(["fulfilled", "rejected"]);
  }
});
