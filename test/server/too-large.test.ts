/**
 * Goal: a value that its group cannot hold has one rule: a client that writes it gets an error and the key keeps its value; a
 * GET that loads it is answered and nothing is kept; and what was kept once stays: where a deadline has no room, EXPIRE
 * answers 0.
 * Method: a small group, and values of a size around its limit.
 */
import test from "ava";
import { bulk, startRig } from "./rig.ts";

const OOM = "-OOM command not allowed when used memory > 'maxmemory'.\r\n";
const LIMIT = 8192;
const LINES = [`group scores maxmemory ${LIMIT}`];
const LARGE = "x".repeat(LIMIT);

const refused = [
  ["SET", "scores:k", LARGE],
  ["SET", "scores:k", LARGE, "GET"],
  ["SET", "scores:k", LARGE, "XX", "KEEPTTL"],
  ["SETEX", "scores:k", "10", LARGE],
  ["PSETEX", "scores:k", "10", LARGE],
  ["SETNX", "scores:new", LARGE],
  ["GETSET", "scores:k", LARGE],
  ["MSET", "scores:k", LARGE],
];

for (const words of refused) {
  test(`${words.map((word) => (word === LARGE ? "LARGE" : word)).join(" ")} is refused and changes nothing`, async (t) => {
    const { ask } = await startRig(t, LINES);
    await ask(["SET", "scores:k", "old"]);
    t.is(await ask(words), OOM);
    t.is(await ask(["GET", "scores:k"], ["DBSIZE"]), `${bulk("old")}:1\r\n`);
  });
}

test("a GET that loads such a value is answered, and the next one loads again", async (t) => {
  let loads = 0;
  const load = () => {
    loads++;
    return LARGE;
  };
  const { ask } = await startRig(t, LINES, { loader: { load } });
  for (let i = 1; i <= 2; i++) {
    t.is(await ask(["GET", "scores:Tom"]), bulk(LARGE));
    t.is(loads, i);
    t.is(await ask(["EXISTS", "scores:Tom"]), ":0\r\n");
  }
});

test("what a SET has kept stays, when it gets a deadline and when it loses it", async (t) => {
  const { ask } = await startRig(t, LINES);
  let bytes = LIMIT;
  while ((await ask(["SET", "scores:k", "x".repeat(bytes)])) === OOM) bytes--;
  t.true(bytes > LIMIT - 100, "nearly all of the group");
  for (const words of [
    ["EXPIRE", "scores:k", "100"],
    ["PERSIST", "scores:k"],
    ["EXPIRE", "scores:k", "10"],
  ]) {
    const reply = await ask(words);
    t.true(reply === ":1\r\n" || reply === ":0\r\n");
    t.is(await ask(["STRLEN", "scores:k"]), `:${bytes}\r\n`, words.join(" "));
  }
});
