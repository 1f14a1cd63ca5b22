/** Goal: the cause of a failure is told in one line, whatever was thrown. Method: a table of things to throw. */
import test from "ava";
import { describeCause } from "../../../server/loaders/describe-cause.ts";

test("an error is its message, with the first place in code that is not Node's own", (t) => {
  const error = new Error("read\nECONNRESET");
  error.stack =
    "Error: read\n    at TCP.read (node:net:1:2)\n    at load (file:///users.mjs:3:9)\n    at node:x";
  t.deepEqual(describeCause(error), { cause: "read ECONNRESET", at: "load (file:///users.mjs:3:9)" });
  error.stack = "Error: read\n    at TCP.read (node:net:1:2)";
  t.is(describeCause(error).at, "TCP.read (node:net:1:2)");
});

test("what an error was caused by is told, too", (t) => {
  const error = new TypeError("fetch failed", {
    cause: Object.assign(new Error(), { code: "ECONNREFUSED" }),
  });
  t.is(describeCause(error).cause, "fetch failed: ECONNREFUSED");
});

for (const [name, thrown, cause] of [
  ["text", "no database", "no database"],
  ["undefined", undefined, "threw undefined"],
  ["an object", { message: "x" }, "threw an object"],
  [
    "a proxy that throws",
    new Proxy(
      {},
      {
        getPrototypeOf: () => {
          throw 1;
        },
      },
    ),
    "no message",
  ],
  ["an error without a stack", Object.assign(new Error("a"), { stack: undefined }), "a"],
  ["an error whose stack is no text", Object.assign(new Error("b"), { stack: 7 }), "b"],
] as const) {
  test(`no place is told for ${name}`, (t) => t.deepEqual(describeCause(thrown), { cause }));
}
