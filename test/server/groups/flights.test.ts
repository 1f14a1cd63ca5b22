/**
 * Goal: at most one flight of a key can be joined, and a voided one never.
 * Method: flights that land when the test says so; random boarding, voiding and landing beside a Map as the model.
 */
import test from "ava";
import fc from "fast-check";
import type { Flight } from "../../../server/groups/flights.ts";
import { Flights } from "../../../server/groups/flights.ts";
import { found, key, startFlight, textOf } from "../fakes.ts";

const isFree = (flights: Flights, name: Buffer) => {
  const flight = flights.board(name, () => {});
  if (flight !== undefined) flights.void(name);
  return flight !== undefined;
};

test("a request for a key under way waits for that flight", async (t) => {
  const flights = new Flights(1);
  const { flight, outcome } = startFlight(flights, key("a"));
  const heard: string[] = [];
  for (let i = 0; i < 1000; i++) {
    t.is(
      flights.board(key("a"), (end) => heard.push(textOf(end))),
      undefined,
    );
  }
  t.is(flights.size, 1);
  flights.land(flight, found("v1"));
  t.deepEqual(heard, Array(1000).fill("v1"));
  t.is(textOf(await outcome), "v1");
});

test("waiters get the outcome in the order in which they came", (t) => {
  const flights = new Flights(1);
  const heard: number[] = [];
  const flight = flights.board(key("a"), () => heard.push(0));
  for (let i = 1; i < 5; i++) flights.board(key("a"), () => heard.push(i));
  flights.land(flight!, found("v1"));
  t.deepEqual(heard, [0, 1, 2, 3, 4]);
});

test("a key is free again before its waiters get the outcome", (t) => {
  const flights = new Flights(1);
  let seen: Flight | undefined;
  const flight = flights.board(key("a"), () => {
    seen = flights.board(key("a"), () => {});
  });
  flights.land(flight!, found("v1"));
  t.not(seen, undefined);
  t.is(flights.size, 1);
});

test("all 256 one-byte keys, the empty key, __proto__ and constructor stay apart", async (t) => {
  const flights = new Flights(1);
  const names: Buffer[] = Array.from({ length: 256 }, (_, byte) => Buffer.from([byte]));
  names.push(key(""), key("__proto__"), key("constructor"), key("\u00e9"), key("\u0301e"));
  const started = names.map((name) => startFlight(flights, name));
  t.is(flights.size, names.length);
  for (const [i, { flight }] of started.entries()) flights.land(flight, found(`value ${i}`));
  for (const [i, { outcome }] of started.entries()) t.is(textOf(await outcome), `value ${i}`);
  t.is(flights.size, 0);
});

test("a voided flight cannot be joined, and its waiters get its outcome", async (t) => {
  const flights = new Flights(1);
  const { flight, outcome } = startFlight(flights, key("a"));
  t.true(flights.void(key("a")));
  t.true(flight.voided);
  t.true(isFree(flights, key("a")));
  flights.land(flight, found("v1"));
  t.is(textOf(await outcome), "v1");
});

test("voiding a key that is not under way returns false and voids no other", (t) => {
  const flights = new Flights(1);
  const { flight } = startFlight(flights, key("a"));
  t.false(flights.void(key("b")));
  t.false(flight.voided);
});

test("landing a voided flight does not remove the next flight of its key", async (t) => {
  const flights = new Flights(1);
  const first = startFlight(flights, key("a"));
  flights.void(key("a"));
  const second = startFlight(flights, key("a"));
  flights.land(first.flight, found("v1"));
  t.is(flights.size, 1);
  t.is(
    flights.board(key("a"), () => {}),
    undefined,
  );
  t.false(second.flight.voided);
  flights.land(second.flight, found("v2"));
  t.is(textOf(await second.outcome), "v2");
  t.is(flights.size, 0);
});

test("voidAll voids every flight and returns how many", (t) => {
  const flights = new Flights(1);
  const started = Array.from({ length: 100 }, (_, i) => startFlight(flights, key(`k${i}`)).flight);
  t.is(flights.voidAll(), 100);
  t.true(started.every((flight) => flight.voided));
  t.is(flights.size, 0);
  t.is(flights.voidAll(), 0);
  t.true(isFree(flights, key("k1")));
  const next = flights.board(key("k1"), () => {});
  for (const flight of started) flights.land(flight, found("old"));
  t.is(flights.size, 1);
  t.false(next!.voided);
});

test("keys with one hash stay apart, and keys with other hashes are not even compared", (t) => {
  const flights = new Flights(1);
  const [one, other] = [key("key 81930"), key("key 200654")];
  const heard: string[] = [];
  const first = flights.board(one, () => heard.push("one"))!;
  const second = flights.board(other, () => heard.push("other"))!;
  t.is(first.hash, second.hash);
  flights.land(second, found("v"));
  flights.land(first, found("v"));
  t.deepEqual(heard, ["other", "one"]);
  let compared = 0;
  for (let i = 0; i < 100; i++) {
    const name = key(`k${i}`);
    name.equals = () => ++compared < 0;
    flights.board(name, () => {});
  }
  t.is(compared, 0);
});

test("chains stay short however many flights there are, and the seed decides which keys share one", (t) => {
  const flights = new Flights(1);
  const started = Array.from({ length: 5000 }, (_, i) => startFlight(flights, key(`k${i}`)).flight);
  const longest = started.map((flight) => {
    let length = 1;
    for (let { next } = flight; next !== undefined; next = next.next) length++;
    return length;
  });
  t.true(Math.max(...longest) <= 12, `${Math.max(...longest)}`);
  const elsewhere = new Flights(2).board(key("k0"), () => {});
  t.not(elsewhere!.hash, started[0]!.hash);
});

test("the table holds what a Map would, whatever is boarded, voided and landed", (t) => {
  const step = fc.tuple(fc.constantFrom("board", "void", "land"), fc.nat(40));
  fc.assert(
    fc.property(fc.array(step, { maxLength: 300 }), fc.nat(), (steps, seed) => {
      const flights = new Flights(seed);
      const model = new Map<number, Flight>();
      const all: Flight[] = [];
      for (const [what, i] of steps) {
        const name = key(`key ${i}`);
        if (what === "board") {
          const flight = flights.board(name, () => {});
          if ((flight === undefined) !== model.has(i)) return false;
          if (flight !== undefined) {
            model.set(i, flight);
            all.push(flight);
          }
        } else if (what === "void") {
          if (flights.void(name) !== model.delete(i)) return false;
        } else if (all.length > 0) {
          const flight = all[i % all.length]!;
          flights.land(flight, found("v"));
          for (const [other, its] of model) if (its === flight) model.delete(other);
        }
        if (flights.size !== model.size) return false;
      }
      return true;
    }),
    { numRuns: 300 },
  );
  t.pass();
});
