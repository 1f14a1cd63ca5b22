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
