/**
 * Goal: ACL lists users and categories in Redis' words.
 * Method: pipelines compared with a real redis-server; the commands of each category, as far as both servers have them.
 */
import test from "ava";
import { COMMANDS } from "../../../server/commands/table.ts";
import { splitReplies } from "../../differential/replies.ts";
import { program, testWith } from "../../needs.ts";
import { bytes, command } from "../../proto/read-commands.ts";
import { RedisServer } from "../../proto/redis-server.ts";
import { bulk, startRig } from "../rig.ts";
import { compareWithRedis } from "./compare-with-redis.ts";

const compared = testWith(program("redis-server"));

const PIPELINES = [
  ...["ACL", "ACL WHOAMI", "ACL CAT", "ACL CAT foo", "ACL CAT a b"],
  ...["ACL LIST", "ACL USERS", "ACL LOG", "ACL FOO", "ACL GETUSER nobody", "ACL GETUSER"],
  ...["ACL GETUSER default", "ACL GETUSER DEFAULT", "ACL LOG RESET", "ACL LOG x", "ACL LOG 0", "ACL LOG -5"],
  ...["ACL LOG RESET x", "ACL LOG 99999999999999999999", "ACL GENPASS 0", "ACL GENPASS -1", "ACL GENPASS x"],
  ...["ACL GENPASS 4097", "ACL GENPASS 5 5", "ACL DRYRUN", "ACL DRYRUN default", "ACL DRYRUN nobody get x"],
  ...["ACL DRYRUN default get x", "ACL DRYRUN default GET", "ACL DRYRUN default get x y"],
  ...["ACL DRYRUN default nosuch", "ACL DRYRUN default client", "ACL DRYRUN default client list"],
  ...["ACL DRYRUN default client|list", "ACL DRYRUN default CLIENT foo", "ACL DRYRUN default ping a b"],
];

for (const protocol of [2, 3] as const) {
  test(`in RESP${protocol} users and categories are those of redis-server`, (t) =>
    compareWithRedis(t, protocol, PIPELINES));
}

const namesIn = (reply: string) => Array.from(reply.matchAll(/\$\d+\r\n([^\r]*)\r\n/g), (match) => match[1]!);

compared(
  "each category has the commands that it has in redis-server, as far as carrotCache has them",
  async (t) => {
    const redis = await RedisServer.start();
    t.teardown(() => redis.stop());
    const { ask } = await startRig(t);
    const categories = namesIn(await ask(["ACL", "CAT"]));
    const asking = categories.map((category) => ["ACL", "CAT", category.toUpperCase()]);
    const request = bytes(asking.map((words) => command(...words)).join(""));
    const theirs = splitReplies((await redis.answer(request)).toString("latin1")).replies.map(namesIn);
    const ours = splitReplies(await ask(...asking)).replies.map(namesIn);
    const here = new Set(ours.flat());
    const there = new Set(theirs.flat());
    const common = (names: string[]) => names.filter((name) => here.has(name) && there.has(name)).sort();
    for (const [i, category] of categories.entries())
      t.deepEqual(common(ours[i]!), common(theirs[i]!), category);
    t.deepEqual(
      [...COMMANDS.keys()].filter((name) => !here.has(name)),
      [],
    );
    t.true(here.has("client|help") && here.has("carrot.peers|add"));
  },
);

/** Without what differs: ages, and the client's line, whose fields client-commands.test.ts compares; and newer fields. */
const withoutClient = (answer: string) =>
  answer
    .replaceAll(/\*(?:14|20)\r\n|%(?:7|10)\r\n/g, "(map)\r\n")
    .replaceAll(/(age-seconds\r\n)(?:\$\d+\r\n|,)[\d.e-]+\r\n/g, "$1")
    .replaceAll(/(client-info\r\n)\$\d+\r\nid=[^\r]*\r\n/g, "$1")
    .replaceAll(/\$8\r\nentry-id\r\n:\d+\r\n/g, "")
    .replaceAll(/\$\d+\r\ntimestamp-(?:created|last-updated)\r\n:\d+\r\n/g, "");

for (const protocol of [2, 3] as const) {
  test(`in RESP${protocol} ACL LOG has wrong passwords as redis-server has them`, async (t) => {
    await compareWithRedis(
      t,
      protocol,
      [
        "ACL LOG RESET | AUTH bob x | ACL LOG",
        "AUTH bob x | auth bob y | AUTH eve x | HELLO 3 AUTH bob x | AUTH bob x | ACL LOG | ACL LOG 2 | ACL LOG 0",
        "ACL LOG RESET | ACL LOG",
        "MULTI | AUTH bob x | EXEC | ACL LOG 1",
      ],
      { normalize: withoutClient },
    );
  });
}

test("ACL LOG has refused commands, with the client that said them and the fields of Redis 7.2", async (t) => {
  const { client, redis5 } = await startRig(t, ["admin-password topsecret"]);
  const raw = await client();
  await raw.reply(
    command("FLUSHALL"),
    "-NOPERM this user has no permissions to run the 'flushall' command\r\n",
  );
  await raw.reply(command("MULTI"), "+OK\r\n");
  raw.send(command("CONFIG", "SET", "hz", "1"));
  await raw.until((text) => text.includes("'config|set'"));
  const admin = redis5({ username: "admin", password: "topsecret" });
  const entries = (await admin.call("ACL", "LOG")) as string[][];
  const fields = entries.map((entry) =>
    Object.fromEntries(entry.flatMap((_, i) => (i % 2 === 0 ? [[entry[i], entry[i + 1]]] : []))),
  );
  t.like(fields[0], { reason: "command", context: "multi", object: "config|set", username: "default" });
  t.like(fields[1], { count: 1, reason: "command", context: "toplevel", object: "flushall", "entry-id": 0 });
  t.regex(fields[1]!["client-info"], /^id=1 addr=.* cmd=\S+ user=default /);
  t.true(Number(fields[1]!["timestamp-created"]) > 1_600_000_000_000);
});

test("ACL GENPASS returns as many hex digits as the bits need", async (t) => {
  const { ask } = await startRig(t);
  t.regex(await ask(["ACL", "GENPASS"]), /^\$64\r\n[0-9a-f]{64}\r\n$/);
  for (const [bits, digits] of [
    ["1", 1],
    ["4", 1],
    ["5", 2],
    ["33", 9],
    ["4096", 1024],
  ] as const)
    t.regex(await ask(["ACL", "GENPASS", bits]), new RegExp(`^\\$${digits}\r\n[0-9a-f]{${digits}}\r\n$`));
  t.not(await ask(["ACL", "GENPASS"]), await ask(["ACL", "GENPASS"]));
});

test("with an admin-password, default may say all but the reserved commands, and GETUSER and DRYRUN say so", async (t) => {
  const { ask } = await startRig(t, ["admin-password topsecret"]);
  t.regex(await ask(["ACL", "GETUSER", "default"]), /\+@all .*-flushall .*-config\|set /);
  const admin = await ask(["ACL", "GETUSER", "admin"]);
  t.true(admin.includes(`${bulk("passwords")}*1\r\n${bulk("(hidden)")}${bulk("commands")}${bulk("+@all")}`));
  t.false(admin.includes("topsecret"));
  t.is(
    await ask(["ACL", "DRYRUN", "default", "FLUSHALL"]),
    bulk("User default has no permissions to run the 'flushall' command"),
  );
  t.is(
    await ask(["ACL", "DRYRUN", "admin", "FLUSHALL"], ["ACL", "DRYRUN", "default", "GET", "a"]),
    "+OK\r\n+OK\r\n",
  );
  t.regex(await ask(["ACL", "LOG"]), /^-NOPERM /);
});

test("with a password, ACL LIST does not say that there is none", async (t) => {
  const { ask } = await startRig(t, ["requirepass secret"]);
  t.false((await ask(["AUTH", "secret"], ["ACL", "LIST"])).includes("nopass"));
});

test("with an admin-password there is a user admin", async (t) => {
  const { ask } = await startRig(t, ["admin-password topsecret"]);
  t.is(
    await ask(["ACL", "WHOAMI"], ["AUTH", "admin", "topsecret"], ["ACL", "WHOAMI"], ["ACL", "USERS"]),
    `${bulk("default")}+OK\r\n${bulk("admin")}*2\r\n${bulk("admin")}${bulk("default")}`,
  );
  t.regex(await ask(["ACL", "LIST"]), /user admin on sanitize-payload .*\r\n.*\r\nuser default on nopass /);
});
