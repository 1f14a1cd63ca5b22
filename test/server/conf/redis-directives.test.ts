/**
 * Goal: an operator who brings a redis.conf gets an answer for each of its lines.
 * Method: every directive that redis-server has; every line of Debian's own file, each as a conf of its own.
 */
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { connect } from "node:net";
import test from "ava";
import { ConfError } from "../../../server/conf/conf-error.ts";
import { directives } from "../../../server/conf/directives.ts";
import { readConf } from "../../../server/conf/read-conf.ts";
import { answerForRedis } from "../../../server/conf/redis-directives.ts";
import { program, testWith } from "../../needs.ts";
import { until } from "../../until.ts";
import { ownHost } from "../own-host.ts";

const DEBIANS = "/etc/redis/redis.conf";

/** The mistake in a conf; undefined: there is none. */
function mistakeIn(text: string): string | undefined {
  try {
    readConf({ text, file: "redis.conf" });
    return undefined;
  } catch (error) {
    if (error instanceof ConfError) return error.message;
    throw error;
  }
}

/** An answer says what to write, or that nothing is needed; these two say neither. */
const isNoAnswer = (text: string) => /unknown directive|expected one value.*, got \d+$/.test(text);

testWith(program("redis-server"), program("redis-cli"))(
  "each directive of redis-server has an answer",
  async (t) => {
    const host = ownHost();
    const server = spawn("redis-server", ["--bind", host, "--port", "6379", "--save", ""], {
      stdio: "ignore",
    });
    t.teardown(() => server.kill("SIGKILL"));
    await until("redis-server answers", async () => {
      const socket = connect(6379, host);
      const is = await Promise.race([
        once(socket, "connect").then(() => true),
        once(socket, "error").then(() => false),
      ]).catch(() => false);
      socket.destroy();
      return is;
    });
    const lines = execFileSync("redis-cli", ["-h", host, "CONFIG", "GET", "*"], { encoding: "utf8" }).split(
      "\n",
    );
    const names = lines.filter((_, i) => i % 2 === 0 && i < lines.length - 1);
    t.true(names.length > 150);
    const without = names.filter((name) => {
      const mistake = mistakeIn(`${name} 1`);
      return mistake !== undefined && isNoAnswer(mistake);
    });
    t.deepEqual(without, []);
  },
);

testWith(existsSync(DEBIANS) ? undefined : `there is no ${DEBIANS}`)(
  "each line of Debian's redis.conf is taken, or gets its answer with file and line",
  (t) => {
    const lines = readFileSync(DEBIANS, "latin1").split("\n");
    const answers = lines.map((line, i) => mistakeIn(`${"\n".repeat(i)}${line}`));
    for (const [i, answer] of answers.entries()) {
      if (answer === undefined) continue;
      t.true(answer.startsWith(`redis.conf:${i + 1}: `), answer);
      t.false(isNoAnswer(answer), answer);
    }
    t.true(answers.filter((answer) => answer !== undefined).length > 20);
  },
);

test("the lines of redis.conf on output buffers are told which three directives to write", (t) => {
  for (const words of ["normal 0 0 0", "replica 256mb 64mb 60", "pubsub 32mb 8mb 60"]) {
    const mistake = mistakeIn(`\nclient-output-buffer-limit ${words}`) ?? "";
    t.true(
      mistake.startsWith("redis.conf:2: client-output-buffer-limit: all clients have the same"),
      mistake,
    );
    for (const [, name] of mistake.matchAll(/`([^`]+)`/g))
      t.true(
        directives.some((row) => row.name === name),
        name,
      );
  }
  t.is(mistakeIn("client-output-buffer-limit 64mb"), undefined);
  t.regex(mistakeIn("client-output-buffer-limit 64mb 16mb") ?? "", /expected one value/);
});

test("a directive that carrotCache calls by another name is told that name, and each name exists", (t) => {
  const names: Readonly<Record<string, string>> = {
    "maxmemory-policy": "eviction",
    "io-threads": "threads",
    "proto-max-bulk-len": "client-query-buffer-limit",
    "maxmemory-clients": "client-output-buffer-limit",
    "lua-time-limit": "busy-reply-threshold",
    replicaof: "peers",
    user: "requirepass",
  };
  const known = new Set(directives.map(({ name }) => name));
  for (const [redis, here] of Object.entries(names)) {
    const answer = answerForRedis(redis) ?? "";
    const quoted = Array.from(answer.matchAll(/`([^`]+)`/g), ([, name]) => name!);
    t.is(quoted[0], here, redis);
    for (const name of quoted) t.true(known.has(name), `${redis}: ${name}`);
  }
});

test("directives that redis-server does not show have an answer, too; a name that Redis does not have has none", (t) => {
  for (const name of ["user", "rename-command", "loadmodule", "replicaof", "always-show-logo"])
    t.is(typeof answerForRedis(name), "string", name);
  for (const name of ["prot", "sav", "users", "maxmemor"]) t.is(answerForRedis(name), undefined, name);
});
