/**
 * Goal: DEBUG is refused unless the conf allows it, and does then what redis-server does.
 * Method: values of each type compared with a real redis-server; a client that sleeps beside one that does not.
 */
import test from "ava";
import { command } from "../../proto/read-commands.ts";
import { until } from "../../until.ts";
import { startRig } from "../rig.ts";
import { compareWithRedis } from "./compare-with-redis.ts";

const TYPES = ["string", "integer", "double", "bignum", "null", "array", "set", "map", "attrib", "push"];
const PIPELINES = [
  ...[...TYPES, "verbatim", "true", "false", "foo", "STRING"].map((type) => `DEBUG PROTOCOL ${type} | PING`),
  ...["DEBUG", "DEBUG FOO", "DEBUG SLEEP", "DEBUG SLEEP 0", "DEBUG sleep 0.001 | PING", "DEBUG SLEEP x"],
  ...[
    "DEBUG SET-ACTIVE-EXPIRE 0 | DEBUG SET-ACTIVE-EXPIRE 1",
    "DEBUG OBJECT nosuch",
    "MULTI | DEBUG SLEEP 0 | EXEC",
  ],
];
const ALLOWED = { lines: ["enable-debug-command local"], directives: ["--enable-debug-command", "yes"] };

for (const protocol of [2, 3] as const) {
  test(`in RESP${protocol} DEBUG answers as redis-server does`, (t) =>
    compareWithRedis(t, protocol, PIPELINES, ALLOWED));
  test(`in RESP${protocol} DEBUG is refused by default, as by redis-server`, (t) =>
    compareWithRedis(t, protocol, ["DEBUG", "DEBUG SLEEP 0", "DEBUG FOO", "MULTI | PING | EXEC"]));
}

test("DEBUG SLEEP holds up its client, and no other", async (t) => {
  const { client, ask } = await startRig(t, ["enable-debug-command yes"], {
    clock: () => performance.now(),
  });
  const raw = await client();
  raw.send(command("DEBUG", "SLEEP", "1000000") + command("PING"));
  t.is(await ask(["PING"], ["DEBUG", "SLEEP", "0.01"], ["PING"]), "+PONG\r\n+OK\r\n+PONG\r\n");
  t.is(raw.text, "");
});

test("DEBUG OBJECT says how an entry is kept, and counts as no use", async (t) => {
  const { ask } = await startRig(t, ["enable-debug-command yes"]);
  await ask(["SET", "scores:a", "12"]);
  t.regex(
    await ask(["DEBUG", "OBJECT", "scores:a"]),
    /^\+Value at:0x0 refcount:1 encoding:int serializedlength:3 lru:0 lru_seconds_idle:\d+\r\n$/,
  );
});

test("with SET-ACTIVE-EXPIRE 0 an expired entry that nobody asks for stays, with 1 it goes", async (t) => {
  const { ask, node } = await startRig(t, ["enable-debug-command yes"], { clock: () => performance.now() });
  t.is(await ask(["DEBUG", "SET-ACTIVE-EXPIRE", "0"], ["SET", "scores:a", "1", "PX", "1"]), "+OK\r\n+OK\r\n");
  const expired = () => node.cache.groups.all[0]!.store.figures().expirations;
  await ask(["DEBUG", "SLEEP", "0.3"]);
  t.is(expired(), 0);
  t.is(await ask(["DEBUG", "SET-ACTIVE-EXPIRE", "1"]), "+OK\r\n");
  await until("the entry has gone", () => expired() === 1);
});

test("DEBUG HELP lists what there is; with an admin-password only the admin says DEBUG", async (t) => {
  const { ask } = await startRig(t, ["enable-debug-command yes", "admin-password root"]);
  t.regex(await ask(["DEBUG", "SLEEP", "0"]), /^-NOPERM /);
  const help = await ask(["AUTH", "admin", "root"], ["DEBUG", "HELP"]);
  t.regex(help, /SET-ACTIVE-EXPIRE <0\|1>/);
});
