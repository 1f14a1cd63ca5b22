/**
 * Goal: every command answers what redis-server answers, byte for byte, in both dialects; every failure is Redis' error
 * and leaves the connection usable.
 * Method: the same commands go to a real redis-server, in which the keys are SET, and to a node whose origin has them.
 * Replies with ids or figures of either side are not compared.
 */
import test from "ava";
import { ErrorReply, type Reply } from "../../../proto/reply.ts";
import type { Connection } from "../../../server/clients/connection.ts";
import { Session } from "../../../server/clients/session.ts";
import type { LocalContext } from "../../../server/commands/command.ts";
import { execute } from "../../../server/commands/execute.ts";
import type { NodeFace } from "../../../server/commands/node-face.ts";
import { COMMANDS } from "../../../server/commands/table.ts";
import type { Log } from "../../../server/machine/log.ts";
import { ThreadSessions } from "../../../server/sessions/thread-sessions.ts";
import { program, testWith } from "../../needs.ts";
import { command } from "../../proto/read-commands.ts";
import { RedisServer } from "../../proto/redis-server.ts";
import { worldAt } from "../fakes.ts";
import { startRig } from "../rig.ts";

const compared = testWith(program("redis-server"));

/** The values of the keys that exist. */
const VALUES: Readonly<Record<string, string>> = {
  Tom: "630",
  empty: "",
  odd: "\0\r\n$-1\xff",
  long: "x".repeat(70_000),
};
const KEYS = Object.keys(VALUES).map((name) => `scores:${name}`);

/** Each line is a pipeline. Words are separated by spaces, commands by " | ". */
const PIPELINES = [
  ...[
    "GET scores:Tom",
    "get scores:no",
    "GET",
    "GET a b",
    "GeT scores:empty | GET scores:odd | GET scores:long",
  ],
  ...["MGET scores:Tom scores:no scores:Tom", "mget scores:odd scores:empty", "MGET"],
  ...["EXISTS scores:Tom scores:no scores:Tom", "EXISTS", "STRLEN scores:long", "STRLEN scores:no", "STRLEN"],
  ...["TTL scores:Tom", "TTL scores:no", "PTTL scores:Tom", "PTTL scores:no", "TTL", "PTTL a b"],
  ...["PING", "PING hello", "PING a b", "ping", "ECHO hello", "ECHO", "ECHO a b"],
  ...[
    "SELECT 0",
    "SELECT 16000",
    "SELECT -1",
    "SELECT a",
    "SELECT 00",
    "SELECT 99999999999999999999",
    "SELECT",
  ],
  ...["QUIT", "QUIT now | PING", "PING | QUIT | GET scores:Tom"],
  ...[
    "HELLO 4",
    "HELLO 1",
    "HELLO abc",
    "HELLO 12345678901234567",
    "HELLO 99999999999999999999",
    "HELLO 2 FOO",
  ],
  ...["HELLO 2 AUTH a", "HELLO 2 SETNAME", "HELLO 2 SETNAME a b", "HELLO 3 AUTH nobody x"],
  ...["AUTH", "AUTH x", "AUTH default x", "AUTH nobody x", "AUTH a b c"],
  ...[
    "CLIENT",
    "CLIENT FOO",
    "CLIENT ID x",
    "CLIENT GETNAME",
    "CLIENT SETNAME",
    "CLIENT SETNAME me | CLIENT GETNAME",
  ],
  ...["CLIENT LIST FOO", "CLIENT LIST ID", "CLIENT LIST ID a", "CLIENT LIST ID 0", "CLIENT LIST TYPE"],
  ...["CLIENT LIST TYPE foo", "CLIENT LIST TYPE master", "CLIENT LIST TYPE normal x", "CLIENT LIST ID 1 x"],
  ...["CLIENT NO-EVICT", "CLIENT NO-EVICT x", "CLIENT NO-EVICT on", "CLIENT NO-EVICT off"],
  ...["COMMAND FOO", "COMMAND COUNT x", "COMMAND DOCS nosuch", "COMMAND INFO nosuch", "COMMAND LIST x"],
  ...["COMMAND LIST FILTERBY FOO x", "COMMAND LIST FILTERBY MODULE x", "COMMAND LIST FILTERBY ACLCAT nosuch"],
  ...[
    "COMMAND LIST FILTERBY PATTERN ge?",
    "COMMAND LIST FILTERBY PATTERN",
    "COMMAND GETKEYS",
    "COMMAND GETKEYS GET",
  ],
  ...[
    "COMMAND GETKEYS GET a",
    "COMMAND GETKEYS MGET a b c",
    "COMMAND GETKEYS DEL a b",
    "COMMAND GETKEYS FOO a",
  ],
  ...["COMMAND GETKEYS PING x", "COMMAND GETKEYS MEMORY USAGE k", "COMMAND GETKEYS MEMORY FOO k"],
  ...[
    "COMMAND GETKEYS GET a b",
    "COMMAND GETKEYS CLIENT ID",
    "COMMAND GETKEYS UNLINK a b",
    "COMMAND GETKEYS ECHO a",
  ],
  ...[
    "CONFIG",
    "CONFIG FOO",
    "CONFIG GET",
    "CONFIG GET nosuch",
    "CONFIG GET maxclients",
    "CONFIG GET MaxClients",
    "CONFIG GET ma[w-y]clients",
  ],
  ...[
    "CONFIG SET",
    "CONFIG SET maxclients",
    "CONFIG SET nosuch 1",
    "CONFIG SET maxclients 1 2",
    "CONFIG RESETSTAT x",
  ],
  ...[
    "CONFIG SET maxclients 5 maxclients 6",
    "CONFIG SET maxclients 5 MAXCLIENTS 6",
    "CONFIG SET nosuch 1 timeout x",
  ],
  ...["CONFIG SET port 99999 port 1 | PING", "CONFIG RESETSTAT", "CONFIG SET timeout 100 maxclients 9000"],
  ...[
    "INFO nosuch",
    "INFO a b",
    "TIME x",
    "DBSIZE",
    "DBSIZE x",
    "SHUTDOWN FOO",
    "SHUTDOWN ABORT",
    "SHUTDOWN NOSAVE SAVE",
  ],
  ...["SHUTDOWN ABORT NOW", "MEMORY", "MEMORY USAGE", "MEMORY FOO", "MEMORY USAGE scores:no"],
  ...["MEMORY USAGE scores:no FOO 1", "MEMORY USAGE scores:no SAMPLES", "MEMORY USAGE scores:no SAMPLES a"],
  ...["MEMORY USAGE scores:no SAMPLES -1", "MEMORY USAGE scores:no SAMPLES 5"],
  ...[
    "FLUSHALL x",
    "FLUSHALL SYNC x",
    "FLUSHDB x",
    "FOO",
    "FOO a b",
    "foo\u0001 a",
    "GETT scores:Tom | GET scores:Tom",
  ],
  ...[
    "DEL",
    "UNLINK",
    "DEL scores:no",
    "DEL scores:Tom scores:Tom scores:no | EXISTS scores:Tom",
    "UNLINK scores:odd",
  ],
  ...["FLUSHALL | DBSIZE", "FLUSHDB ASYNC | EXISTS scores:empty", "flushall sync"],
];

/** RESP3 begins with HELLO 3. Its reply differs by id and version, so `withoutGreeting` cuts it off. */
function requestOf(pipeline: string, protocol: 2 | 3): Buffer {
  const commands = pipeline.split(" | ").map((words) => command(...words.split(" ")));
  return Buffer.from((protocol === 3 ? command("HELLO", "3") : "") + commands.join(""));
}

function withoutGreeting(answer: string, protocol: 2 | 3): string {
  return protocol === 3 ? answer.replace(/^%7\r\n[\s\S]*?\$7\r\nmodules\r\n\*0\r\n/, "") : answer;
}

for (const protocol of [2, 3] as const) {
  compared(`in RESP${protocol} every command answers as redis-server does`, async (t) => {
    const redis = await RedisServer.start();
    t.teardown(() => redis.stop());
    const load = (_: unknown, { keyBytes }: { keyBytes: Uint8Array }) => {
      const value = VALUES[Buffer.from(keyBytes).toString("latin1")];
      return value === undefined ? null : Buffer.from(value, "latin1");
    };
    const { client, ask } = await startRig(t, ["max-key-size 1mb"], { loader: { load } });
    let compared = 0;
    for (const pipeline of PIPELINES) {
      const sets = Object.entries(VALUES).map(([name, value]) => command("SET", `scores:${name}`, value));
      await redis.answer(Buffer.from(command("FLUSHALL") + sets.join(""), "latin1"));
      await ask(["FLUSHALL"], ["MGET", ...KEYS]);
      const request = requestOf(pipeline, protocol);
      const theirs = (await redis.answer(request)).toString("latin1");
      const ours = await (await client()).all(request.toString("latin1"));
      const [got, expected] = [ours, theirs].map((answer) => withoutGreeting(answer, protocol));
      if (got !== expected) t.is(got, expected, pipeline);
      else compared++;
    }
    t.is(compared, PIPELINES.length);
  });
}

test("a command's name may be in any mixture of cases", async (t) => {
  const { ask } = await startRig(t);
  t.is(
    await ask(["pInG"], ["Client", "gEtNaMe"], ["CONFIG", "get", "timeout"]),
    "+PONG\r\n$-1\r\n*2\r\n$7\r\ntimeout\r\n$1\r\n0\r\n",
  );
});

const b = (...words: string[]) => words.map((word) => Buffer.from(word));

test("a command that throws or rejects is an internal error: the log has its details, the client does not", async (t) => {
  const logged: unknown[] = [];
  const broken = () => {
    throw new Error("secret detail");
  };
  const log = {
    isLevelEnabled: () => false,
    error: (fields: { err: Error; command: string }) =>
      logged.push(`${fields.command}: ${fields.err.message}`),
  } as unknown as Log;
  const node = {
    cache: { holdings: { look: () => Promise.reject(new Error("other detail")) } },
    conf: { maxKeyBytes: 100 },
    report: { clientLines: broken },
  } as unknown as NodeFace;
  const connection = { id: 1, authenticated: true, session: new Session() } as unknown as Connection;
  const runOnNode: LocalContext["runOnNode"] = ({ run }, args) =>
    run!(args, { node, client: connection, database: 0 });
  const sessions = new ThreadSessions({
    ...{ conf: { slowlogMicros: -1, slowlogEntries: 1 }, nextSlowId: () => 0 },
    ...{ world: worldAt(() => 0), wallMs: () => 0 },
    ...{ connections: () => [], client: () => undefined, seen: () => {}, denied: () => {} },
  });
  const local = { connection, log, conf: node.conf, sessions, commands: COMMANDS, runOnNode };
  const replies: Reply[] = [];
  for (const words of [b("CLIENT", "LIST"), b("TTL", "a")]) replies.push((await execute(words, local))!);
  t.deepEqual(replies, Array(2).fill(new ErrorReply("ERR internal error")));
  t.deepEqual(logged, ["client|list: secret detail", "ttl: other detail"]);
});

test("a name of any length is an unknown command", async (t) => {
  const { ask } = await startRig(t);
  const long = "get".padEnd(100_000, "x");
  t.is(
    await ask([long], ["PING"]),
    `-ERR unknown command '${long.slice(0, 128)}', with args beginning with: \r\n+PONG\r\n`,
  );
  t.is(await ask(["__proto__"], ["constructor"]).then((text) => text.match(/unknown command/g)?.length), 2);
});
