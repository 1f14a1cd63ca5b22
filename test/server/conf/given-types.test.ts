/**
 * Goal: what passes a check has its type, whatever a program without a compiler hands in, and what does not is named.
 * Method: things of every kind.
 */
import { runInNewContext } from "node:vm";
import test from "ava";
import {
  checkBytesOrText,
  checkKeys,
  checkOptions,
  describeType,
  isBytesOrText,
  isPlainObject,
} from "../../../server/conf/given-types.ts";

test("text and bytes pass, of any realm; other views of memory do not", (t) => {
  for (const thing of ["", "x", Buffer.from("x"), new Uint8Array(1), runInNewContext("new Uint8Array(1)")]) {
    t.true(isBytesOrText(thing));
    t.notThrows(() => checkBytesOrText("value", thing));
  }
  for (const thing of [
    undefined,
    null,
    5,
    true,
    {},
    [],
    new Uint16Array(1),
    new DataView(new ArrayBuffer(1)),
  ])
    t.false(isBytesOrText(thing));
  t.throws(() => checkBytesOrText("value", 5), {
    instanceOf: TypeError,
    message: "value: expected text or bytes (a Uint8Array), got a number",
  });
});

test("keys are an array without holes", (t) => {
  t.notThrows(() => checkKeys([]));
  t.notThrows(() => checkKeys(["a", Buffer.from("b")]));
  for (const keys of ["ab", new Set(["a"]), [1], new Array(2), undefined])
    t.throws(() => checkKeys(keys), { instanceOf: TypeError });
});

test("options have the names that are expected, or fewer", (t) => {
  t.notThrows(() => checkOptions("set", {}, ["ttlMs"]));
  t.notThrows(() => checkOptions("set", { ttlMs: undefined }, ["ttlMs"]));
  t.notThrows(() => checkOptions("set", Object.create(null), ["ttlMs"]));
  t.throws(() => checkOptions("set", { ttlMS: 1 }, ["ttlMs", "tags"]), {
    message: 'set: unknown option "ttlMS", expected ttlMs, tags',
  });
  t.throws(() => checkOptions("set", [], ["ttlMs"]), { message: "set: expected an object, got an array" });
});

test("an object is plain when its own names say what it holds", (t) => {
  t.true(isPlainObject({}));
  for (const thing of [null, [], new Map(), Promise.resolve(), Buffer.alloc(1), () => 1, "x"])
    t.false(isPlainObject(thing));
});

test("every type has words", (t) => {
  const named = [
    [undefined, "undefined"],
    [null, "null"],
    [5, "a number"],
    [1n, "a bigint"],
    [Symbol("s"), "a symbol"],
    [() => 1, "a function"],
    ["x", "text"],
    [Buffer.alloc(1), "bytes"],
    [["x"], "an array"],
    [Promise.resolve(), "a Promise"],
    [new Map(), "a Map"],
    [new ArrayBuffer(1), "an ArrayBuffer"],
    [new Date(), "an object"],
  ] as const;
  for (const [thing, words] of named) t.is(describeType(thing), words);
});
