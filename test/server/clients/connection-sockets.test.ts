/**
 * Goal: half-close, resets and clients that do not read do to a real socket what connection.test.ts says they do.
 * Method: a node in this process, clients on TCP.
 */
import test from "ava";
import { command } from "../../proto/read-commands.ts";
import { until } from "../../until.ts";
import { HeldLoader } from "../fakes.ts";
import { bulk, startRig } from "../rig.ts";

test("a client that broke the protocol is gone after its error, though it writes on and never reads", async (t) => {
  const { client } = await startRig(t);
  const raw = await client();
  raw.send("PING\r\n*1\r\n:3\r\n");
  const writing = setInterval(() => raw.socket.write("PING\r\n".repeat(1000)), 1);
  t.teardown(() => clearInterval(writing));
  await raw.closed;
  t.is(raw.take(), "+PONG\r\n-ERR Protocol error: expected '$', got ':'\r\n");
});

test("a client that half-closes right behind its GET gets the slow value", async (t) => {
  const loader = new HeldLoader();
  const { client } = await startRig(t, [], { loader });
  const raw = await client();
  const answer = raw.all("GET scores:slow\r\nPING\r\n");
  await until("the load", () => loader.loads.length > 0);
  loader.loads[0]!.resolve("late but right");
  t.is(await answer, `${bulk("late but right")}+PONG\r\n`);
});

test("a client that is destroyed during a load harms no other client, and the value is kept", async (t) => {
  const loader = new HeldLoader();
  const { client, node } = await startRig(t, [], { loader });
  const [leaver, stayer] = await Promise.all([client(), client()]);
  for (const raw of [leaver, stayer]) raw.send(command("GET", "scores:a"));
  await until("the second GET", () => node.cache.groups.all[0]!.counters.flightsJoined > 0);
  leaver.socket.resetAndDestroy();
  await until("the end of one client", () => node.clients.size === 1);
  loader.loads[0]!.resolve("630");
  await stayer.until((got) => got.length >= bulk("630").length);
  t.is(stayer.take(), bulk("630"));
  t.is(await stayer.reply(command("GET", "scores:a"), bulk("630")), bulk("630"));
  t.is(loader.loads.length, 1);
});

test("a client that asks for much and reads nothing stops being read, and gets everything when it reads", async (t) => {
  const { client, node, ask } = await startRig(t, [], { loader: { load: () => "x".repeat(10_000) } });
  await ask(["GET", "scores:a"]);
  const raw = await client();
  raw.socket.pause();
  const request = command("GET", "scores:a").repeat(10_000);
  let sent = false;
  raw.socket.write(request, () => (sent = true));
  const [connection] = node.clients.all();
  await until("a client that is not read from", () => connection!.socket.isPaused());
  t.true(connection!.outgoing.bytes < 1 << 20, `${connection!.outgoing.bytes} bytes wait`);
  t.true(node.report.clientFigures.commands < 10_000);
  raw.socket.resume();
  const expected = bulk("x".repeat(10_000)).repeat(10_000);
  await raw.until((got) => got.length >= expected.length);
  t.true(raw.take() === expected);
  t.true(sent);
});
