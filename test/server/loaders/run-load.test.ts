/**
 * Goal: however a loader behaves, each waiter gets exactly one outcome and the key works again.
 * Method: one loader for each misbehaviour; ava fails the file on any unhandled rejection. A deadline that must pass is a
 * few milliseconds, any other is never reached.
 */
import test from "ava";
import type { Outcome } from "../../../cluster/outcome.ts";
import type { LoadContext, Loader, LoadManyContext } from "../../../server/loaders/loader.ts";
import { LoadsUnderWay } from "../../../server/loaders/loads-under-way.ts";
import { type LoadTerms, runLoad, runLoadMany } from "../../../server/loaders/run-load.ts";
import { termsOf } from "../fakes.ts";
import { asValue } from "./loader-suite.ts";

const TERMS: LoadTerms = termsOf({ timeoutMs: 60_000, maxValueBytes: 100 });
const KEY = Buffer.from("Tom");

/** A loader made of anything: a user's module may return anything, too. */
function loaderOf(load: (key: unknown, context: LoadContext) => unknown): Loader {
  return { load } as Loader;
}

function batchLoaderOf(loadMany: (keys: readonly unknown[], context: LoadManyContext) => unknown): Loader {
  return { load: () => null, loadMany } as Loader;
}

const run = async (load: (key: unknown, context: LoadContext) => unknown, terms = TERMS): Promise<Outcome> =>
  runLoad(loaderOf(load), KEY, terms);
const error = (text: string): Outcome => ({ kind: "error", text });

test("hands the loader the key as text and as bytes, with its group", async (t) => {
  let seen: unknown[] = [];
  await run((key, context) => {
    seen = [key, context.keyBytes, context.group, context.signal.aborted];
    t.is(context.node, TERMS.tools.node);
    t.is(context.log, TERMS.tools.log);
    return null;
  });
  t.deepEqual(seen, ["Tom", KEY, "scores", false]);
});

test("takes an answer given at once or later", async (t) => {
  t.deepEqual(await run(() => "630"), asValue("630"));
  t.deepEqual(await run(async () => "630"), asValue("630"));
});

test("keeps the loader's `this`", async (t) => {
  class Table implements Loader {
    readonly #scores = new Map([["Tom", "630"]]);
    load(key: string | Uint8Array): string | null {
      return this.#scores.get(String(key)) ?? null;
    }
    loadMany(keys: readonly (string | Uint8Array)[]): (string | null)[] {
      return keys.map((key) => this.load(key));
    }
  }
  t.deepEqual(await runLoad(new Table(), KEY, TERMS), asValue("630"));
  t.deepEqual(await runLoadMany(new Table(), [KEY], TERMS), [asValue("630")]);
});

const misbehaviours: Record<string, [(key: unknown, context: LoadContext) => unknown, string]> = {
  "throws at once": [thrower(new Error("broken")), "loader failed: broken"],
  "throws what is no Error": [thrower(undefined), "loader failed: threw undefined"],
  rejects: [async () => Promise.reject(new Error("broken")), "loader failed: broken"],
  "rejects with what is no Error": [() => Promise.reject(null), "loader failed: threw null"],
  "returns a wrong type": [() => 7, "loader returned a number (expected bytes, text or null)"],
  "resolves to a wrong type": [
    async () => undefined,
    "loader returned undefined (expected bytes, text or null)",
  ],
  "returns too much": [() => "x".repeat(101), "loader value too large (max 100 bytes)"],
  "returns a then that throws": [() => thenable(thrower(new Error("in then"))), "loader failed: in then"],
  "returns a then getter that throws": [() => trap("then"), "loader failed: from then"],
  "returns a value getter that throws": [() => trap("value"), "loader failed: from value"],
  "resolves to a value getter that throws": [async () => trap("value"), "loader failed: from value"],
  "returns a promise with a broken then": [
    () => Object.assign(Promise.reject(new Error("inner")), thenable(thrower(new Error("outer")))),
    "loader failed: inner",
  ],
  "breaks its line": [async () => Promise.reject(new Error("a\r\n+OK\r\n")), "loader failed: a +OK"],
};

for (const [name, [load, text]] of Object.entries(misbehaviours)) {
  test(`a loader that ${name} is an error, and the next load is a new one`, async (t) => {
    t.deepEqual(await run(load), error(text));
    t.deepEqual(await run(() => "630"), asValue("630"));
  });
}

test("a loader that settles twice is heard once", async (t) => {
  const twice = thenable((resolve) => {
    resolve("first");
    resolve("second");
  });
  t.deepEqual(await run(() => twice), asValue("first"));
  const both = thenable((resolve, reject) => {
    resolve("first");
    reject(new Error("second"));
    throw new Error("third");
  });
  t.deepEqual(await run(() => both), asValue("first"));
});

test("a loader that never settles is cut off at the deadline and told so", async (t) => {
  let signal: AbortSignal | undefined;
  const silent = (_key: unknown, context: LoadContext): Promise<never> => {
    signal = context.signal;
    return new Promise(() => {});
  };
  t.deepEqual(await run(silent, { ...TERMS, timeoutMs: 5 }), error("loader timeout after 5 ms"));
  t.true(signal!.aborted);
  t.is((signal!.reason as DOMException).name, "TimeoutError");
});

test("a signal first asked for after the deadline has fired already", async (t) => {
  let context: LoadContext | undefined;
  const silent = (_key: unknown, given: LoadContext): Promise<never> => {
    context = given;
    return new Promise(() => {});
  };
  await run(silent, { ...TERMS, timeoutMs: 5 });
  t.true(context!.signal.aborted);
  t.is(context!.signal, context!.signal);
});

test("what comes after the deadline is dropped, rejections too", async (t) => {
  for (const late of [Promise.reject(new Error("late")), Promise.resolve("late")]) {
    const atAbort = (_key: unknown, { signal }: LoadContext): Promise<unknown> =>
      new Promise((resolve) => signal.addEventListener("abort", () => resolve(late)));
    t.deepEqual(await run(atAbort, { ...TERMS, timeoutMs: 5 }), error("loader timeout after 5 ms"));
  }
  // A rejection that nobody handled would be reported by now.
  await new Promise((resolve) => setImmediate(resolve));
});

test("the signal stays quiet after an answer in time", async (t) => {
  const underWay = new LoadsUnderWay();
  let signal: AbortSignal | undefined;
  await run(
    async (_key, context) => {
      signal = context.signal;
      return "630";
    },
    { ...TERMS, underWay },
  );
  t.true(underWay.isEmpty);
  t.false(signal!.aborted);
});

test("a node that stops ends every load under way", async (t) => {
  const underWay = new LoadsUnderWay();
  const terms = { ...TERMS, underWay };
  const signals: AbortSignal[] = [];
  const silent = (_key: unknown, { signal }: { signal: AbortSignal }): Promise<never> => {
    signals.push(signal);
    return new Promise(() => {});
  };
  const one = run(silent, terms);
  const many = runLoadMany(batchLoaderOf(silent), [KEY, KEY], terms);
  t.false(underWay.isEmpty);
  underWay.stop();
  const stopped = error("loader stopped: the node is shutting down");
  t.deepEqual(await one, stopped);
  t.deepEqual(await many, [stopped, stopped]);
  t.true(signals.every((signal) => signal.aborted));
  t.true(underWay.isEmpty);
});

const KEYS = ["Tom", "Jack", "Sam"].map((key) => Buffer.from(key));
const runMany = (loadMany: (keys: readonly unknown[], context: LoadManyContext) => unknown, terms = TERMS) =>
  runLoadMany(batchLoaderOf(loadMany), KEYS, terms);

test("loadMany gets all keys at once and answers in their order", async (t) => {
  let seen: unknown[] = [];
  const outcomes = await runMany(async (keys, context) => {
    seen = [keys, context.keyBytes, context.group];
    return ["630", null, { value: "567", ttlMs: 9 }];
  });
  t.deepEqual(seen, [["Tom", "Jack", "Sam"], KEYS, "scores"]);
  t.deepEqual(outcomes, [
    asValue("630"),
    { kind: "absent", ttlMs: undefined },
    { ...asValue("567"), ttlMs: 9 } as Outcome,
  ]);
});

test("a wrong result in one place of loadMany fails that key alone", async (t) => {
  const failed = error("loader failed: gone");
  t.deepEqual(await runMany(() => ["630", new Error("gone"), "567"]), [
    asValue("630"),
    failed,
    asValue("567"),
  ]);
  const outcomes = await runMany(async () => ["630", trap("value"), "567"]);
  t.deepEqual(outcomes, [asValue("630"), error("loader failed: from value"), asValue("567")]);
});

test("a hole in the results is an error", async (t) => {
  const sparse = ["630"];
  sparse.length = 3;
  const outcomes = await runMany(() => sparse);
  t.deepEqual(
    outcomes.map(({ kind }) => kind),
    ["value", "error", "error"],
  );
});

test("loadMany that fails as a whole fails every key", async (t) => {
  const wrong = (shown: string): Outcome[] => {
    const text = `loader returned ${shown} for 3 keys (expected an array with a result a key)`;
    return KEYS.map(() => error(text));
  };
  t.deepEqual(await runMany(() => ["630"]), wrong("1 results"));
  t.deepEqual(await runMany(async () => new Array(4)), wrong("4 results"));
  t.deepEqual(await runMany(() => null), wrong("null"));
  t.deepEqual(await runMany(() => "abc"), wrong("text"));
  const failed = KEYS.map(() => error("loader failed: broken"));
  t.deepEqual(await runMany(thrower(new Error("broken"))), failed);
  t.deepEqual(await runMany(() => Promise.reject(new Error("broken"))), failed);
  const late = KEYS.map(() => error("loader timeout after 5 ms"));
  t.deepEqual(await runMany(() => new Promise(() => {}), { ...TERMS, timeoutMs: 5 }), late);
});

test("without loadMany each key has its own load", async (t) => {
  const loader = loaderOf((key) => (key === "Jack" ? Promise.reject(new Error("gone")) : String(key)));
  t.deepEqual(await runLoadMany(loader, KEYS, TERMS), [
    asValue("Tom"),
    error("loader failed: gone"),
    asValue("Sam"),
  ]);
});

function thrower(thing: unknown): () => never {
  return () => {
    throw thing;
  };
}

function trap(property: string): unknown {
  return Object.defineProperty({}, property, {
    get: thrower(new Error(`from ${property}`)),
    enumerable: true,
  });
}

function thenable(then: (resolve: (v: unknown) => void, reject: (e: unknown) => void) => void): unknown {
  return { then };
}
