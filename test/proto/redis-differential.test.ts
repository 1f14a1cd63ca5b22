/**
 * Goal: carrotCache reads requests on the wire as redis-server does, except for the differences that proto/DESIGN.md
 * lists.
 * Method: the recorded cases and damaged random pipelines go to a real redis-server and to the reader with a minimal set
 * of commands behind it; the answers must be equal byte for byte.
 */
import type { ExecutionContext } from "ava";
import fc from "fast-check";
import type { ReaderLimits } from "../../proto/command-header.ts";
import { COMMAND, CommandReader, DROP } from "../../proto/command-reader.ts";
import { errors } from "../../proto/error-texts.ts";
import { ErrorReply, encodeReply, type Reply, SimpleString } from "../../proto/reply.ts";
import { compareFraming } from "../differential/compare.ts";
import { program, testWith } from "../needs.ts";
import { startedOnce } from "../started-once.ts";
import { protocolCases, unauthenticatedCases } from "./protocol-cases.ts";
import { bytes, command, LIMITS } from "./read-commands.ts";
import { RedisServer } from "./redis-server.ts";

const PASSWORD = "secret";

/** PING, ECHO and GET of an empty store: enough to see which commands were found. */
function execute(args: Buffer[], authenticated: boolean): Reply {
  const name = args[0]!.toString("latin1").toLowerCase();
  if (!["ping", "echo", "get"].includes(name)) return new ErrorReply(errors.unknownCommand(args));
  if (name !== "ping" && args.length !== 2) return new ErrorReply(errors.wrongArity(name));
  if (!authenticated) return new ErrorReply(errors.noAuth);
  // Redis' table lets PING have any number of arguments; PING itself refuses more than one, after authentication.
  if (args.length > 2) return new ErrorReply(errors.wrongArity(name));
  if (name === "get") return null;
  return args[1] ?? new SimpleString("PONG");
}

/** What a connection would write. A dropped one also loses what it has not written, as Redis' does. */
function carrotAnswer(request: Buffer, limits: ReaderLimits): Buffer {
  const reader = new CommandReader(limits);
  const replies: Buffer[] = [];
  reader.push(request);
  let result = reader.next();
  for (; result === COMMAND; result = reader.next()) {
    replies.push(encodeReply(execute(reader.args(), !limits.unauthenticated), 2));
  }
  if (result === DROP) return Buffer.alloc(0);
  if (reader.error !== "") replies.push(encodeReply(new ErrorReply(`ERR ${reader.error}`), 2));
  return Buffer.concat(replies);
}

/** The servers to compare with, one of them behind a password. */
const redis = startedOnce(async (owner) => {
  const open = await RedisServer.start();
  owner.teardown(() => open.stop());
  const locked = await RedisServer.start("--requirepass", PASSWORD);
  owner.teardown(() => locked.stop());
  return { open, locked };
});
const testWithRedis = testWith(program("redis-server"));

for (const { name, request, reply, own } of protocolCases) {
  testWithRedis(`answers like redis-server: ${name}`, async (t) => {
    const theirs = await (await redis()).open.answer(bytes(request));
    t.is(theirs.toString("latin1"), reply, "the record is true");
    if (own === undefined) t.is(carrotAnswer(bytes(request), LIMITS).toString("latin1"), reply);
  });
}

for (const { name, request, reply } of unauthenticatedCases) {
  testWithRedis(`answers like redis-server, unauthenticated: ${name}`, async (t) => {
    const theirs = await (await redis()).locked.answer(bytes(request));
    t.is(theirs.toString("latin1"), reply, "the record is true");
    t.is(carrotAnswer(bytes(request), { ...LIMITS, unauthenticated: true }).toString("latin1"), reply);
  });
}

testWithRedis("answers like redis-server to damaged pipelines", async (t) => {
  const listed = await compareMany(t, (await redis()).open, LIMITS, 1500);
  t.true(listed < 750, `${listed} of 1500 fell under a listed difference`);
});

testWithRedis("answers like redis-server to damaged pipelines, unauthenticated", async (t) => {
  const { locked } = await redis();
  const listed = await compareMany(t, locked, { ...LIMITS, unauthenticated: true }, 300);
  t.true(listed < 150, `${listed} of 300 fell under a listed difference`);
});

const word = fc.oneof(
  fc.constantFrom("", "a", "\r\n", "\0", "\xff", "post", "host:", "k".repeat(200)),
  fc.uint8Array({ maxLength: 12 }).map((array) => Buffer.from(array).toString("latin1")),
);
const line = fc.constantFrom(
  "PING\r\n",
  "ping\n",
  "\r\n",
  "*0\r\n",
  "*-1\r\n",
  "echo 'a\\'b'\r\n",
  'echo "\\x41\\n"\r\n',
  'get "a"b\r\n',
);
const request = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.tuple(fc.constantFrom("PING", "ECHO", "GET", "get"), word).map((args) => command(...args)),
  },
  { weight: 1, arbitrary: fc.array(word, { minLength: 1, maxLength: 4 }).map((args) => command(...args)) },
  { weight: 2, arbitrary: line },
);
const edit = fc.tuple(
  fc.nat(),
  fc.constantFrom("", "0", "1", "-", "*", "$", "\r", "\n", "\r\n", " ", "9", "x", "\0"),
  fc.nat({ max: 2 }),
);
const damagedPipeline = fc
  .tuple(fc.array(request, { minLength: 1, maxLength: 5 }), fc.array(edit, { maxLength: 2 }))
  .map(([requests, edits]) => {
    let text = requests.join("");
    for (const [position, inserted, removed] of edits) {
      const at = position % (text.length + 1);
      text = text.slice(0, at) + inserted + text.slice(at + removed);
    }
    return text;
  });

/** Fails on a difference that is not listed; returns how many of the streams met a listed one. */
async function compareMany(
  t: ExecutionContext,
  server: RedisServer,
  limits: ReaderLimits,
  count: number,
): Promise<number> {
  const seed = Number(process.env.SEED ?? Date.now() % 2 ** 31);
  t.log(`SEED=${seed}`);
  let listed = 0;
  for (const text of fc.sample(damagedPipeline, { numRuns: count, seed })) {
    const ours = carrotAnswer(bytes(text), limits).toString("latin1");
    const theirs = (await server.answer(bytes(text))).toString("latin1");
    const comparison = compareFraming(text, ours, theirs);
    if (comparison === "different") t.is(ours, theirs, JSON.stringify(text));
    if (comparison === "listed") listed++;
  }
  return listed;
}
