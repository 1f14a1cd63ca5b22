/**
 * Goal: the network loses, holds, slows and refuses what it is told to, and nothing else, the same for the same seed.
 * Method: two machines and what each hears, in virtual time.
 */
import test from "ava";
import type { Wire } from "../../cluster/world.ts";
import { MemoryNetwork } from "./network.ts";
import { VirtualTime } from "./virtual-time.ts";

const bytes = (text: string) => Buffer.from(text);

/** Notes what a wire hears, with the milliseconds. */
function listenTo(wire: Wire, name: string, time: VirtualTime, heard: string[]): Wire {
  const note = (what: string) => heard.push(`${name} ${what} ${Math.round(time.now)}`);
  wire.on("connect", () => note("connect"));
  wire.on("data", (chunk: Buffer) => note(String(chunk)));
  wire.on("error", (error) => note(error.message));
  wire.on("close", () => note("close"));
  return wire;
}

async function setUp(seed = 1) {
  const time = new VirtualTime(seed);
  const network = new MemoryNetwork(time);
  const [a, b] = [network.worldOf("a"), network.worldOf("b")];
  const heard: string[] = [];
  const accepted: Wire[] = [];
  const port = await b.listen(
    "0.0.0.0",
    1,
    (wire) => accepted.push(listenTo(wire, "b", time, heard)),
    () => {},
  );
  const dial = () => listenTo(a.connect("b", 1), "a", time, heard);
  return { time, network, a, b, heard, accepted, port, dial };
}

/** As `setUp`, with a wire between the two; what was heard so far is forgotten. */
async function linked(seed?: number) {
  const all = await setUp(seed);
  const dialed = all.dial();
  await all.time.advance(10);
  all.heard.length = 0;
  return { ...all, dialed, accepted: all.accepted[0]! };
}

test("a wire carries bytes both ways, in order, within milliseconds", async (t) => {
  const { time, heard, accepted, dial } = await setUp();
  const dialed = dial();
  for (let i = 0; i < 50; i++) dialed.write(bytes(`${i},`));
  await time.run();
  t.is(heard[0]!.slice(0, 9), "a connect");
  t.is(
    heard
      .filter((line) => line.startsWith("b"))
      .map((line) => line.split(" ")[1])
      .join(""),
    Array.from({ length: 50 }, (_, i) => `${i},`).join(""),
  );
  t.true(time.now > 0 && time.now < 10);
  t.is(accepted[0]!.remoteAddress, "a");
  accepted[0]!.write(bytes("back"));
  await time.run();
  t.regex(heard.at(-1)!, /^a back/);
});

test("chunks that are sent one after the other never overtake each other", async (t) => {
  const { time, heard, dialed } = await linked();
  for (let i = 0; i < 100; i++) {
    dialed.write(bytes(`${i}`));
    await time.advance(0.1);
  }
  await time.run();
  const order = heard.map((line) => line.split(" ")[1]).join("");
  t.is(order, Array.from({ length: 100 }, (_, i) => i).join(""));
});

test("a dial to a port where nobody listens is refused, also one that was closed", async (t) => {
  const { time, a, heard, port, dial } = await setUp();
  listenTo(a.connect("b", 2), "other port", time, heard);
  listenTo(a.connect("nowhere", 1), "other machine", time, heard);
  await port.close();
  dial();
  await time.run();
  t.deepEqual(
    heard
      .filter((line) => line.includes("ECONNREFUSED"))
      .map((line) => line.split(" ECONN")[0])
      .sort(),
    ["a", "other machine", "other port"],
  );
});

test("a dial that is refused leaves open wires alone, and healing lets dials through again", async (t) => {
  const { time, network, heard, dialed, dial } = await linked();
  network.refuse("a", "b", "there");
  dial();
  dialed.write(bytes("still here"));
  await time.advance(10);
  t.deepEqual(heard.map((line) => line.replace(/ \d+$/, "")).sort(), [
    "a ECONNREFUSED",
    "a close",
    "b still here",
  ]);
  network.heal("a", "b");
  dial();
  await time.advance(10);
  t.regex(heard.at(-1)!, /^a connect/);
});

test("a cut loses bytes, dials and ends without a sign, for that wire for good", async (t) => {
  const { time, network, heard, dialed, accepted, dial } = await linked();
  dialed.write(bytes("under way"));
  network.cut("a", "b");
  dial();
  accepted.write(bytes("lost"));
  await time.advance(60_000);
  t.deepEqual(heard, []);
  network.heal("a", "b");
  dialed.write(bytes("behind a gap"));
  accepted.destroy();
  await time.advance(60_000);
  t.deepEqual(heard, ["b close 60010"]);
  dial();
  await time.advance(10);
  t.regex(heard.at(-1)!, /^a connect/);
});

test("bytes sent during a cut are lost however short the cut is, and so are bytes under way", async (t) => {
  const { time, network, heard, dialed, accepted } = await linked();
  dialed.write(bytes("under way"));
  await time.advance(0);
  network.slow("b", "a", 100);
  network.cut("a", "b");
  accepted.write(bytes("sets out"));
  await time.advance(10);
  network.heal("a", "b");
  dialed.write(bytes("behind a gap"));
  accepted.write(bytes("behind a gap"));
  await time.advance(1000);
  t.deepEqual(heard, []);
});

test("a dial that is given up is never accepted", async (t) => {
  const { time, accepted, dial } = await setUp();
  const dialed = dial();
  await time.advance(0.01);
  dialed.destroy();
  await time.run();
  t.deepEqual(accepted, []);
});

test("a cut in one direction loses bytes in that direction only, and no dial gets through", async (t) => {
  for (const [from, to] of [
    ["a", "b"],
    ["b", "a"],
  ] as const) {
    const { time, network, heard, dialed, accepted, dial } = await linked();
    network.cut(from, to, "there");
    dialed.write(bytes("there"));
    accepted.write(bytes("back"));
    dial();
    await time.advance(60_000);
    t.deepEqual(
      heard.map((line) => line.split(" ").slice(0, 2).join(" ")),
      [from === "a" ? "a back" : "b there"],
    );
  }
});

test("bytes in a stopped direction are held, and arrive in order when it heals", async (t) => {
  const { time, network, heard, dialed } = await linked();
  dialed.write(bytes("1"));
  network.stop("a", "b");
  await time.advance(1000);
  dialed.write(bytes("2"));
  await time.advance(1000);
  t.deepEqual(heard, []);
  network.heal("a", "b");
  dialed.write(bytes("3"));
  await time.advance(1000);
  t.deepEqual(
    heard.map((line) => line.split(" ")[1]),
    ["1", "2", "3"],
  );
});

test("a slow direction delays bytes by as much as it was told, and the other direction does not", async (t) => {
  const { time, network, heard, dialed, accepted } = await linked();
  network.slow("a", "b", 500, "there");
  dialed.write(bytes("slow"));
  accepted.write(bytes("quick"));
  await time.advance(1000);
  t.regex(heard[0]!, /^a quick 1[01]$/);
  t.regex(heard[1]!, /^b slow 51[01]$/);
});

test("a port can be listened on once a host, and port 0 is a free one", async (t) => {
  const { b } = await setUp();
  const listen = (host: string, port: number) =>
    b.listen(
      host,
      port,
      () => {},
      () => {},
    );
  await t.throwsAsync(listen("0.0.0.0", 1), { code: "EADDRINUSE" });
  t.is((await listen("127.0.0.1", 1)).port, 1);
  t.not((await listen("0.0.0.0", 0)).port, (await listen("0.0.0.0", 0)).port);
});

test("a port is closed when its last wire has ended", async (t) => {
  const { time, port, dialed, dial } = await linked();
  dialed.end();
  await time.advance(10);
  const second = dial();
  await time.advance(10);
  let isClosed = false;
  const closing = port.close().then(() => {
    isClosed = true;
  });
  await time.advance(1000);
  t.false(isClosed);
  second.end();
  await time.outcome("the port's end", closing);
  t.true(isClosed);
});

test("one seed is one run, event for event, and another seed another", async (t) => {
  const run = async (seed: number) => {
    const { time, heard, dial, accepted } = await setUp(seed);
    const dialed = [dial(), dial(), dial()];
    await time.advance(5);
    for (let i = 0; i < 20; i++) dialed[time.pick(3)]!.write(bytes(`${i}`));
    for (const wire of accepted) wire.write(time.randomBytes(2));
    dialed[0]!.end();
    await time.run();
    return `${heard.join()} ${time.now}`;
  };
  const [first, again, other] = [await run(3), await run(3), await run(4)];
  t.is(first, again);
  t.not(first, other);
});
