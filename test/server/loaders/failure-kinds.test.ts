/** Goal: the log tells an origin that is down from a mistake in a module. Method: a table of things to throw. */
import assert from "node:assert/strict";
import test from "ava";
import { KeyNotAllowed, OriginStatus, ValueTooLarge } from "../../../server/loaders/errors.ts";
import { failure, reasonFor, reasonOf } from "../../../server/loaders/failure-kinds.ts";

const withCode = (code: string): Error => Object.assign(new Error(), { code });

for (const [name, kind, thrown] of [
  ["an error", "error", new Error("syntax error at or near")],
  ["nothing", "error", undefined],
  ["a proxy that throws", "error", new Proxy({}, { get: () => assert.fail() })],
  ["a refused connection", "unreachable", withCode("ECONNREFUSED")],
  ["a failed fetch", "unreachable", new TypeError("fetch failed", { cause: withCode("ENOTFOUND") })],
  ["a code of SQL", "error", withCode("42P01")],
  ["HTTP 503", "status", new OriginStatus("HTTP 503")],
  ["a long value", "too-large", new ValueTooLarge()],
  ["a refused key", "wrong-key", new KeyNotAllowed()],
] as const) {
  test(`${name} is of the kind ${kind}`, (t) => {
    const reason = reasonFor(thrown);
    t.is(reason.kind, kind);
    t.is(reason.thrown, thrown);
  });
}

test("an outcome does not show its reason, and has it all the same", (t) => {
  const outcome = failure("loader timeout after 9 ms", { kind: "timeout" });
  t.deepEqual(outcome, { kind: "error", text: "loader timeout after 9 ms" });
  t.deepEqual(reasonOf(outcome), { kind: "timeout" });
  t.is(reasonOf({ ...outcome }), undefined);
});
