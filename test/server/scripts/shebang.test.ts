/**
 * Goal: the first line of a script is read by Redis' rules, and what it allows holds.
 */
import test from "ava";
import { ErrorReply } from "../../../proto/reply.ts";
import { readShebang } from "../../../server/scripts/shebang.ts";
import { sameAsRedis } from "./same-as-redis.ts";

test("a script without the line may do anything, and one with it what its flags say", (t) => {
  t.deepEqual(readShebang("return 1"), { length: 0, flags: undefined });
  t.deepEqual(readShebang("#!lua\nreturn 1"), { length: 5, flags: new Set() });
  t.deepEqual(readShebang("#!lua flags=no-writes,allow-oom\n"), {
    length: 31,
    flags: new Set(["no-writes", "allow-oom"]),
  });
  t.true(readShebang("#!lua") instanceof ErrorReply);
});

test("flags and mistakes are those of Redis", (t) =>
  sameAsRedis(t, [
    "#!lua\nreturn redis.call('set', KEYS[2], 'x')",
    "#!lua flags=no-writes\nreturn redis.call('set', KEYS[2], 'x')",
    "#!lua flags=no-writes\nreturn redis.call('get', KEYS[1])",
    "#!lua flags=no-writes,allow-stale\nreturn 1",
    "#!lua flags=nosuch\nreturn 1",
    "#!lua nosuch=1\nreturn 1",
    "#!python\nreturn 1",
    "#!lua",
    "#!lua flags=\nreturn nosuch",
    "#!lua\n\nx y",
  ]));
