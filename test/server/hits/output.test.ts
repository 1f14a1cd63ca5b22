/**
 * Goal: the bytes taken out are those that were appended, and a reply that is given up leaves no trace. Method: a real
 * store, one that changes while the output copies, and sizes around every boundary of the buffer.
 */
import test from "ava";
import { HIT, Output } from "../../../server/hits/output.ts";
import { ABSENT, MISS, Store } from "../../../server/store/store.ts";
import { key } from "../fakes.ts";

function storeWith(entries: Record<string, string | Buffer | null>): Store {
  const store = new Store({ seed: 1, maxBytes: 64 << 20, eviction: "lru", clock: () => 0 });
  for (const [name, value] of Object.entries(entries)) {
    store.put(key(name), value === null ? null : Buffer.from(value), undefined);
  }
  return store;
}

function hitAt(output: Output, store: Store, chunk: string, start: number, end: number): number {
  return output.hit(store, key(chunk), start, end, store.hashOf(key(chunk), start, end), true);
}

function hit(output: Output, store: Store, name: string): number {
  return hitAt(output, store, name, 0, name.length);
}

test("a value is appended as a bulk string", (t) => {
  const output = new Output();
  t.is(hit(output, storeWith({ a: "630" }), "a"), HIT);
  t.is(output.take(0).toString(), "$3\r\n630\r\n");
});

test("an empty value is a bulk string too", (t) => {
  const output = new Output();
  t.is(hit(output, storeWith({ a: "" }), "a"), HIT);
  t.is(output.take(0).toString(), "$0\r\n\r\n");
});

test("only the bytes from start to end are the key", (t) => {
  const output = new Output();
  t.is(hitAt(output, storeWith({ b: "1" }), "abc", 1, 2), HIT);
  t.is(output.take(0).toString(), "$1\r\n1\r\n");
});

test("a miss and a cached not-found append nothing", (t) => {
  const output = new Output();
  const store = storeWith({ gone: null });
  output.append(key("+OK\r\n"));
  t.is(hit(output, store, "other"), MISS);
  t.is(hit(output, store, "gone"), ABSENT);
  t.is(output.take(0).toString(), "+OK\r\n");
});

test("replies are in the order in which they were appended", (t) => {
  const output = new Output();
  const store = storeWith({ a: "1", b: "22" });
  output.append(key("*2\r\n"));
  hit(output, store, "a");
  hit(output, store, "b");
  t.is(output.take(0).toString(), "*2\r\n$1\r\n1\r\n$2\r\n22\r\n");
  t.is(output.length, 0);
});

test("setting the length back undoes what was appended since", (t) => {
  const output = new Output();
  output.append(key("+OK\r\n"));
  const mark = output.length;
  output.append(key("*2\r\n$1\r\n1\r\n"));
  output.length = mark;
  output.append(key(":1\r\n"));
  t.is(output.take(0).toString(), "+OK\r\n:1\r\n");
});

test("taking from a mark leaves the bytes before it", (t) => {
  const output = new Output();
  output.append(key("+OK\r\n"));
  const mark = output.length;
  output.append(key(":1\r\n"));
  t.is(output.take(mark).toString(), ":1\r\n");
  t.is(output.take(0).toString(), "+OK\r\n");
});

test("taken bytes are a copy", (t) => {
  const output = new Output();
  output.append(key("+OK\r\n"));
  const taken = output.take(0);
  output.append(key("-ERR\r\n"));
  t.is(taken.toString(), "+OK\r\n");
});

test("a view that the socket still has is never written over", (t) => {
  const output = new Output();
  const store = storeWith({ a: "1", b: "22" });
  hit(output, store, "a");
  const lent = output.view(0, output.length);
  output.returned(false);
  hit(output, store, "b");
  t.is(lent.toString(), "$1\r\n1\r\n");
  t.is(output.take(0).toString(), "$2\r\n22\r\n");
});

test("the room of a view that the socket no longer has is used again", (t) => {
  const output = new Output();
  const store = storeWith({ a: "1", b: "22" });
  hit(output, store, "a");
  const { buffer } = output.view(0, output.length);
  output.returned(true);
  t.is(output.length, 0);
  hit(output, store, "b");
  t.is(output.view(0, output.length).buffer, buffer);
  t.is(output.view(0, output.length).toString(), "$2\r\n22\r\n");
});

test("values of every size around the ends of the buffer come out whole", (t) => {
  for (const edge of [1 << 16, 1 << 17, 1 << 20]) {
    for (let bytes = edge - 30; bytes <= edge + 2; bytes++) {
      const output = new Output();
      const value = Buffer.alloc(bytes, "x");
      hit(output, storeWith({ a: value }), "a");
      const expected = Buffer.concat([key(`$${bytes}\r\n`), value, key("\r\n")]);
      t.true(output.take(0).equals(expected), `${bytes} bytes`);
    }
  }
});

test("growing keeps the bytes that are there", (t) => {
  const output = new Output();
  const store = storeWith({ a: Buffer.alloc(50_000, "a"), b: Buffer.alloc(3_000_000, "b") });
  for (const name of ["a", "a", "b", "a"]) hit(output, store, name);
  const text = output.take(0).toString("latin1");
  t.is(text.length, 3 * (50_000 + 10) + 3_000_000 + 12);
  t.regex(text, /^(\$50000\r\na{50000}\r\n){2}\$3000000\r\nb{3000000}\r\n\$50000\r\na{50000}\r\n$/);
});

test("the output works on after a huge value", (t) => {
  const output = new Output();
  const store = storeWith({ a: "1", b: Buffer.alloc(3_000_000, "b") });
  hit(output, store, "b");
  const { buffer } = output.view(0, output.length);
  output.returned(true);
  hit(output, store, "a");
  t.is(output.take(0).toString(), "$1\r\n1\r\n");
  t.true(
    output.view(0, output.length).buffer.byteLength < buffer.byteLength,
    "the large buffer is given back",
  );
});

test("memory that large replies needed stays until none has needed it for a while", (t) => {
  const output = new Output();
  const store = storeWith({ a: "1", b: Buffer.alloc(500_000, "b") });
  const bufferAfter = (name: string) => {
    hit(output, store, name);
    const { buffer } = output.view(0, output.length);
    output.returned(true);
    return buffer;
  };
  const large = bufferAfter("b");
  t.is(bufferAfter("b"), large);
  output.rest();
  t.is(bufferAfter("a"), large, "it was needed since the rest before");
  hit(output, store, "b");
  output.rest();
  t.is(output.take(0).length, 500_000 + 11, "replies that wait are not thrown away");
  output.rest();
  t.true(bufferAfter("a").byteLength < large.byteLength);
});

test("a value that a writer moved meanwhile is looked up again, and only its new form is appended", (t) => {
  const output = new Output();
  const values = ["torn and long", "torn", "whole"];
  let at = 0;
  const moving: Pick<Store, "find" | "copyFound" | "foundIntact"> = {
    find: () => values[at]!.length,
    copyFound: (target, _view, offset) => void target.set(Buffer.from(values[at]!), offset),
    foundIntact: () => ++at === values.length && at-- > 0,
  };
  t.is(output.hit(moving as Store, key("a"), 0, 1, 0, true), HIT);
  t.is(output.take(0).toString(), "$5\r\nwhole\r\n");
});

test("a value that was deleted while it was copied is a miss without a trace", (t) => {
  const output = new Output();
  let found = 5;
  const moving: Pick<Store, "find" | "copyFound" | "foundIntact"> = {
    find: () => found,
    copyFound: (target, _view, offset) => void target.set(Buffer.from("value"), offset),
    foundIntact: () => {
      found = MISS;
      return false;
    },
  };
  t.is(output.hit(moving as Store, key("a"), 0, 1, 0, true), MISS);
  t.is(output.length, 0);
});
