/**
 * Goal: CLIENT TRACKING and its kin answer as redis-server does, and two clients hear of each other's changes in the same
 * bytes and the same order.
 * Method: two clients play the same script on both servers. After each step both say ECHO, and the reply to it
 * shows that everything before has come. All bytes of each client are compared.
 */
import test from "ava";
import { program, testWith } from "../../needs.ts";
import { command } from "../../proto/read-commands.ts";
import { until } from "../../until.ts";
import { HeldLoader, turn } from "../fakes.ts";
import { startRig } from "../rig.ts";
import { addressOf, compareScript, HELLO, type Step, Talker } from "./two-talkers.ts";

const compared = testWith(program("redis-server"));

const SCRIPTS: Readonly<Record<string, readonly Step[]>> = {
  "what is wrong with CLIENT TRACKING": [
    ...[
      "a: CLIENT TRACKING",
      "a: CLIENT TRACKING maybe",
      "a: CLIENT TRACKING ON FOO",
      "a: CLIENT TRACKING OFF x",
    ],
    ...["a: CLIENT TRACKING ON PREFIX", "a: CLIENT TRACKING ON REDIRECT", "a: CLIENT TRACKING ON PREFIX x"],
    ...["a: CLIENT TRACKING ON BCAST OPTIN", "a: CLIENT TRACKING ON OPTIN OPTOUT"],
    ...[
      "a: CLIENT TRACKING ON BCAST PREFIX a PREFIX ab",
      "a: CLIENT TRACKINGINFO",
      "a: CLIENT TRACKINGINFO x",
    ],
    ...[
      "a: CLIENT TRACKING on bcast prefix x",
      "a: CLIENT TRACKING ON",
      "a: CLIENT TRACKING ON BCAST PREFIX xy",
    ],
    ...["a: CLIENT TRACKING ON BCAST PREFIX y NOLOOP", "a: CLIENT TRACKINGINFO | CLIENT GETREDIR"],
    ...["a: CLIENT TRACKING ON BCAST", "a: CLIENT TRACKING ON BCAST | CLIENT TRACKINGINFO"],
    ...["a: CLIENT TRACKING OFF | CLIENT TRACKINGINFO | CLIENT GETREDIR", "b: CLIENT TRACKINGINFO"],
    ...[
      "a: CLIENT TRACKING ON OPTIN",
      "a: CLIENT TRACKING ON OPTOUT",
      "a: CLIENT TRACKING ON | CLIENT TRACKINGINFO",
    ],
    ...[
      "a: CLIENT TRACKING OFF | CLIENT TRACKING ON OPTOUT | CLIENT TRACKING ON OPTIN | CLIENT TRACKINGINFO",
    ],
  ],
  "CLIENT CACHING holds for the next command that is not CLIENT": [
    ...["a: CLIENT CACHING", "a: CLIENT CACHING YES", "a: CLIENT CACHING maybe", "b: CLIENT CACHING NO"],
    ...["a: CLIENT TRACKING ON", "a: CLIENT CACHING YES", "a: CLIENT CACHING NO", "a: CLIENT TRACKING OFF"],
    "a: CLIENT TRACKING ON OPTIN NOLOOP | CLIENT CACHING NO | CLIENT CACHING \0 | CLIENT CACHING maybe",
    "a: CLIENT CACHING YES | CLIENT TRACKINGINFO | CLIENT GETNAME | CLIENT TRACKINGINFO | PING | CLIENT TRACKINGINFO",
    "a: CLIENT CACHING YES | GET scores:1 | GET scores:2 | CLIENT TRACKINGINFO",
    ...[
      "b: SET scores:1 x",
      "b: SET scores:2 x",
      "a: CLIENT CACHING YES | PING | GET scores:1",
      "b: SET scores:1 y",
    ],
    "a: CLIENT TRACKING OFF | CLIENT TRACKING ON OPTOUT | CLIENT CACHING YES | CLIENT CACHING NO | CLIENT TRACKINGINFO",
    "a: CLIENT CACHING NO | GET scores:1 | GET scores:2 | CLIENT TRACKINGINFO",
    ...["b: SET scores:1 x", "b: SET scores:2 x"],
  ],
  "CLIENT CACHING holds for a whole transaction": [
    "a: CLIENT TRACKING ON OPTIN | GET scores:1",
    "a: CLIENT CACHING YES | MULTI | PTTL scores:1 | GET scores:1 | CLIENT TRACKINGINFO | EXEC | GET scores:2",
    ...["b: SET scores:1 x", "b: SET scores:2 x"],
    "a: MULTI | CLIENT CACHING YES | GET scores:1 | GET scores:2 | EXEC | GET scores:3 | CLIENT TRACKINGINFO",
    ...[
      "b: MSET scores:1 x scores:3 x",
      "b: SET scores:2 x",
      "a: CLIENT CACHING YES | MULTI | DISCARD | GET scores:1",
    ],
    "b: SET scores:1 x",
    "a: CLIENT CACHING YES | EXEC | CLIENT TRACKINGINFO",
    ...["a: WATCH scores:1", "b: SET scores:1 y"],
    "a: CLIENT CACHING YES | MULTI | GET scores:2 | EXEC | CLIENT TRACKINGINFO",
  ],
  "reading commands note their keys, once": [
    "b: SET scores:1 one | SET scores:2 two | SET scores:3 three | SET scores:4 four",
    "a: CLIENT TRACKING ON | GET scores:1 | MGET scores:2 scores:1 | STRLEN scores:3 | GETRANGE scores:4 0 1",
    ...["b: SET scores:1 x", "b: SET scores:1 y", "b: SET scores:2 y | SET scores:3 y | SET scores:4 y"],
    "a: EXISTS scores:1 scores:2 | TTL scores:3 | TYPE scores:4",
    "b: DEL scores:1 scores:2 scores:3 scores:4",
    "b: SET scores:2 two",
    "a: EXPIRETIME scores:2 | PEXPIRETIME scores:3",
    "b: SET scores:2 x | SET scores:3 x | DEL scores:1 scores:2 scores:3",
    "a: EXISTS scores:1 | PTTL scores:2 | GET scores:3 | TYPE scores:4 | TOUCH scores:5",
    "b: SET scores:1 x | SET scores:2 x | SET scores:3 x | SET scores:4 x | SET scores:5 x",
  ],
  "a changed lifetime is a change": [
    "b: SET scores:1 one | SET scores:2 two EX 100",
    "a: CLIENT TRACKING ON | GET scores:1 | GET scores:2",
    ...["b: EXPIRE scores:1 100", "b: PERSIST scores:2", "a: GET scores:1 | GET scores:2"],
    ...["b: PERSIST scores:2 | EXPIRE scores:1 50 GT", "b: GETEX scores:1 EX 9", "a: GET scores:1"],
    ...["b: GETEX scores:1 | PEXPIRE scores:1 0", "a: GET scores:2 | GET scores:1", "b: GETDEL scores:2"],
  ],
  "one's own change is replied to first": [
    "a: CLIENT TRACKING ON | SET scores:1 x | GET scores:1 | SET scores:1 y | GET scores:1 | DEL scores:1 | PING",
    "a: SET scores:1 x | GET scores:1 | MULTI | GET scores:1 | SET scores:1 y | GET scores:1 | EXEC | PING",
    "a: GET scores:1 | FLUSHALL | PING",
    "b: FLUSHALL",
    "a: CLIENT TRACKING ON NOLOOP | SET scores:1 x | GET scores:1 | SET scores:1 y | GET scores:1",
    ...["b: SET scores:1 z", "a: GET scores:1 | DEL scores:1", "b: SET scores:1 z", "a: FLUSHALL"],
  ],
  "the overlap that is named": [
    "a: CLIENT TRACKING ON BCAST PREFIX m PREFIX xb PREFIX xa | CLIENT TRACKING ON BCAST PREFIX x",
    "a: CLIENT TRACKING ON BCAST PREFIX n PREFIX mm | CLIENT TRACKING ON BCAST PREFIX n PREFIX na PREFIX xa",
    "a: CLIENT TRACKING ON BCAST PREFIX n PREFIX na PREFIX nb | CLIENT TRACKINGINFO",
  ],
  "BCAST tells of prefixes, whatever was read": [
    "a: CLIENT TRACKING ON BCAST PREFIX scores:b PREFIX scores:a",
    "b: MSET scores:a2 x scores:b1 x scores:c x scores:a1 x",
    "a: GET scores:a1 | GET scores:c",
    ...[
      "b: DEL scores:a2 scores:b1 scores:c scores:a1",
      "a: SET scores:a1 x | SET scores:b1 x | GET scores:a1",
    ],
    ...["b: EXPIRE scores:a1 100", "b: FLUSHALL", "a: CLIENT TRACKING OFF | CLIENT TRACKING ON BCAST NOLOOP"],
    ...["a: SET scores:1 x", "b: SET scores:1 x", "a: CLIENT TRACKING OFF", "b: SET scores:1 x"],
  ],
  "a client in RESP2 is told OK and never notified": [
    "b: CLIENT TRACKING ON | CLIENT TRACKINGINFO | CLIENT GETREDIR | SET scores:1 x | GET scores:1",
    ...[
      "a: SET scores:1 y",
      "b: PING",
      "a: FLUSHALL",
      "b: GET scores:1 | HELLO 3 | GET scores:2",
      "a: SET scores:1 x",
    ],
    ...["a: SET scores:2 x", "b: HELLO 2 | GET scores:1", "a: SET scores:1 x"],
  ],
};

for (const [title, script] of Object.entries(SCRIPTS)) {
  compared(`as redis-server: ${title}`, (t) => compareScript(t, script, { load: () => null }));
}

test("when a later prefix overlaps, the error is the whole reply and tracking is off", async (t) => {
  const { ask3 } = await startRig(t);
  const words = "CLIENT TRACKING ON BCAST PREFIX x PREFIX a PREFIX ab";
  t.is(
    await ask3(words.split(" "), ["CLIENT", "GETREDIR"]),
    "-ERR Prefix 'a' overlaps with another provided prefix 'ab'. Prefixes for a single client must not overlap.\r\n:-1\r\n",
  );
});

test("a client has a thousand prefixes at most", async (t) => {
  const { ask3 } = await startRig(t);
  const prefixes = (count: number) => Array.from({ length: count }, (_, i) => ["PREFIX", `p${i}:`]).flat();
  const words = (count: number) => ["CLIENT", "TRACKING", "ON", "BCAST", ...prefixes(count)];
  t.is(await ask3(words(1000)), "+OK\r\n");
  t.is(await ask3(words(1001)), "-ERR too many prefixes (max 1000)\r\n");
});

test("a delete invalidates a key that is not held, because another node may have answered it", async (t) => {
  const rig = await startRig(t);
  const a = new Talker(t, addressOf(rig));
  await a.say(HELLO + command("CLIENT", "TRACKING", "ON") + command("EXISTS", "scores:1"));
  await rig.ask(["DEL", "scores:1"]);
  t.is(await a.say(""), ">2\r\n$10\r\ninvalidate\r\n*1\r\n$8\r\nscores:1\r\n(marker)");
});

test("a loaded value and a cached null are invalidated when they expire", async (t) => {
  const origin = new Map([["1", "one"]]);
  const load = (name: unknown) => origin.get(String(name)) ?? null;
  const rig = await startRig(t, ["group scores ttl 10s", "group scores ttl-jitter 0%"], { loader: { load } });
  const a = new Talker(t, addressOf(rig));
  await a.say(HELLO + command("CLIENT", "TRACKING", "ON"));
  t.is(await a.say(command("MGET", "scores:1", "scores:2")), "*2\r\n$3\r\none\r\n_\r\n(marker)");
  rig.clock.advance(1100);
  const told = (name: string) => `>2\r\n$10\r\ninvalidate\r\n*1\r\n$8\r\n${name}\r\n`;
  const heard = async (pushes: string) => {
    let all = "";
    await until("the pushes have come", async () => {
      all += (await a.say("")).replace("(marker)", "");
      return all.length >= pushes.length;
    });
    return all;
  };
  t.is(await heard(told("scores:2")), told("scores:2"));
  origin.set("2", "two");
  t.is(await a.say(command("GET", "scores:2")), "$3\r\ntwo\r\n(marker)");
  await rig.ask(["SET", "scores:2", "x"]);
  t.is(await a.say(""), `${told("scores:2")}(marker)`);
  rig.clock.advance(10_000);
  t.is(await heard(told("scores:1")), told("scores:1"));
});

test("a client that waits for a load hears at once of changes to values that it has, and after the reply of all changes", async (t) => {
  const loader = new HeldLoader();
  t.teardown(() => loader.release());
  const rig = await startRig(t, [], { loader });
  const a = await rig.client();
  a.send(
    HELLO +
      command("CLIENT", "TRACKING", "ON") +
      command("EXISTS", "scores:had") +
      command("GET", "scores:slow"),
  );
  await a.until((text) => text.endsWith(":0\r\n"));
  a.take();
  const told = (name: string) => `>2\r\n$10\r\ninvalidate\r\n*1\r\n$${name.length}\r\n${name}\r\n`;
  await rig.ask(["SET", "scores:had", "x"]);
  t.is(await a.until((text) => text.length >= told("scores:had").length), told("scores:had"));
  await rig.ask(["DEL", "scores:slow"]);
  const atOnce = told("scores:had") + told("scores:slow");
  t.is(await a.until((text) => text.length >= atOnce.length), atOnce);
  a.take();
  loader.loads[0]!.resolve("old");
  const rest = `$3\r\nold\r\n${told("scores:had")}${told("scores:slow")}`;
  t.is(await a.until((text) => text.length >= rest.length), rest);
});

test("a client that asks for RESP3 behind a load gets no push before the reply to HELLO", async (t) => {
  const loader = new HeldLoader();
  t.teardown(() => loader.release());
  const rig = await startRig(t, [], { loader });
  const a = await rig.client();
  const turning = command("GET", "scores:slow") + HELLO + command("CLIENT", "TRACKING", "ON", "BCAST");
  a.send(turning + command("GET", "scores:slow"));
  await until("a client tracks", async () => /tracking_clients:1/.test(await rig.ask(["INFO"])));
  await rig.ask(["SET", "scores:had", "x"]);
  await turn();
  t.is(a.take(), "");
  loader.loads[0]!.resolve("late");
  await a.until((text) => text.includes("$10\r\nscores:had\r\n"));
  t.regex(a.take(), /^\$4\r\nlate\r\n%7\r\n[^>]*\+OK\r\n/);
});

test("INFO counts clients, keys, trackers and prefixes", async (t) => {
  const rig = await startRig(t);
  const [a, b] = [new Talker(t, addressOf(rig)), new Talker(t, addressOf(rig))];
  for (const client of [a, b]) {
    await client.say(HELLO + command("CLIENT", "TRACKING", "ON") + command("MGET", "scores:1", "scores:2"));
  }
  await b.say(command("GET", "scores:3"));
  const c = new Talker(t, addressOf(rig));
  await c.say(command("CLIENT", "TRACKING", "ON", "BCAST", "PREFIX", "x", "PREFIX", "y"));
  const lines = (await rig.ask(["INFO"])).match(/^tracking_.*$/gm);
  t.deepEqual(
    lines?.map((line) => line.trim()),
    ["tracking_clients:3", "tracking_total_keys:3", "tracking_total_items:5", "tracking_total_prefixes:2"],
  );
});

test("reads of a client that tracks are noted, though hits of other clients are answered in place", async (t) => {
  const rig = await startRig(t);
  const a = new Talker(t, addressOf(rig));
  await a.say(HELLO + command("GET", "scores:1"));
  await a.say(command("CLIENT", "TRACKING", "ON") + command("GET", "scores:1") + command("MGET", "scores:1"));
  t.is(rig.node.cache.tracking.figures.keys, 1);
  await a.say(command("CLIENT", "TRACKING", "OFF") + command("GET", "scores:1"));
  t.is(rig.node.cache.tracking.figures.keys, 0);
  await a.say(
    command("CLIENT", "TRACKING", "ON") +
      command("CLIENT", "TRACKING", "OFF", "x") +
      command("GET", "scores:1"),
  );
  t.is(rig.node.cache.tracking.figures.keys, 1);
});
