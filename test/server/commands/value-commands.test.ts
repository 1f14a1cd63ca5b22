/**
 * Goal: commands on cached values, and OBJECT, never load. key-differential.test.ts compares replies with redis-server.
 * Method: nodes with an origin that notes what it is asked.
 */
import test from "ava";
import { bulk, startRig } from "../rig.ts";

const LOOKS = [
  ["GETRANGE", "scores:a", "0", "-1"],
  ["GETDEL", "scores:a"],
  ["GETEX", "scores:a"],
  ["TOUCH", "scores:a"],
  ["TYPE", "scores:a"],
  ["OBJECT", "ENCODING", "scores:a"],
  ["OBJECT", "FREQ", "scores:a"],
  ["OBJECT", "IDLETIME", "scores:a"],
  ["OBJECT", "REFCOUNT", "scores:a"],
];
const NOTHING = "$0\r\n\r\n$-1\r\n$-1\r\n:0\r\n+none\r\n$-1\r\n$-1\r\n$-1\r\n$-1\r\n";

test("a key that is not cached is not loaded, and a cached not-found is no value", async (t) => {
  const asked: unknown[] = [];
  const load = (key: unknown) => {
    asked.push(key);
    return null;
  };
  const { ask, ask3 } = await startRig(t, [], { loader: { load } });
  t.is(await ask(...LOOKS), NOTHING);
  t.is(await ask3(...LOOKS), NOTHING.replaceAll("$-1\r\n", "_\r\n"));
  t.deepEqual(asked, []);
  t.is(await ask(["GET", "scores:a"], ...LOOKS), `$-1\r\n${NOTHING}`);
});

test("every command finds a loaded value, until GETDEL", async (t) => {
  const { ask, asked } = await startRig(t);
  await ask(["GET", "scores:a"]);
  t.is(
    await ask(["GETRANGE", "scores:a", "-4", "-1"], ["SUBSTR", "scores:a", "0", "4"]),
    bulk("of a") + bulk("value"),
  );
  t.is(await ask(["TOUCH", "scores:a", "scores:no", "scores:a"], ["TYPE", "scores:a"]), ":2\r\n+string\r\n");
  t.is(await ask(["GETDEL", "scores:a"], ["EXISTS", "scores:a"]), `${bulk("value of a")}:0\r\n`);
  t.deepEqual(asked, ["a"]);
});
