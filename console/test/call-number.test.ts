// Numbers as telephone systems write them into an address.
import { expect, test } from "vitest";
import { readNumber } from "../src/customers/call-number.ts";

test.each([
  ["+49 30 23125-117", "+493023125117"],
  ["0049 (30) 23125117", "+493023125117"],
  ["tel:+49-30-23125117", "+493023125117"],
  ["sip:+493023125117@pbx.example.com", "+493023125117"],
  ["030/23125117", "03023125117"],
  ["anonymous", ""],
  ["", ""],
])("%s", (written, number) => expect(readNumber(written)).toBe(number));
