/**
 * Goal: the store does what a plain model of it does, whatever the order of calls.
 * Method: fast-check makes sequences of calls, over few keys and sizes that meet every alignment, against stores so small
 * that the log wraps all the time. For lru the model says exactly what is held, evicted and expired; for noeviction too,
 * except for entries that are due and not yet expired; for s3fifo it says what may be returned. The model of an edit does
 * what Redis does. The memory is audited after every call. SEED=n replays a run.
 */
import test from "ava";
import fc from "fast-check";
import type { Edit } from "../../../cluster/edit.ts";
import {
  chargeOf,
  type Eviction,
  entryWords,
  type Geometry,
  geometryOf,
} from "../../../server/store/layout.ts";
import { ABSENT, MISS, Store } from "../../../server/store/store.ts";
import { audit } from "./audit.ts";

const seed = process.env.SEED === undefined ? undefined : Number(process.env.SEED);
const runs = (numRuns: number) => ({
  numRuns,
  includeErrorInReport: true,
  ...(seed !== undefined && { seed }),
});

type Command =
  | { kind: "put"; key: number; bytes: number; ttlMs: number | undefined }
  | { kind: "absent"; key: number; ttlMs: number | undefined }
  | { kind: "get" | "find" | "look" | "delete"; key: number }
  | { kind: "edit"; key: number; edit: Edit }
  | { kind: "wait"; ms: number }
  | { kind: "sweep" | "clear" };

const key = fc.integer({ min: 0, max: 11 });
const ttlMs = fc.option(fc.integer({ min: 0, max: 50 }), { nil: undefined });
const place = fc.integer({ min: -100, max: 100 });
const edit: fc.Arbitrary<Edit> = fc.record({
  conditions: fc.subarray(["missing", "held", "dated", "undated", "later", "sooner"] as const, {
    maxLength: 2,
  }),
  value: fc
    .option(fc.oneof(fc.nat(90), fc.constant(null)), { nil: undefined })
    .map((bytes) => (typeof bytes === "number" ? Buffer.alloc(bytes, bytes) : bytes)),
  life: fc.oneof(fc.integer({ min: -2, max: 50 }), fc.constantFrom("keep" as const, "endless" as const)),
  wanted: fc.option(fc.record({ from: place, to: place }), { nil: undefined }),
  isUse: fc.constant(true),
});
const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: fc.constant("put" as const), key, bytes: fc.nat(90), ttlMs }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("absent" as const), key, ttlMs }) },
  {
    weight: 8,
    arbitrary: fc.record({ kind: fc.constantFrom("get" as const, "find" as const, "look" as const), key }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("edit" as const), key, edit }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("delete" as const), key }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("wait" as const), ms: fc.nat(20) }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constantFrom("sweep" as const, "sweep" as const, "clear" as const) }),
  },
);

interface ModelEntry {
  value: Buffer | null;
  deadline: number;
  charge: number;
}

/** The order of the Map is that of last use, oldest first, because every use inserts the entry anew. */
class Model {
  readonly entries = new Map<string, ModelEntry>();
  usedBytes = 0;
  evictions = 0;
  expirations = 0;
  now = 0;
  readonly #geometry: Geometry;

  constructor(maxBytes: number, eviction: Eviction) {
    this.#geometry = geometryOf(maxBytes, eviction);
  }

  live(name: string): ModelEntry | undefined {
    const entry = this.entries.get(name);
    return entry !== undefined && entry.deadline > this.now ? entry : undefined;
  }

  use(name: string): ModelEntry | undefined {
    const entry = this.live(name);
    if (entry !== undefined) {
      this.entries.delete(name);
      this.entries.set(name, entry);
    }
    return entry;
  }

  remove(name: string): void {
    this.usedBytes -= this.entries.get(name)?.charge ?? 0;
    this.entries.delete(name);
  }

  clear(): void {
    this.entries.clear();
    this.usedBytes = 0;
  }

  charge(name: string, bytes: number, dated: boolean): number {
    return chargeOf(this.#geometry, entryWords(name.length, bytes, dated), dated);
  }

  /** Counts neither entries that are due nor this key's own entry: these make room under every policy. */
  fits(name: string, bytes: number, dated: boolean): boolean {
    const { limitBytes, eviction } = this.#geometry;
    const others = [...this.entries].filter(([other, { deadline }]) => other !== name && deadline > this.now);
    const kept = eviction === "noeviction" ? others.reduce((sum, [, { charge }]) => sum + charge, 0) : 0;
    return kept + this.charge(name, bytes, dated) <= limitBytes;
  }

  /** Entries that are due may have ended whenever a put needed room: `held` are the entries that the store has. */
  follow(held: readonly string[]): void {
    for (const name of [...this.entries.keys()]) {
      if (held.includes(name)) continue;
      equal(this.live(name), undefined, `${name} is due`);
      this.end(name);
    }
  }

  /** What Redis does for SET, EXPIRE and GETDEL with these words; a cached "not found" is missing. */
  edit(name: string, { conditions, value, life }: Edit): { changed: boolean; noRoom: boolean } {
    if (this.entries.has(name) && this.live(name) === undefined) this.end(name);
    const found = this.live(name);
    const entry = found?.value === null ? undefined : found;
    const old = entry?.deadline ?? Number.POSITIVE_INFINITY;
    const deadline = life === "keep" ? old : life === "endless" ? Number.POSITIVE_INFINITY : this.now + life;
    const holds = {
      missing: entry === undefined,
      held: entry !== undefined,
      dated: Number.isFinite(old),
      undated: entry !== undefined && !Number.isFinite(old),
      later: deadline > old,
      sooner: entry !== undefined && deadline < old,
    };
    const isAllowed = conditions.every((condition) => holds[condition]);
    const dated = Number.isFinite(deadline);
    if (isAllowed && value != null) {
      const isKept = deadline > this.now;
      if (isKept && !this.fits(name, value.length, dated)) return { changed: false, noRoom: true };
      this.put(name, Buffer.from(value), dated ? deadline - this.now : undefined);
      return { changed: true, noRoom: false };
    }
    if (entry === undefined) return { changed: false, noRoom: false };
    this.use(name);
    if (!isAllowed) return { changed: false, noRoom: false };
    if (value === null || deadline <= this.now) {
      this.remove(name);
      return { changed: true, noRoom: false };
    }
    if (life === "keep" || (!dated && !Number.isFinite(old))) return { changed: false, noRoom: false };
    // An entry that fills its store has no room for its first deadline, and stays as it is.
    const isFirst = dated && !Number.isFinite(old);
    if (isFirst && !this.fits(name, entry.value!.length, dated)) return { changed: false, noRoom: false };
    this.put(name, entry.value, dated ? deadline - this.now : undefined);
    return { changed: true, noRoom: false };
  }

  /** Ends `name`, counting it as `evictions` unless its time had come. */
  end(name: string): void {
    if (this.live(name) === undefined) this.expirations++;
    else this.evictions++;
    this.remove(name);
  }

  put(name: string, value: Buffer | null, ttl: number | undefined): boolean {
    const dated = ttl !== undefined;
    const fits = this.fits(name, value?.length ?? 0, dated);
    if (this.entries.has(name)) {
      if (this.live(name) === undefined) this.expirations++;
      this.remove(name);
    }
    if (ttl !== undefined && ttl <= 0) return true;
    if (!fits) return false;
    const charge = this.charge(name, value?.length ?? 0, dated);
    while (this.#geometry.eviction === "lru" && this.usedBytes + charge > this.#geometry.limitBytes) {
      const [oldest] = this.entries.keys();
      this.end(oldest!);
    }
    const deadline = ttl === undefined ? Number.POSITIVE_INFINITY : this.now + ttl;
    this.entries.set(name, { value, deadline, charge });
    this.usedBytes += charge;
    return true;
  }
}

/** Keys of different lengths, so that key and value together meet every alignment. */
function nameOf(index: number): string {
  return "k".repeat(index % 5) + String.fromCharCode(index * 20);
}

function bytesOf(bytes: number, step: number): Buffer {
  return Buffer.alloc(bytes, step % 251);
}

interface Run {
  readonly store: Store;
  readonly model: Model;
  readonly step: number;
}

/** Applies one command to both and throws where they answer differently. Returns what the model cannot know. */
function carryOut({ store, model, step }: Run, each: Command): void {
  switch (each.kind) {
    case "put":
    case "absent": {
      const value = each.kind === "absent" ? null : bytesOf(each.bytes, step);
      const stored = store.put(Buffer.from(nameOf(each.key), "latin1"), value, each.ttlMs);
      equal(stored, model.put(nameOf(each.key), value, each.ttlMs), "put");
      break;
    }
    case "get":
      compareGet(store, model, nameOf(each.key));
      break;
    case "find":
      compareFind(store, model, nameOf(each.key), step);
      break;
    case "edit":
      compareEdit(store, model, nameOf(each.key), each.edit);
      break;
    case "look": {
      const entry = model.live(nameOf(each.key));
      const glimpse = store.look(Buffer.from(nameOf(each.key), "latin1"));
      const kind = entry === undefined ? "missing" : entry.value === null ? "absent" : "value";
      equal(glimpse.kind, kind, "look");
      equal(glimpse.bytes, entry?.value?.length ?? 0, "look bytes");
      equal(glimpse.footprintBytes, entry?.charge ?? 0, "look footprint");
      break;
    }
    case "delete": {
      const name = nameOf(each.key);
      const entry = model.live(name);
      if (entry === undefined && model.entries.has(name)) model.expirations++;
      model.remove(name);
      equal(store.delete(Buffer.from(name, "latin1")), entry !== undefined && entry.value !== null, "delete");
      break;
    }
    case "wait":
      model.now += each.ms;
      break;
    case "sweep": {
      const due = [...model.entries.keys()].filter((name) => model.live(name) === undefined);
      for (const name of due) model.end(name);
      equal(store.sweep(1).expired, due.length, "sweep");
      break;
    }
    case "clear":
      store.clear();
      model.clear();
  }
}

function compareGet(store: Store, model: Model, name: string): void {
  const entry = model.use(name);
  const got = store.get(Buffer.from(name, "latin1"));
  equal(got === undefined, entry === undefined, "get");
  if (got === undefined || entry === undefined) return;
  equal(got.value?.toString("latin1"), entry.value?.toString("latin1"), "value");
  equal(got.ttlMs, Number.isFinite(entry.deadline) ? entry.deadline - model.now : undefined, "ttl");
}

/** As GETRANGE, on text. A slice of a text counts as Redis does only if both ends are in order. */
function partOf(value: Buffer, { from, to }: { from: number; to: number }): string {
  const length = value.length;
  const first = Math.max(0, from < 0 ? length + from : from);
  const last = Math.max(0, to < 0 ? length + to : to);
  return from < 0 && to < 0 && from > to ? "" : value.toString("latin1").slice(first, last + 1);
}

function compareEdit(store: Store, model: Model, name: string, edit: Edit): void {
  const before = model.live(name)?.value ?? undefined;
  const expected = model.edit(name, edit);
  const got = store.edit(Buffer.from(name, "latin1"), edit);
  equal(got.held, before !== undefined, "held");
  equal(got.bytes, before?.length ?? 0, "bytes");
  equal(got.changed, expected.changed, "changed");
  equal(got.noRoom, expected.noRoom, "too large");
  const part = before === undefined || edit.wanted === undefined ? undefined : partOf(before, edit.wanted);
  equal(got.value === undefined ? undefined : Buffer.from(got.value).toString("latin1"), part, "part");
}

function compareFind(store: Store, model: Model, name: string, step: number): void {
  const entry = model.use(name);
  const chunk = Buffer.from(`${"x".repeat(step % 7)}${name}y`, "latin1");
  const length = store.find(chunk, step % 7, chunk.length - 1);
  equal(length, entry === undefined ? MISS : entry.value === null ? ABSENT : entry.value.length, "find");
  if (length < 0) return;
  const target = Buffer.alloc(length + (step % 9) + 1, 0xee);
  store.copyFound(target, new DataView(target.buffer, target.byteOffset), step % 9);
  equal(store.foundIntact(), true, "intact");
  equal(target.toString("latin1", step % 9, target.length - 1), entry!.value!.toString("latin1"), "copy");
  equal(target[target.length - 1], 0xee, "nothing is written behind the value");
}

function equal(actual: unknown, expected: unknown, what: string): void {
  if (!Object.is(actual, expected)) throw new Error(`${what}: ${String(actual)}, model ${String(expected)}`);
}

for (const eviction of ["lru", "noeviction"] satisfies Eviction[]) {
  test(`${eviction} holds, evicts and expires exactly what the model does`, (t) => {
    const property = fc.property(
      fc.integer({ min: 30, max: 900 }),
      fc.array(command, { minLength: 30, maxLength: 150 }),
      (maxBytes, commands) => {
        const model = new Model(maxBytes, eviction);
        const store = new Store({ seed: 1, maxBytes, eviction, clock: () => model.now });
        commands.forEach((each, step) => {
          carryOut({ store, model, step }, each);
          const held = audit(store.handle).keys.map((name) => name.replace("absent ", ""));
          if (eviction === "noeviction") model.follow(held);
          const { entries, usedBytes, evictions, expirations } = store.figures();
          equal(entries, model.entries.size, "entries");
          equal(usedBytes, model.usedBytes, "usedBytes");
          equal(evictions, model.evictions, "evictions");
          equal(expirations, model.expirations, "expirations");
        });
      },
    );
    fc.assert(property, runs(400));
    t.pass();
  });
}

test("s3fifo returns what was put last or nothing, within its limit", (t) => {
  const property = fc.property(
    fc.integer({ min: 200, max: 900 }),
    fc.array(command, { minLength: 30, maxLength: 150 }),
    (maxBytes, commands) => {
      const model = new Model(Number.MAX_SAFE_INTEGER, "s3fifo");
      const store = new Store({ seed: 1, maxBytes, eviction: "s3fifo", clock: () => model.now });
      commands.forEach((each, step) => {
        const held = new Set(audit(store.handle).keys.map((name) => name.replace("absent ", "")));
        for (const name of [...model.entries.keys()]) if (!held.has(name)) model.remove(name);
        if ("bytes" in each && each.bytes + 60 > maxBytes) return;
        if (each.kind === "edit" && (each.edit.value?.length ?? 0) + 60 > maxBytes) return;
        if (maxBytes >= 60 || each.kind !== "absent") carryOut({ store, model, step }, each);
        equal(store.figures().usedBytes <= maxBytes, true, "within the limit");
      });
    },
  );
  fc.assert(property, runs(300));
  t.pass();
});

test("a store whose entries are all deleted uses no byte", (t) => {
  for (const eviction of ["lru", "s3fifo"] as const) {
    const store = new Store({ seed: 1, maxBytes: 4096, eviction, clock: () => 0 });
    for (let i = 0; i < 500; i++) store.put(Buffer.from(`key ${i}`), Buffer.alloc(i % 200), undefined);
    t.true(store.figures().evictions > 0);
    for (const name of audit(store.handle).keys) t.true(store.delete(Buffer.from(name)));
    t.is(store.figures().usedBytes, 0);
    t.is(store.figures().entries, 0);
  }
});
