/**
 * Goal: a GET or MGET answered in place gives the same reply and the same counts as by the general way; a command that
 * cannot be answered whole leaves no trace.
 * Method: examples with entries, cached not-founds and mirrors; random stores and random MGETs, each answered in place
 * and by the cache's `get`, key by key.
 */
import test from "ava";
import fc from "fast-check";
import { COMMAND, CommandReader } from "../../../proto/command-reader.ts";
import { GetRun } from "../../../proto/get-run.ts";
import { encodeReply } from "../../../proto/reply.ts";
import { Groups } from "../../../server/groups/groups.ts";
import { answerInPlace } from "../../../server/hits/hits.ts";
import { Output } from "../../../server/hits/output.ts";
import { RunHashes } from "../../../server/hits/run-hashes.ts";
import { command, LIMITS } from "../../proto/read-commands.ts";
import { createGroup, key } from "../fakes.ts";
import { startRig } from "../rig.ts";

function setUp() {
  const scores = createGroup();
  const users = createGroup({ conf: { name: "users", prefix: key("users:") } });
  const output = new Output();
  const groups = new Groups([scores, users]);
  const known = new RunHashes();
  const run = new GetRun((found) => known.prepare(found, groups));
  const route = { groups, output, known, conf: { maxKeyBytes: 100 } };
  /** The reply that is appended; undefined when the command has to go the general way. */
  const answer = (words: string[], protocol: 2 | 3 = 2): string | undefined => {
    const reader = new CommandReader(LIMITS, run);
    reader.push(Buffer.from(command(...words)));
    if (reader.next() !== COMMAND) throw new Error("no command");
    output.append(Buffer.from("before"));
    const answered = answerInPlace(reader, route, protocol, 0);
    const got = output.take(0).toString("latin1").slice("before".length);
    return answered ? got : got === "" ? undefined : `left behind: ${got}`;
  };
  return { scores, users, route, run, answer };
}

test("a GET is answered from an entry, from a cached not-found, and from a mirror", (t) => {
  const { scores, answer } = setUp();
  scores.store.put(key("scores:Tom"), key("630"), undefined);
  scores.store.put(key("scores:Bob"), null, undefined);
  scores.mirrors!.put(key("scores:Sam"), key("567"), undefined);
  t.is(answer(["GET", "scores:Tom"]), "$3\r\n630\r\n");
  t.is(answer(["get", "scores:Bob"]), "$-1\r\n");
  t.is(answer(["GET", "scores:Bob"], 3), "_\r\n");
  t.is(answer(["GET", "scores:Sam"]), "$3\r\n567\r\n");
  t.is(answer(["GET", "scores:nobody"]), undefined);
  t.is(answer(["GET", "other"]), undefined);
  const { hits, negativeHits, mirrorHits, misses } = scores.counters;
  t.deepEqual(
    { hits, negativeHits, mirrorHits, misses },
    { hits: 1, negativeHits: 2, mirrorHits: 1, misses: 0 },
  );
});

const hashOfNothing = () => {
  throw new Error("hashed again");
};

test("a GET outside a run is answered in place too; one in a run is not hashed again", (t) => {
  const { scores, route, run } = setUp();
  scores.store.put(key("scores:Tom"), key("630"), undefined);
  const { store } = scores;
  const hashOf = store.hashOf.bind(store);
  let hashed = 0;
  store.hashOf = (...args) => {
    hashed++;
    return hashOf(...args);
  };
  for (const text of [command("GET", "scores:Tom"), "GET scores:Tom\r\n"]) {
    const reader = new CommandReader(LIMITS, run);
    reader.push(Buffer.from(text));
    reader.next();
    t.true(answerInPlace(reader, route, 2, 0));
  }
  t.is(hashed, 2);
  scores.mirrors!.put(key("scores:far"), key("7"), undefined);
  scores.mirrors!.hashOf = hashOfNothing;
  for (const text of [command("GET", "scores:far"), "GET scores:far\r\n"]) {
    const reader = new CommandReader(LIMITS, run);
    reader.push(Buffer.from(text));
    reader.next();
    t.true(answerInPlace(reader, route, 2, 0), "store and mirrors have one seed");
  }
});

test("an MGET of many keys is answered in place, and read ahead 64 keys at a time", (t) => {
  const { scores, answer } = setUp();
  const keys = Array.from({ length: 130 }, (_, i) => `scores:${i}`);
  for (const name of keys) scores.store.put(key(name), key(name), undefined);
  const { store } = scores;
  const ahead: unknown[] = [];
  store.readAhead = (hashes, from, to) => void ahead.push([hashes[0], from, to]);
  const hash = (name: string) => store.hashOf(key(name), 0, name.length);
  const replies = (names: string[]) => names.map((name) => `$${name.length}\r\n${name}\r\n`).join("");
  t.is(answer(["MGET", ...keys]), `*130\r\n${replies(keys)}`);
  t.deepEqual(ahead, [
    [hash("scores:0"), 0, 64],
    [hash("scores:64"), 0, 64],
    [hash("scores:128"), 0, 2],
  ]);
  t.is(answer(["MGET", ...keys.slice(0, 65)]), `*65\r\n${replies(keys.slice(0, 65))}`);
  t.is(ahead.length, 4, "a lone key gains nothing by it");
});

test("an MGET is answered whole or not at all, and counts only then", (t) => {
  const { scores, users, answer } = setUp();
  scores.store.put(key("scores:Tom"), key("630"), undefined);
  scores.store.put(key("scores:Bob"), null, undefined);
  users.store.put(key("users:1"), key("x"), undefined);
  t.is(answer(["mGeT", "scores:Tom", "scores:Bob", "scores:Tom"]), "*3\r\n$3\r\n630\r\n$-1\r\n$3\r\n630\r\n");
  t.is(answer(["MGET", "scores:Bob"], 3), "*1\r\n_\r\n");
  t.is(answer(["MGET", "scores:Tom", "scores:nobody"]), undefined);
  t.is(answer(["MGET", "scores:Tom", "users:1"]), undefined);
  t.is(answer(["MGET", "users:1", "other"]), undefined);
  t.is(scores.counters.hits, 2);
  t.is(scores.counters.negativeHits, 2);
  t.is(users.counters.hits, 0);
});

test("commands that only look like GET or MGET go the general way", (t) => {
  const { scores, answer } = setUp();
  scores.store.put(key("scores:Tom"), key("630"), undefined);
  for (const words of [
    ["MGET"],
    ["MGETS", "scores:Tom"],
    ["MSET", "scores:Tom"],
    ["GET"],
    ["GETX", "scores:Tom"],
  ]) {
    t.is(answer(words), undefined, words.join(" "));
  }
  t.is(answer(["GET", "scores:Tom", "scores:Tom"]), undefined);
});

test("a key that is too long goes the general way, which refuses it", (t) => {
  const { scores, route, answer } = setUp();
  scores.store.put(key("scores:Tom"), key("630"), undefined);
  route.conf.maxKeyBytes = 9;
  t.is(answer(["GET", "scores:Tom"]), undefined);
  t.is(answer(["MGET", "scores:Tom"]), undefined);
  scores.store.put(key("scores:T"), key("1"), undefined);
  t.is(answer(["MGET", "scores:T", "scores:Tom"]), undefined);
  route.conf.maxKeyBytes = 10;
  t.is(answer(["GET", "scores:Tom"]), "$3\r\n630\r\n");
});

test("an MGET with a reply of more than 1 MiB goes the general way", (t) => {
  const { scores, answer } = setUp();
  scores.store.put(key("scores:large"), Buffer.alloc(200_000, "x"), undefined);
  t.truthy(answer(["MGET", ...Array<string>(5).fill("scores:large")]));
  t.is(answer(["MGET", ...Array<string>(50).fill("scores:large")]), undefined);
});

test("an MGET gives the same bytes and counts in place as by the general way", async (t) => {
  const { node } = await startRig(t);
  const [group] = node.cache.groups.all;
  const output = new Output();
  const route = { groups: node.cache.groups, output, known: new RunHashes(), conf: node.conf };
  const kinds = fc.array(fc.constantFrom("value", "absent"), { minLength: 1, maxLength: 8 });
  const picks = fc.array(fc.nat(7), { minLength: 1, maxLength: 20 });
  const property = fc.asyncProperty(
    kinds,
    picks,
    fc.constantFrom(2 as const, 3 as const),
    async (held, chosen, protocol) => {
      group!.store.clear();
      for (const [i, kind] of held.entries())
        group!.store.put(key(`scores:${i}`), kind === "value" ? key(`v${i}`) : null, undefined);
      const keys = chosen.map((at) => `scores:${at % held.length}`);
      node.report.reset();
      const reader = new CommandReader(LIMITS);
      reader.push(Buffer.from(command("MGET", ...keys)));
      reader.next();
      if (!answerInPlace(reader, route, protocol, 0)) return false;
      const counted = { ...group!.counters };
      node.report.reset();
      const outcomes = await Promise.all(keys.map((each) => node.cache.get(key(each))));
      const replies = outcomes.map((outcome) => (outcome.kind === "value" ? outcome.value : null));
      t.deepEqual(group!.counters, counted);
      return output.take(0).equals(encodeReply(replies, protocol));
    },
  );
  await fc.assert(property, { numRuns: 300 });
});
