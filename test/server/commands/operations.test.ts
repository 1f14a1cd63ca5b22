/**
 * Goal: a command that makes a new value out of the old one works on what a GET would give, everywhere in the cluster, and
 * no later command of its client overtakes it. key-differential.test.ts compares replies with redis-server.
 * Method: nodes with an origin whose loads end when the test says so, three members with real links.
 */
import test from "ava";
import { command } from "../../proto/read-commands.ts";
import { until } from "../../until.ts";
import { HeldLoader } from "../fakes.ts";
import { keyAt, startMembers } from "../linked-members.ts";
import { bulk, startRig } from "../rig.ts";

/** The file is not read: the test hands in the loader. */
const ORIGIN = "group scores loader module origin.mjs";

const all = (key: string) => [
  ["INCR", key],
  ["DECRBY", key, "3"],
  ["INCRBYFLOAT", key, "1"],
  ["APPEND", key, "00"],
  ["SETRANGE", key, "0", "9"],
  ["SETBIT", key, "7", "0"],
];

test("each operation loads a key that is not cached, and keeps the group's ttl", async (t) => {
  for (const words of all("scores:a")) {
    const asked: unknown[] = [];
    const load = (key: unknown) => {
      asked.push(key);
      return "7";
    };
    const lines = [ORIGIN, "group scores ttl 100s", "group scores ttl-jitter 0%"];
    const { ask } = await startRig(t, lines, { loader: { load } });
    const answer = await ask(words, ["TTL", "scores:a"]);
    t.true(answer.endsWith(":100\r\n"), answer);
    t.deepEqual(asked, ["a"], words[0]);
  }
});

test("commands that look at bits load nothing", async (t) => {
  const { ask, asked } = await startRig(t, [ORIGIN]);
  const looks = [
    ["GETBIT", "scores:a", "1"],
    ["BITCOUNT", "scores:a"],
    ["BITPOS", "scores:a", "0"],
    ["BITPOS", "scores:a", "1"],
  ];
  t.is(await ask(...looks), ":0\r\n:0\r\n:0\r\n:-1\r\n");
  t.deepEqual(asked, []);
});

test("a failed load is the reply, and the next command is answered", async (t) => {
  const load = () => Promise.reject(new Error("down"));
  const { ask } = await startRig(t, [ORIGIN], { loader: { load } });
  t.is(await ask(["INCR", "scores:a"], ["STRLEN", "scores:a"]), "-ERR loader failed: down\r\n:0\r\n");
});

test("a wrong number is refused before anything is loaded", async (t) => {
  const { ask, asked } = await startRig(t, [ORIGIN]);
  const wrong = [
    ["INCRBY", "scores:a", "x"],
    ["DECRBY", "scores:a", "-9223372036854775808"],
    ["INCRBYFLOAT", "scores:a", "x"],
    ["SETRANGE", "scores:a", "-1", "x"],
    ["SETBIT", "scores:a", "-1", "1"],
  ];
  const answer = await ask(...wrong);
  t.is(answer.match(/-ERR/g)?.length, 5);
  t.deepEqual(asked, []);
});

test("a key that no group takes, and a key or value that is too long, are refused as by SET", async (t) => {
  const { ask } = await startRig(t, ["group scores max-value-size 4", "max-key-size 16"]);
  t.is(await ask(["INCR", "nobody's"]), "-ERR no group takes the key 'nobody's'\r\n");
  t.is(await ask(["INCR", `scores:${"x".repeat(20)}`]), "-ERR key is too long (max 16 bytes)\r\n");
  const tooLong = "-ERR value is too long (max 4 bytes)\r\n";
  t.is(await ask(["APPEND", "scores:a", "12345"]), tooLong);
  t.is(await ask(["APPEND", "scores:a", "123"], ["APPEND", "scores:a", "45"]), `:3\r\n${tooLong}`);
  t.is(await ask(["SETRANGE", "scores:a", "4", "x"], ["SETBIT", "scores:a", "32", "1"]), tooLong + tooLong);
});

for (const at of [0, 1]) {
  test(`the commands behind an operation wait for its load, through member ${at} of two`, async (t) => {
    const loader = new HeldLoader();
    const rigs = await startMembers(t, 2, [ORIGIN, "group scores loader-timeout 1m"], { loader });
    const name = keyAt(rigs[0]!);
    const raw = await rigs[at]!.client();
    const pipeline = [
      ["INCR", name],
      ["EXPIRE", name, "1000"],
      ["GET", name],
      ["SET", name, "5"],
      ["GET", name],
    ];
    raw.send(pipeline.map((words) => command(...words)).join(""));
    await until("the load is under way", () => loader.loads.length > 0);
    loader.loads[0]!.resolve("41");
    await raw.until((text) => text === `:42\r\n:1\r\n${bulk("42")}+OK\r\n${bulk("5")}`);
    t.is(loader.loads.length, 1);
  });
}

test("a counter of another database is a counter of its own, which nothing loads", async (t) => {
  const lines = ["group default loader module origin.mjs", "group scores loader none"];
  const { ask, asked } = await startRig(t, lines);
  const inThree = (...commands: string[][]) => ask(["SELECT", "3"], ...commands);
  await ask(["INCR", "scores:a"]);
  t.is(await inThree(["INCR", "scores:a"], ["INCR", "k"]), "+OK\r\n:1\r\n:1\r\n");
  t.is(await inThree(["APPEND", "new", "0"], ["EXPIRE", "new", "1000"]), "+OK\r\n:1\r\n:1\r\n");
  t.deepEqual(asked, []);
});

test("INCRs through all members share one load and count exactly, and every member reads the sum", async (t) => {
  let loads = 0;
  const load = () => {
    loads++;
    return "100";
  };
  const rigs = await startMembers(t, 3, [ORIGIN], { loader: { load } });
  const name = keyAt(rigs[1]!);
  await Promise.all(
    rigs.flatMap(({ ask }) => [1, 2, 3].map(() => ask(...Array.from({ length: 20 }, () => ["INCR", name])))),
  );
  for (const { ask } of rigs) t.is(await ask(["GET", name], ["TTL", name]), `${bulk("280")}:-1\r\n`);
  t.is(loads, 1);
});
