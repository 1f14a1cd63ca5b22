/** Goal: the short way to a reply's bytes gives those of the long one. Method: both, for every kind of outcome. */
import test from "ava";
import type { Outcome } from "../../../cluster/outcome.ts";
import { encodeReply } from "../../../proto/reply.ts";
import { outcomeBytes, outcomeOf, outcomeReply } from "../../../server/clients/outcome-reply.ts";

const outcomes: Outcome[] = [
  ...[0, 1, 9, 10, 99, 100, 1000, 70_000].map((bytes): Outcome => {
    return { kind: "value", value: Buffer.alloc(bytes, "\r\n\0x"), ttlMs: undefined };
  }),
  { kind: "value", value: new Uint8Array([255, 0, 13, 10]), ttlMs: 5 },
  { kind: "absent", ttlMs: 5 },
  { kind: "error", text: "loader failed: a\r\nb" },
];

test("every outcome has the bytes of its reply, in both dialects", (t) => {
  for (const outcome of outcomes) {
    for (const protocol of [2, 3] as const) {
      t.deepEqual(outcomeBytes(outcome, protocol), encodeReply(outcomeReply(outcome), protocol));
    }
  }
});

test("not found is null, and a failure an error", (t) => {
  t.is(outcomeBytes({ kind: "absent", ttlMs: 1 }, 3).toString(), "_\r\n");
  t.is(outcomeBytes({ kind: "error", text: "loader busy" }, 2).toString(), "-ERR loader busy\r\n");
});

test("a value is copied, so that its frame can go", (t) => {
  const value = Buffer.from("630");
  const bytes = outcomeBytes({ kind: "value", value, ttlMs: undefined }, 2);
  value.fill("x");
  t.is(bytes.toString(), "$3\r\n630\r\n");
});

test("the outcome comes back from its bytes, without its lifetime", (t) => {
  for (const outcome of outcomes) {
    const back = outcomeOf(outcomeBytes(outcome, 2));
    if (outcome.kind === "value") {
      t.like(back, { kind: "value", ttlMs: undefined });
      t.deepEqual(back.kind === "value" && Buffer.from(back.value), Buffer.from(outcome.value));
    } else if (outcome.kind === "error") t.deepEqual(back, { kind: "error", text: "loader failed: a  b" });
    else t.deepEqual(back, { kind: "absent", ttlMs: undefined });
  }
  t.deepEqual(outcomeOf(Buffer.from("-ERR größer\r\n")), { kind: "error", text: "größer" });
});
