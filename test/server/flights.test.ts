/**
 * Goal: at most one flight of a key can be joined, and one that was voided never. Method: work that ends when the test
 * says so.
 */
import test from "ava";
import type { Outcome } from "../../cluster/outcome.ts";
import { type Flight, Flights } from "../../server/flights.ts";
import { found, Held, key, textOf, turn } from "./fakes.ts";

/** Starts a flight and keeps hold of its end. */
function take(
  flights: Flights,
  name: Buffer,
): { flight: Flight; seen: Flight; land: (text: string) => void } {
  const held = new Held<undefined, Outcome>(undefined);
  let seen!: Flight;
  const flight = flights.start(name, (own) => {
    seen = own;
    return held.promise;
  });
  return { flight, seen, land: (text) => held.resolve(found(text)) };
}

test("whoever asks while a flight is under way finds that flight", async (t) => {
  const flights = new Flights();
  t.is(flights.find(key("a")), undefined);
  const { flight, land } = take(flights, key("a"));
  const waiters = Array.from({ length: 1000 }, () => flights.find(key("a"))!);
  t.true(waiters.every((found) => found === flight));
  t.is(flights.size, 1);
  land("v1");
  for (const waiter of waiters) t.is(textOf(await waiter.outcome), "v1");
});

test("the work sees the flight that its waiters see", (t) => {
  const { flight, seen } = take(new Flights(), key("a"));
  t.is(flight, seen);
});

test("a key is free again when its waiters hear of the end", async (t) => {
  const flights = new Flights();
  const { flight, land } = take(flights, key("a"));
  land("v1");
  await flight.outcome;
  t.is(flights.find(key("a")), undefined);
  t.is(flights.size, 0);
});

test("all 256 one-byte keys, the empty key, __proto__ and constructor stay apart", async (t) => {
  const flights = new Flights();
  const names: Buffer[] = Array.from({ length: 256 }, (_, byte) => Buffer.from([byte]));
  names.push(key(""), key("__proto__"), key("constructor"), key("\u00e9"), key("\u0301e"));
  const started = names.map((name) => {
    t.is(flights.find(name), undefined);
    return take(flights, name);
  });
  t.is(flights.size, names.length);
  for (const [i, name] of names.entries()) t.is(flights.find(name), started[i]!.flight);
  for (const [i, { land }] of started.entries()) land(`value ${i}`);
  for (const [i, { flight }] of started.entries()) t.is(textOf(await flight.outcome), `value ${i}`);
});

test("a voided flight knows it and cannot be joined, and its waiters get its outcome", async (t) => {
  const flights = new Flights();
  const { flight, seen, land } = take(flights, key("a"));
  t.true(flights.void(key("a")));
  t.true(seen.voided);
  t.is(flights.find(key("a")), undefined);
  land("v1");
  t.is(textOf(await flight.outcome), "v1");
});

test("voiding a key with nothing under way says so and leaves others alone", (t) => {
  const flights = new Flights();
  const { flight } = take(flights, key("a"));
  t.false(flights.void(key("b")));
  t.false(flight.voided);
});

test("the end of a voided flight does not remove the next flight of the key", async (t) => {
  const flights = new Flights();
  const first = take(flights, key("a"));
  flights.void(key("a"));
  const second = take(flights, key("a"));
  first.land("v1");
  await first.flight.outcome;
  await turn();
  t.is(flights.find(key("a")), second.flight);
  t.false(second.flight.voided);
  second.land("v2");
  t.is(textOf(await second.flight.outcome), "v2");
  t.is(flights.size, 0);
});

test("voidAll voids every flight and says how many", (t) => {
  const flights = new Flights();
  const started = ["a", "b", "c"].map((name) => take(flights, key(name)).flight);
  t.is(flights.voidAll(), 3);
  t.true(started.every((flight) => flight.voided));
  t.is(flights.size, 0);
  t.is(flights.voidAll(), 0);
});

test("a flight may end at once", async (t) => {
  const flights = new Flights();
  const flight = flights.start(key("a"), async () => found("v1"));
  t.is(textOf(await flight.outcome), "v1");
  t.is(flights.size, 0);
});
