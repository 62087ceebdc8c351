// Names and initials in the order of their script; what a customer without a name is called.
import { expect, test } from "vitest";
import { initialsOf, nameOf } from "../src/ui/person.tsx";

const customer = (firstname: string, lastname: string, address?: string) => ({
  id: 7,
  primaryId: "",
  firstname,
  lastname,
  channels: address ? [{ id: 1, channelId: 1, channelName: "email", address }] : [],
});

test.each([
  ["Zofia", "Szczepańska", "Zofia Szczepańska", "ZS"],
  ["芳", "王", "王芳", "芳"],
  ["민지", "김", "김민지", "민"],
  ["美咲", "やま", "やま 美咲", "美"],
  ["ליאת", "לוי", "ליאת לוי", "ל"],
  ["", "Nowak", "Nowak", "N"],
])("%s and %s", (first, last, name, initials) => {
  expect([nameOf(customer(first, last)), initialsOf(customer(first, last))]).toEqual([name, initials]);
});

test("without a name the address is the name, else the id", () => {
  expect(nameOf(customer("", "", "+4930123"))).toBe("+4930123");
  expect(nameOf(customer(" ", ""))).toBe("#7");
});
