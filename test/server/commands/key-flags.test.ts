/**
 * Goal: what a command does to its keys is said as redis-server says it.
 * Method: every command with keys, compared with a real redis-server.
 */
import test from "ava";
import { keyFlags } from "../../../server/commands/key-flags.ts";
import { compareWithRedis } from "./compare.ts";

const COMMANDS = [
  ...[
    "GET a",
    "MGET a b",
    "EXISTS a",
    "TTL a",
    "PTTL a",
    "STRLEN a",
    "DEL a b",
    "UNLINK a",
    "SET a b",
    "SET a b GET",
  ],
  ...[
    "set a b nx Get",
    "SETEX a 1 b",
    "PSETEX a 1 b",
    "SETNX a b",
    "GETSET a b",
    "MSET a b c d",
    "GETEX a",
    "GETDEL a",
  ],
  ...[
    "GETRANGE a 0 1",
    "SUBSTR a 0 1",
    "EXPIRE a 1",
    "PEXPIRE a 1",
    "EXPIREAT a 1",
    "PEXPIREAT a 1",
    "PERSIST a",
  ],
  ...[
    "EXPIRETIME a",
    "PEXPIRETIME a",
    "TOUCH a",
    "TYPE a",
    "OBJECT ENCODING a",
    "MEMORY USAGE a",
    "WATCH a b",
  ],
  ...["PING x", "SSUBSCRIBE a", "SPUBLISH a b", "FOO a", "GET a b", "GET"],
];

for (const protocol of [2, 3] as const) {
  test(`in RESP${protocol} GETKEYSANDFLAGS is redis-server's`, async (t) => {
    await compareWithRedis(
      t,
      protocol,
      COMMANDS.map((words) => `COMMAND GETKEYSANDFLAGS ${words}`),
    );
  });
}

test("what is not listed only looks", (t) => {
  t.deepEqual(keyFlags("exists", []), ["RO"]);
});
