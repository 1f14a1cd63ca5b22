/**
 * Goal: a client that tracks is told of a miss by its reply, and of nothing more than redis-server tells; what concerns the
 * value in the reply comes behind the reply, once.
 * Method: scripts on both servers where there is no origin; loads that are not kept, and entries that have expired.
 */
import test from "ava";
import { NONE_LOADER } from "../../../server/loaders/none-loader.ts";
import { program, testWith } from "../../needs.ts";
import { command } from "../../proto/read-commands.ts";
import { until } from "../../until.ts";
import { HeldLoader, turn } from "../fakes.ts";
import { startRig } from "../rig.ts";
import { compareScript, HELLO } from "./two-talkers.ts";

const compared = testWith(program("redis-server"));
const told = (name: string) => `>2\r\n$10\r\ninvalidate\r\n*1\r\n$${name.length}\r\n${name}\r\n`;

for (const mode of ["ON", "ON NOLOOP", "ON OPTIN", "ON OPTOUT", "ON BCAST", "ON BCAST PREFIX scores:"]) {
  compared(`as redis-server: misses of a client with CLIENT TRACKING ${mode}`, (t) => {
    const caching = mode.endsWith("OPTIN") ? "CLIENT CACHING YES | " : "";
    const script = [
      `a: CLIENT TRACKING ${mode}`,
      ...[`a: ${caching}GET scores:1`, `a: ${caching}MGET scores:1 scores:2`, `a: ${caching}EXISTS scores:3`],
      `a: ${caching}GET scores:3 | GET scores:3`,
      ...[
        "b: SET scores:1 x",
        "b: MSET scores:2 x scores:3 x",
        "a: SET scores:1 y",
        "b: DEL scores:1 scores:2",
      ],
      ...[`a: ${caching}MULTI | GET scores:1 | EXEC`, "b: SET scores:1 z"],
      ...[`a: ${caching}GETDEL scores:9`, `a: ${caching}TTL scores:9`, "b: SET scores:9 x"],
    ];
    return compareScript(t, script, NONE_LOADER);
  });
}

test("a client whose value is not kept is told once, behind the reply", async (t) => {
  const loader = new HeldLoader();
  t.teardown(() => loader.release());
  const rig = await startRig(t, [], { loader });
  for (const words of [[], ["NOLOOP"], ["OPTOUT"], ["BCAST"]]) {
    const a = await rig.client();
    a.send(HELLO + command("CLIENT", "TRACKING", "ON", ...words));
    await a.until((text) => text.endsWith("+OK\r\n"));
    a.take();
    const count = loader.loads.length;
    a.send(command("GET", "scores:a"));
    await until("the load", () => loader.loads.length > count);
    loader.loads.at(-1)!.resolve({ value: "v", ttlMs: 0 } as never);
    const expected = `$1\r\nv\r\n${told("scores:a")}`;
    await a.until((text) => text.length >= expected.length);
    await turn();
    t.is(
      await a.reply(command("ECHO", "end"), `${expected}$3\r\nend\r\n`),
      `${expected}$3\r\nend\r\n`,
      words.join(),
    );
    a.socket.destroy();
  }
});

test("a client that has looked and waits for the load hears once, behind the reply, that the look is wrong", async (t) => {
  const loader = new HeldLoader();
  t.teardown(() => loader.release());
  const rig = await startRig(t, [], { loader });
  const a = await rig.client();
  a.send(
    HELLO + command("CLIENT", "TRACKING", "ON") + command("EXISTS", "scores:a") + command("GET", "scores:a"),
  );
  await a.until((text) => text.endsWith(":0\r\n"));
  a.take();
  loader.loads[0]!.resolve("v");
  const expected = `$1\r\nv\r\n${told("scores:a")}`;
  await a.until((text) => text.length >= expected.length);
  const end = `${expected}$3\r\nend\r\n`;
  t.is(await a.reply(command("ECHO", "end"), end), end);
});

test("a client that finds its own copy expired is told once, behind the reply", async (t) => {
  const rig = await startRig(t, [], { loader: NONE_LOADER });
  rig.node.cache.stopWork();
  const a = await rig.client();
  const start = command("CLIENT", "TRACKING", "ON") + command("SET", "scores:a", "v", "PX", "50");
  a.send(HELLO + start + command("GET", "scores:a"));
  await a.until((text) => text.endsWith("$1\r\nv\r\n"));
  a.take();
  rig.clock.advance(60);
  const expected = `_\r\n${told("scores:a")}$3\r\nend\r\n`;
  t.is(await a.reply(command("GET", "scores:a") + command("ECHO", "end"), expected), expected);
});

test("CONFIG SET of a smaller table tells the clients at once of the keys that it has lost", async (t) => {
  const rig = await startRig(t, [], { loader: NONE_LOADER });
  const a = await rig.client();
  a.send(HELLO + command("CLIENT", "TRACKING", "ON") + command("MGET", "scores:1", "scores:2", "scores:3"));
  await a.until((text) => text.endsWith("*3\r\n_\r\n_\r\n_\r\n"));
  a.take();
  t.is(await rig.ask(["CONFIG", "SET", "tracking-table-max-keys", "1"]), "+OK\r\n");
  const expected = told("scores:1") + told("scores:2");
  await a.until((text) => text.length >= expected.length);
  t.is(a.take(), expected);
  t.is(rig.node.cache.tracking.figures.keys, 1);
});
