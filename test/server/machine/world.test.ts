/**
 * Goal: the real world calls back as promised, and never after a cancel; its wires carry bytes.
 * Method: the world itself, with the shortest timers.
 */
import test from "ava";
import { monotonicClock } from "../../../server/machine/clock.ts";
import { realWorld } from "../../../server/machine/world.ts";

const world = realWorld(monotonicClock());

test("a cancelled timer is never called, the others are", async (t) => {
  const called: string[] = [];
  world.after(0, () => called.push("cancelled")).cancel();
  world.every(1, () => called.push("cancelled")).cancel();
  world.quietlyEvery(1, () => called.push("cancelled")).cancel();
  await new Promise<void>((resolve) => world.after(5, resolve));
  t.deepEqual(called, []);
  let beats = 0;
  await new Promise<void>((resolve) => {
    const timer = world.every(1, () => {
      if (++beats < 3) return;
      timer.cancel();
      timer.cancel();
      resolve();
    });
  });
  t.is(beats, 3);
});

test("soon runs after the promises of this turn", async (t) => {
  const order: string[] = [];
  const done = new Promise<void>((resolve) =>
    world.soon(() => {
      order.push("soon");
      resolve();
    }),
  );
  void Promise.resolve().then(() => order.push("promise"));
  await done;
  t.deepEqual(order, ["promise", "soon"]);
});

test("random numbers are real or come from the given source, and random bytes have the length asked for", (t) => {
  t.is(
    realWorld(
      () => 0,
      () => 0.5,
    ).random(),
    0.5,
  );
  t.true(world.random() < 1);
  t.is(world.randomBytes(16).length, 16);
});

test("a wire carries bytes both ways, and a port closes when its wires have ended", async (t) => {
  const port = await world.listen(
    "127.0.0.1",
    0,
    (wire) => wire.on("data", (chunk: Buffer) => wire.end(chunk)),
    () => t.fail(),
  );
  const wire = world.connect("127.0.0.1", port.port);
  const back = new Promise<string>((resolve) => wire.on("data", (chunk: Buffer) => resolve(String(chunk))));
  wire.write(Buffer.from("hello"));
  t.is(await back, "hello");
  wire.end();
  await port.close();
  const refused = world.connect("127.0.0.1", port.port);
  await t.notThrowsAsync(new Promise<void>((resolve) => refused.on("error", () => resolve())));
});

test("listening on a port in use rejects", async (t) => {
  const nothing = () => {};
  const port = await world.listen("127.0.0.1", 0, nothing, nothing);
  await t.throwsAsync(world.listen("127.0.0.1", port.port, nothing, nothing), { code: "EADDRINUSE" });
  await port.close();
});
