/**
 * Goal: commands on keys have Redis' replies in both dialects, and only GET and MGET load.
 * Method: a node on a clock that stands still and an origin that notes what it is asked; replies as bytes.
 */
import test from "ava";
import { command } from "../../proto/read-commands.ts";
import { until } from "../../until.ts";
import { HeldLoader } from "../fakes.ts";
import { bulk, startRig } from "../rig.ts";

/** An origin with one value, one absence, one failure, and one value with a life of its own. */
const load = (key: unknown) => {
  if (key === "none") return null;
  if (key === "broken") throw new Error("two\r\nlines");
  if (key === "short") return { value: "x", ttlMs: 1499.2 };
  if (key === "eternal") return { value: "x", ttlMs: 1e300 };
  return `value of ${key}`;
};
const TOM = bulk("value of Tom");

test("GET loads once; not found is null and a failure an error of one line", async (t) => {
  const { ask, ask3, asked } = await startRig(t);
  t.is(await ask(["GET", "scores:Tom"], ["get", "scores:Tom"]), TOM + TOM);
  t.deepEqual(asked, ["Tom"]);
  t.is(await ask3(["GET", "scores:Tom"]), TOM);
  const { ask: askOdd, ask3: askOdd3 } = await startRig(t, [], { loader: { load } });
  t.is(await askOdd(["GET", "scores:none"]), "$-1\r\n");
  t.is(await askOdd3(["GET", "scores:none"]), "_\r\n");
  t.is(await askOdd(["GET", "scores:broken"]), "-ERR loader failed: two lines\r\n");
});

test("MGET keeps the order and duplicates, loads what is missing, and asks the origin once for each key", async (t) => {
  const { ask, ask3, asked } = await startRig(t, ["group scores ttl 0", "group default loader none"]);
  const names = ["scores:Tom", "scores:Sam", "scores:Tom"];
  const sam = bulk("value of Sam");
  t.is(await ask(["MGET", ...names]), `*3\r\n${TOM}${sam}${TOM}`);
  t.is(await ask3(["MGET", ...names]), `*3\r\n${TOM}${sam}${TOM}`);
  t.deepEqual(asked, ["Tom", "Sam"]);
  t.is(await ask(["MGET", "scores:Tom", "elsewhere"]), `*2\r\n${TOM}${bulk("value of elsewhere")}`);
});

test("one failed load fails its MGET", async (t) => {
  const { ask } = await startRig(t, [], { loader: { load } });
  t.is(await ask(["MGET", "scores:Tom", "scores:broken"]), "-ERR loader failed: two lines\r\n");
});

test("a key that no group takes is null, and nothing is loaded", async (t) => {
  const { ask, ask3, asked } = await startRig(t);
  t.is(await ask(["GET", "__Booksleeve_TieBreak"], ["MGET", "a", "b"]), "$-1\r\n*2\r\n$-1\r\n$-1\r\n");
  t.is(await ask3(["GET", "a"], ["MGET", "a"]), "_\r\n*1\r\n_\r\n");
  t.is(await ask(["EXISTS", "a"], ["TTL", "a"], ["DEL", "a"], ["STRLEN", "a"]), ":0\r\n:-2\r\n:0\r\n:0\r\n");
  t.deepEqual(asked, []);
});

test("commands that only look never load, and do not see a cached not-found or a load under way", async (t) => {
  const loader = new HeldLoader();
  const { ask, client } = await startRig(t, [], { loader });
  const looks = ["EXISTS", "TTL", "PTTL", "STRLEN"].map((name) => [name, "scores:Tom"]);
  const nothing = ":0\r\n:-2\r\n:-2\r\n:0\r\n$-1\r\n";
  const all = [...looks, ["MEMORY", "USAGE", "scores:Tom"]];
  t.is(await ask(...all), nothing);
  const raw = await client();
  raw.send(command("GET", "scores:Tom"));
  await until("a load is under way", () => loader.loads.length > 0);
  t.is(await ask(...all), nothing);
  loader.loads[0]!.resolve(null);
  await raw.until((text) => text === "$-1\r\n");
  t.is(await ask(...all), nothing);
  t.is(loader.loads.length, 1);
});

test("EXISTS counts what is cached, duplicates as often as they are named", async (t) => {
  const { ask } = await startRig(t);
  await ask(["MGET", "scores:Tom", "scores:Sam"]);
  t.is(await ask(["EXISTS", "scores:Tom", "scores:no", "scores:Sam", "scores:Tom"]), ":3\r\n");
});

test("TTL and PTTL round as Redis does; a life without end is -1, a huge one no error", async (t) => {
  const { ask, clock } = await startRig(t, [], { loader: { load } });
  await ask(["MGET", "scores:Tom", "scores:short", "scores:eternal"]);
  t.is(await ask(["TTL", "scores:Tom"], ["PTTL", "scores:Tom"]), ":-1\r\n:-1\r\n");
  t.is(await ask(["TTL", "scores:short"], ["PTTL", "scores:short"]), ":2\r\n:1500\r\n");
  t.regex(await ask(["TTL", "scores:eternal"], ["PTTL", "scores:eternal"]), /^:\d{9,13}\r\n:\d{12,16}\r\n$/);
  clock.advance(1000);
  t.is(await ask(["TTL", "scores:short"], ["PTTL", "scores:short"]), ":1\r\n:500\r\n");
  clock.advance(100);
  t.is(await ask(["TTL", "scores:short"], ["PTTL", "scores:short"]), ":0\r\n:400\r\n");
  clock.advance(400);
  t.is(await ask(["TTL", "scores:short"], ["EXISTS", "scores:short"]), ":-2\r\n:0\r\n");
});

test("DEL and UNLINK count each key once, and void a load under way", async (t) => {
  const loader = new HeldLoader();
  const { ask, client } = await startRig(t, [], { loader });
  const raw = await client();
  raw.send(command("MGET", "scores:Tom", "scores:Sam"));
  await until("two loads are under way", () => loader.loads.length >= 2);
  t.is(await ask(["DEL", "scores:Tom"]), ":0\r\n");
  for (const held of loader.loads) held.resolve("old");
  // The waiting client gets the value, which is not kept.
  await raw.until((text) => text === `*2\r\n${bulk("old")}${bulk("old")}`);
  t.is(await ask(["EXISTS", "scores:Tom", "scores:Sam"]), ":1\r\n");
  t.is(await ask(["DEL", "scores:Sam", "scores:Sam", "scores:no"]), ":1\r\n");
  t.is(await ask(["UNLINK", "scores:Sam"]), ":0\r\n");
});

test("a GET behind a DEL of the same pipeline loads anew", async (t) => {
  const { ask, asked } = await startRig(t);
  await ask(["GET", "scores:Tom"]);
  t.is(await ask(["DEL", "scores:Tom"], ["GET", "scores:Tom"]), `:1\r\n${TOM}`);
  t.deepEqual(asked, ["Tom", "Tom"]);
});

test("DBSIZE counts entries, FLUSHALL and FLUSHDB empty everything", async (t) => {
  const { ask } = await startRig(t, [], { loader: { load } });
  const fill = ["MGET", "scores:Tom", "scores:Sam", "scores:none"];
  for (const flush of [["FLUSHALL"], ["FLUSHDB"], ["flushall", "ASYNC"], ["flushdb", "sync"]]) {
    await ask(fill);
    t.is(await ask(["DBSIZE"], flush, ["DBSIZE"]), ":2\r\n+OK\r\n:0\r\n", flush.join(" "));
  }
  t.is(await ask(["FLUSHALL", "now"], ["FLUSHDB", "sync", "x"]), "-ERR syntax error\r\n".repeat(2));
});

test("STRLEN and MEMORY USAGE tell the value's length and the entry's whole footprint", async (t) => {
  const { ask, node } = await startRig(t);
  await ask(["GET", "scores:Tom"]);
  const used = node.cache.groups.all[0]!.store.figures().usedBytes;
  t.is(await ask(["STRLEN", "scores:Tom"], ["MEMORY", "USAGE", "scores:Tom"]), `:12\r\n:${used}\r\n`);
  t.is(await ask(["MEMORY", "USAGE", "scores:Tom", "SAMPLES", "5"]), `:${used}\r\n`);
});

test("a key longer than max-key-size is an error for every command, and CONFIG SET changes the limit", async (t) => {
  const { ask } = await startRig(t, ["max-key-size 20"]);
  const long = `scores:${"x".repeat(14)}`;
  const error = "-ERR key is too long (max 20 bytes)\r\n";
  const commands = ["GET", "MGET", "EXISTS", "TTL", "PTTL", "STRLEN", "DEL", "UNLINK"].map((name) => [
    name,
    long,
  ]);
  t.is(await ask(...commands, ["MEMORY", "USAGE", long]), error.repeat(9));
  t.is(await ask(["MGET", "scores:Tom", long]), error);
  t.is(
    await ask(["CONFIG", "SET", "max-key-size", "21"], ["GET", long]),
    `+OK\r\n${bulk(`value of ${"x".repeat(14)}`)}`,
  );
});
