// What an operation takes away is declared in its row, so that no destructive endpoint runs without a question; and every
// list has columns that exist.
import { fieldsOf, lostBy } from "@dossier/api";
import { expect, test } from "vitest";
import { isList } from "../../src/cli/paginate.ts";
import { fieldsOfItems } from "../../src/cli/output/columns.ts";
import { nearest } from "../../src/cli/output/nearest.ts";
import { views } from "../../src/cli/output/views.ts";
import { rowOf, table } from "../support/requests.ts";

/** Verbs that add or change, and take nothing away. Another verb says in its row what becomes of what it takes. */
const harmless =
  /^(create|resolve|update|updateAny|updateByPrimaryId|add[A-Z]\w*|restore|syncWithCrm|chatbot|rotateSecret|redeliver|replay|retry|open)$/;

const reads = ({ row }: (typeof table)[number]) => row.method === "GET" || row.search || row.dryRun;

test.each(table.filter((one) => !reads(one)))("$name says whether it can be undone", ({ name, row }) => {
  const verb = name.split(".")[1] ?? "";
  const hasForce = fieldsOf(row).some(({ inputName }) => inputName === "force");
  if (row.method === "DELETE" || hasForce || !harmless.test(verb)) expect(row.undo).toBeDefined();
  if (row.undo && "by" in row.undo) expect(rowOf(row.undo.by)).toBeDefined();
  if (row.undo && "loses" in row.undo && row.undo.only !== undefined)
    expect(fieldsOf(row).map(({ inputName }) => inputName)).toContain(row.undo.only);
});

test("a call loses something only with the field that makes it", () => {
  const row = rowOf("customfield.delete");
  expect(lostBy(row, {})).toBeUndefined();
  expect(lostBy(row, { force: false })).toBeUndefined();
  for (const force of [true, "true", "1", "yes"]) expect(lostBy(row, { force })).toContain("values");
  expect(lostBy(rowOf("customer.purge"), {})).toContain("customer");
  expect(lostBy(rowOf("customer.delete"), {})).toBeUndefined();
});

test.each(table.filter(({ row }) => isList(row)))(
  "$name has a view with columns that exist",
  ({ name, row }) => {
    const view = views[name];
    expect(view).toBeDefined();
    const fields = fieldsOfItems(row);
    expect(fields.length).toBeGreaterThan(2);
    const computed = view?.computed ?? {};
    expect(view?.columns.filter((column) => !(column in computed) && !fields.includes(column))).toEqual([]);
    expect(Object.keys(computed).filter((column) => !view?.columns.includes(column))).toEqual([]);
    expect(
      Object.values(computed).flatMap(({ from }) => from.filter((one) => !fields.includes(one))),
    ).toEqual([]);
  },
);

test("every view belongs to a list", () => {
  const lists = table.filter(({ row }) => isList(row)).map(({ name }) => name);
  expect(Object.keys(views).filter((name) => !lists.includes(name))).toEqual([]);
});

test("a slip finds its word, and anything else none", () => {
  const words = ["name", "email", "primary_id"];
  expect(nearest("nmae", words)).toBe("name");
  expect(nearest("prim", words)).toBe("primary_id");
  expect(nearest("zzz", words)).toBeUndefined();
});
