/**
 * Goal: reasons are told apart.
 * Method: their bits.
 */
import test from "ava";
import { REASONS } from "../../../server/clients/reasons.ts";

test("each reason has a bit of its own", (t) => {
  const bits = Object.values(REASONS);
  const all = bits.reduce((sum, bit) => sum | bit, 0);
  t.is(all, 2 ** bits.length - 1);
});
