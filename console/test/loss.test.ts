// The number of values that an act would lose, read from the refusal of the API.
import { expect, test } from "vitest";
import { lossOf } from "../src/settings/fields/loss.ts";

test.each([
  ["must be 1 to go ahead: 1 value would be lost", 1],
  ["must be 1 to go ahead: 412 values would be lost", 412],
  ["must be true or false", undefined],
  [undefined, undefined],
])("%s", (message, loss) => {
  expect(lossOf(message)).toBe(loss);
});
