/**
 * The tests that every loader has to pass, whatever its origin. Method: each loader asks an origin that answers by
 * `originAnswer`, and runs through runLoad as a group would run it.
 */
import { randomBytes } from "node:crypto";
import test from "ava";
import type { Outcome } from "../../../cluster/outcome.ts";
import type { Loader } from "../../../server/loaders/loader.ts";
import { LoadsUnderWay } from "../../../server/loaders/loads-under-way.ts";
import { type LoadTerms, runLoad, runLoadMany } from "../../../server/loaders/run-load.ts";
import { termsOf } from "../fakes.ts";

export const ALL_BYTES = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
export const MAX_VALUE_BYTES = 4096;
const TERMS: LoadTerms = termsOf({ timeoutMs: 90_000, maxValueBytes: MAX_VALUE_BYTES });

export type OriginAnswer = Uint8Array | "not found" | "failure" | "silence";

/** Every key that is not named here has its own bytes as value. */
export function originAnswer(key: Buffer): OriginAnswer {
  switch (key.toString("latin1")) {
    case "all bytes":
      return ALL_BYTES;
    case "empty":
      return Buffer.alloc(0);
    case "missing":
      return "not found";
    case "failing":
      return "failure";
    case "slow":
      return "silence";
    case "largest":
      return Buffer.alloc(MAX_VALUE_BYTES, "x");
    case "too large":
      return Buffer.alloc(MAX_VALUE_BYTES + 1, "x");
    default:
      return key;
  }
}

export interface Subject {
  readonly loader: Loader;
  /** Resolves when the origin has been asked for `slow`. */
  readonly slowAsked: Promise<void>;
  /** Resolves when the origin notices that nobody waits for `slow` any more. */
  readonly slowGivenUp: Promise<void>;
  /** How the loader words the origin's failure. */
  readonly failure: string;
  /** Keys that it refuses. */
  readonly refused: readonly string[];
  stop(): Promise<void>;
}

export function loaderSuite(name: string, start: () => Promise<Subject>): void {
  let subject: Subject;
  const load = async (key: string | Buffer): Promise<Outcome> =>
    runLoad(subject.loader, Buffer.from(key), TERMS);

  test.before(async () => {
    subject = await start();
  });
  test.after.always(() => subject?.stop());

  test(`${name}: loads a value byte by byte`, async (t) => {
    t.deepEqual(await load("Tom"), asValue("Tom"));
    t.deepEqual(await load("all bytes"), asValue(ALL_BYTES));
    t.deepEqual(await load("empty"), asValue(""));
  });

  test(`${name}: tells not found from a failure`, async (t) => {
    t.deepEqual(await load("missing"), { kind: "absent", ttlMs: undefined });
    t.deepEqual(await load("failing"), { kind: "error", text: subject.failure });
  });

  test(`${name}: a value may be as large as the limit and no larger`, async (t) => {
    t.deepEqual(await load("largest"), asValue(Buffer.alloc(MAX_VALUE_BYTES, "x")));
    t.deepEqual(await load("too large"), { kind: "error", text: "loader value too large (max 4096 bytes)" });
  });

  test(`${name}: lets its origin know when a load is given up`, async (t) => {
    const underWay = new LoadsUnderWay();
    const outcome = runLoad(subject.loader, Buffer.from("slow"), { ...TERMS, underWay });
    await subject.slowAsked;
    underWay.stop();
    t.deepEqual(await outcome, { kind: "error", text: "loader stopped: the node is shutting down" });
    await t.notThrowsAsync(subject.slowGivenUp);
  });

  test(`${name}: keeps all one-byte keys and long binary ones apart`, async (t) => {
    const oneByte = Array.from(ALL_BYTES, (byte) => Buffer.of(byte));
    const keys = [
      ...oneByte,
      Buffer.from("__proto__"),
      Buffer.from("%2e$&{key}"),
      ALL_BYTES,
      randomBytes(2000),
    ];
    const outcomes = await runLoadMany(subject.loader, keys, TERMS);
    t.is(outcomes.length, keys.length);
    for (const [i, key] of keys.entries()) {
      const refused = subject.refused.includes(key.toString("latin1"));
      const expected: Outcome = refused
        ? { kind: "error", text: "key not allowed for this loader" }
        : asValue(key);
      t.deepEqual(outcomes[i], expected, `key ${key.toString("hex")}`);
    }
  });

  test(`${name}: serves many keys at once, each its own value`, async (t) => {
    const keys = Array.from({ length: 500 }, (_, i) => `key ${i}`);
    t.deepEqual(await Promise.all(keys.map(load)), keys.map(asValue));
  });
}

export function asValue(value: string | Buffer): Outcome {
  return { kind: "value", value: Buffer.from(value), ttlMs: undefined };
}
