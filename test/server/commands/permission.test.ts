/**
 * Goal: with an admin-password, a command that changes the cluster or the node needs it, and without it gets Redis'
 * error. Where there is no admin-password, only clients of this machine change the ring.
 * Method: nodes with a requirepass, an admin-password, or both; every command of the table.
 */
import test from "ava";
import type { LocalContext } from "../../../server/commands/command.ts";
import { denialOf } from "../../../server/commands/permission.ts";
import { COMMANDS } from "../../../server/commands/table.ts";
import { program, testWith } from "../../needs.ts";
import { command } from "../../proto/read-commands.ts";
import { RedisServer } from "../../proto/redis-server.ts";
import { startRig } from "../rig.ts";

const compared = testWith(program("redis-server"));

const WRONG = "-WRONGPASS invalid username-password pair or user is disabled.\r\n";
const denied = (name: string) => `-NOPERM this user has no permissions to run the '${name}' command\r\n`;

/** Commands with Redis' flag `admin` that change nothing for others. Exporters and client libraries say them. */
const HARMLESS = new Set([
  ...["acl|dryrun", "acl|getuser", "acl|list", "acl|users", "client|list", "client|no-evict", "config|get"],
  ...["latency|doctor", "latency|graph", "latency|histogram", "latency|history", "latency|latest"],
  ...["module|list", "slowlog|get", "slowlog|len"],
  // They only return an error.
  ...[
    "cluster|failover",
    "cluster|forget",
    "cluster|meet",
    "cluster|replicas",
    "cluster|reset",
    "cluster|slaves",
  ],
]);

const ALL = [...COMMANDS.values()].flatMap((each) => [each, ...(each.subcommands?.values() ?? [])]);

test("every command with Redis' flag admin either needs the admin's password or is harmless", (t) => {
  const flagged = ALL.filter(({ flags }) => flags.includes("admin"));
  t.deepEqual(
    flagged.filter(({ name, reserved }) => reserved === undefined && !HARMLESS.has(name)),
    [],
  );
  t.deepEqual(
    [...HARMLESS].filter((listed) => !ALL.some(({ name }) => name === listed)),
    [],
  );
});

test("a client that has not given the admin-password may say all commands but the reserved ones", async (t) => {
  const { ask, node, shutdowns } = await startRig(t, ["admin-password root"]);
  t.is(
    await ask(
      ["CONFIG", "SET", "maxclients", "7"],
      ["CONFIG", "RESETSTAT"],
      ["FLUSHALL"],
      ["SHUTDOWN"],
      ["CARROT.PEERS", "ADD", "127.0.0.1:1"],
      ["PING"],
    ),
    ["config|set", "config|resetstat", "flushall", "shutdown", "carrot.peers|add"].map(denied).join("") +
      "+PONG\r\n",
  );
  t.is(node.conf.maxClients, 10_000);
  t.is(shutdowns(), 0);
  t.regex(await ask(["INFO", "stats"]), /\r\nacl_access_denied_cmd:5\r\n/);
  const everything = await ask(["INFO", "everything"]);
  t.regex(everything, /\r\ncmdstat_flushall:calls=0,.*,rejected_calls=1,failed_calls=0\r\n/);
  t.regex(everything, /\r\nerrorstat_NOPERM:count=5\r\n/);
  t.regex(await ask(["CONFIG", "GET", "maxclients"], ["CARROT.PEERS"]), /^\*2\r\n.*\r\n\*1\r\n/s);
  t.is(
    await ask(["AUTH", "admin", "root"], ["CONFIG", "SET", "maxclients", "7"], ["FLUSHALL"]),
    "+OK\r\n".repeat(3),
  );
  t.is(node.conf.maxClients, 7);
});

test("the admin needs no other password; AUTH as another user ends its rights", async (t) => {
  const { ask } = await startRig(t, ["requirepass secret", "admin-password root"]);
  t.is(
    await ask(["AUTH", "root"], ["AUTH", "default", "root"], ["AUTH", "admin", "secret"]),
    WRONG.repeat(3),
  );
  t.is(
    await ask(["AUTH", "admin", "root"], ["FLUSHALL"], ["AUTH", "secret"], ["FLUSHALL"], ["PING"]),
    `+OK\r\n+OK\r\n+OK\r\n${denied("flushall")}+PONG\r\n`,
  );
  t.regex(
    await ask(["HELLO", "2", "AUTH", "admin", "root"], ["CLIENT", "INFO"], ["FLUSHALL"]),
    /^\*14\r\n.* user=admin .*\+OK\r\n$/s,
  );
  t.regex(await ask(["AUTH", "secret"], ["CLIENT", "INFO"]), / user=default /);
});

test("a client that connected before the admin-password was set is no admin; when it is taken away, every client may do all again", async (t) => {
  const { client, ask } = await startRig(t);
  const raw = await client();
  await raw.reply(command("CONFIG", "SET", "admin-password", "root"), "+OK\r\n");
  t.is(await raw.reply(command("FLUSHALL"), denied("flushall")), denied("flushall"));
  t.is(await ask(["AUTH", "admin", ""]), WRONG);
  t.is(await ask(["AUTH", "admin", "root"], ["CONFIG", "SET", "admin-password", ""]), "+OK\r\n+OK\r\n");
  t.is(await raw.reply(command("FLUSHALL"), "+OK\r\n"), "+OK\r\n");
  t.is(await ask(["AUTH", "admin", ""]), WRONG, "there is no such user then");
});

test("without an admin-password only clients of this machine change the ring, and all clients may say every other command", (t) => {
  const counters = { denied: 0 };
  const refused: unknown[] = [];
  const from = (remoteAddress: string | undefined) =>
    ({
      conf: { adminPassword: "" },
      sessions: { denied: ({ object }: { readonly object: string }) => refused.push(object) },
      connection: { session: { user: "default" }, socket: { remoteAddress }, host: { counters } },
    }) as unknown as LocalContext;
  const ring = ALL.filter(({ reserved }) => reserved === "ring");
  t.deepEqual(
    ring.map(({ name }) => name),
    ["carrot.peers|add", "carrot.peers|remove", "carrot.peers|set"],
  );
  for (const each of ring) {
    for (const local of ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"])
      t.is(denialOf(each, from(local)), undefined, local);
    for (const other of ["10.0.0.1", "::ffff:10.0.0.1", "fe80::1", undefined])
      t.regex(denialOf(each, from(other))!.text, /^NOPERM .* loopback interface only$/);
  }
  t.is(counters.denied, 12);
  t.deepEqual(
    refused,
    ring.flatMap(({ name }) => Array(4).fill(name)),
  );
  t.is(denialOf(COMMANDS.get("flushall")!, from("10.0.0.1")), undefined);
});

compared("the error is redis-server's for a user without the permission", async (t) => {
  const redis = await RedisServer.start();
  t.teardown(() => redis.stop());
  const request = [
    ["ACL", "SETUSER", "bob", "on", ">x", "+@all", "-config|set", "-flushall", "~*"],
    ["AUTH", "bob", "x"],
    ["CONFIG", "SET", "maxclients", "7"],
    ["FLUSHALL"],
  ];
  const theirs = await redis.answer(Buffer.from(request.map((words) => command(...words)).join("")));
  const { ask } = await startRig(t, ["admin-password root"]);
  t.is(`+OK\r\n+OK\r\n${await ask(...request.slice(2))}`, theirs.toString("latin1"));
});

test("a denied command spoils the transaction that it is part of", async (t) => {
  const { ask, node } = await startRig(t, ["admin-password root"]);
  await ask(["GET", "scores:Tom"]);
  t.is(
    await ask(["MULTI"], ["FLUSHALL"], ["EXEC"]),
    `+OK\r\n${denied("flushall")}-EXECABORT Transaction discarded because of previous errors.\r\n`,
  );
  t.is(await node.cache.holdings.count(0), 1);
});
