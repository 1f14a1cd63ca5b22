/** Goal: exactly what was not taken is copied, whichever parts it lies in. Method: every number of taken bytes. */
import test from "ava";
import { unwritten } from "../../proto/unwritten.ts";

test("the rest begins behind the bytes that were taken, in whichever part that is", (t) => {
  const shared = new Uint8Array(new SharedArrayBuffer(5)).fill(0x62);
  const parts = [Buffer.from("aa"), shared.subarray(1, 4), Buffer.alloc(0), Buffer.from("c")];
  for (let taken = 0; taken <= 6; taken++)
    t.is(String(unwritten(parts, taken)), "aabbbc".slice(taken), `${taken} taken`);
});

test("later changes of the parts do not show", (t) => {
  const part = Buffer.from("abc");
  const rest = unwritten([part], 1);
  part.fill(0);
  t.is(String(rest), "bc");
});
