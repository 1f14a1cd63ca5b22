/**
 * Goal: what commands tell about cached values, and that they never load, OBJECT neither. Replies are compared with
 * redis-server in key-differential.test.ts. Method: nodes with an origin that notes what it is asked.
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

test("nothing is loaded, and a cached not-found is nothing", async (t) => {
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

test("a loaded value is there for all of them, until GETDEL", async (t) => {
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
