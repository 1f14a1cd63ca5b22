/** Goal: a loader's failures are logged, and no flood of them fills the log. Method: a fake clock and a list for a log. */
import test from "ava";
import { failure, reasonFor } from "../../../server/loaders/failure-kinds.ts";
import { LoadFailures } from "../../../server/loaders/load-failures.ts";

function setUp() {
  const lines: { readonly text: string; readonly fields: Readonly<Record<string, unknown>> }[] = [];
  const clock = { now: 0 };
  const warn = (fields: object, text?: string) =>
    void lines.push({ text: text ?? "", fields: { ...fields } });
  return { lines, clock, failures: new LoadFailures("users", { warn }, () => clock.now) };
}

test("an escaped error is counted, and logged with its group, its cause and its place", (t) => {
  const { lines, failures } = setUp();
  failures.escaped(new Error("boom"));
  t.is(failures.escapedErrors, 1);
  t.is(lines.length, 1);
  t.is(lines[0]!.text, "an error escaped a loader, and nobody caught it");
  t.like(lines[0]!.fields, { group: "users", cause: "boom" });
  t.regex(String(lines[0]!.fields.at), /load-failures\.test/);
});

test("a thousand errors are one line, and a minute later one that tells of the others, whether more come or not", (t) => {
  const { lines, clock, failures } = setUp();
  for (let i = 0; i < 1000; i++) failures.escaped(new Error(`boom ${i}`));
  failures.flush();
  t.is(lines.length, 1);
  clock.now = 60_000;
  failures.flush();
  failures.flush();
  t.is(failures.escapedErrors, 1000);
  t.is(lines.length, 2);
  t.regex(lines[1]!.text, /\(998 more in between\)$/);
  t.is(lines[1]!.fields.cause, "boom 999");
});

test("a node that ends tells what has been left out", (t) => {
  const { lines, failures } = setUp();
  failures.escaped("a");
  failures.escaped("b");
  failures.flush(true);
  t.deepEqual(
    lines.map(({ fields }) => fields.cause),
    ["a", "b"],
  );
});

test("a failed load is logged with its key, its kind and its cause", (t) => {
  const { lines, failures } = setUp();
  const down = Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" });
  failures.failed(Buffer.from("42"), failure("loader failed: as the client reads it", reasonFor(down)));
  t.is(lines[0]!.text, "a load failed");
  const cause = "connect ECONNREFUSED";
  t.like(lines[0]!.fields, { group: "users", kind: "unreachable", key: "42", cause });
  t.regex(String(lines[0]!.fields.at), /load-failures\.test/);
});

test("kinds are counted apart, and a failure without an error is logged with the text that clients read", (t) => {
  const { lines, clock, failures } = setUp();
  for (let i = 0; i < 3; i++) {
    failures.failed(Buffer.from(`${i}`), failure("loader timeout after 9 ms", { kind: "timeout" }));
    failures.failed(Buffer.from(`${i}`), failure("loader busy (queue full)", { kind: "queue-full" }));
  }
  t.deepEqual(
    lines.map(({ fields }) => fields),
    [
      { group: "users", kind: "timeout", key: "0", cause: "loader timeout after 9 ms" },
      { group: "users", kind: "queue-full", key: "0", cause: "loader busy (queue full)" },
    ],
  );
  clock.now = 60_000;
  failures.flush();
  t.is(lines.length, 4);
});

test("the loads that a stopping node ends are no failures", (t) => {
  const { lines, failures } = setUp();
  failures.failed(Buffer.from("a"), failure("loader stopped", { kind: "stopped" }));
  t.deepEqual(lines, []);
});
