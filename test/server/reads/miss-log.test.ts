/** Goal: `loglevel debug` has a line for each request that is no hit, and no other level has. Method: nodes with a log in memory. */
import { isDeepStrictEqual } from "node:util";
import test from "ava";
import { startRig } from "../rig.ts";

const requests = [
  ["GET", "scores:Tom"],
  ["GET", "scores:Tom"],
  ["SET", "scores:Jack", "secret"],
  ["AUTH", "hidden"],
] as const;

test("at debug each request that is no hit has its line, without values and passwords", async (t) => {
  const { ask, log } = await startRig(t, ["loglevel debug"]);
  for (const words of requests) await ask([...words]);
  const lines = [
    { msg: "GET, no hit", key: "scores:Tom", outcome: "value" },
    { msg: "a command", command: "set", key: "scores:Jack" },
    { msg: "a command", command: "auth", error: "ERR" },
  ];
  for (const line of lines)
    t.true(
      log.some((entry) => isDeepStrictEqual({ ...entry, ...line }, entry)),
      line.msg,
    );
  t.is(log.length, 3);
  t.notRegex(JSON.stringify(log), /secret|hidden/);
});

test("a load that fails is told with its error", async (t) => {
  const loader = { load: () => Promise.reject(new Error("down")) };
  const { ask, log } = await startRig(t, ["loglevel debug"], { loader });
  await ask(["GET", "scores:Tom"]);
  const named = (name: string) => log.filter(({ msg }) => msg === name);
  t.like(named("GET, no hit"), [{ outcome: "error", error: "loader failed: down" }]);
  t.like(named("a load failed"), [{ level: 40, group: "scores", kind: "error", cause: "down" }]);
});

test("at verbose no request has a line", async (t) => {
  const { ask, log } = await startRig(t, ["loglevel verbose"]);
  await ask(...requests.map((words) => [...words]));
  t.deepEqual(log, []);
});
