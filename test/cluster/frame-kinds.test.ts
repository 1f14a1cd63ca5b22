/**
 * Goal: only a frame that is one edit or one run may be long: any other could decode to millions of objects. Only a frame that
 * is one Get or one Got may be lent.
 */
import test from "ava";
import { isLongRequest, isUsedUp } from "../../cluster/frame-kinds.ts";
import { carrot } from "../../proto/generated/carrot.js";

const frameOf = (frame: carrot.Frame.$Properties) => Buffer.from(carrot.Frame.encode(frame).finish());
const key = Buffer.from("k");
const get = frameOf({ get: { keys: [key] } });

for (const [name, frame] of [
  ["edit", frameOf({ edit: { id: 1, key, value: Buffer.alloc(1000) } })],
  ["run", frameOf({ run: { id: 1, words: Buffer.alloc(1000) } })],
  ["publication", frameOf({ publish: { channel: key, message: Buffer.alloc(1000) } })],
] as const) {
  test(`one ${name} may be long, and nothing may be beside it`, (t) => {
    t.true(isLongRequest(frame));
    t.false(isLongRequest(Buffer.concat([frame, get])));
    t.false(isLongRequest(Buffer.concat([get, frame])));
    t.false(isLongRequest(frame.subarray(0, -1)));
  });
}

test("no other frame may be long", (t) => {
  t.false(isLongRequest(get));
  t.false(isLongRequest(frameOf({ tell: { changes: [{ keys: [key] }] } })));
});

test("one Get or one Got is used up when it has been handled, and no other frame is", (t) => {
  const got = frameOf({ got: { ids: [1], entries: [{ kind: carrot.Kind.ABSENT }] } });
  for (const frame of [get, got]) t.true(isUsedUp(frame));
  const ran = frameOf({ ran: { id: 1, reply: key } });
  for (const frame of [
    ran,
    frameOf({ edit: { id: 1, key } }),
    Buffer.concat([got, ran]),
    got.subarray(0, -1),
  ])
    t.false(isUsedUp(frame));
});
