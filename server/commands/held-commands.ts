/**
 * Commands about what is cached, as it is: GETRANGE, GETDEL, TOUCH, TYPE and OBJECT.
 *
 * None of them loads. They are asked of the key's owner, and not answered from a mirror.
 */
import type { Edited } from "../../cluster/edit.ts";
import { errors } from "../../proto/error-texts.ts";
import { ErrorReply, type Reply, SimpleString } from "../../proto/reply.ts";
import type { Eviction } from "../store/store.ts";
import type { Command, CommandContext } from "./command.ts";
import { ALL_KEYS, edited, int64Of, LOOK, looking, ONE_KEY, tooLong, WHOLE } from "./key-args.ts";

/** Far beyond both ends of any value. */
const FAR = 2n ** 31n - 1n;

/** A place in a value, where all that lies beyond its ends is as far. */
function placeOf(arg: Buffer): number | undefined {
  const place = int64Of(arg);
  if (place === undefined) return undefined;
  return Number(place > FAR ? FAR : place < -FAR ? -FAR : place);
}

function getRange(args: readonly Buffer[], context: CommandContext): Reply | Promise<Reply> {
  const from = placeOf(args[2]!);
  const to = placeOf(args[3]!);
  if (from === undefined || to === undefined) return new ErrorReply(errors.notAnInteger);
  const wanted = { from, to };
  return edited(context, args[1]!, { ...LOOK, wanted }, ({ value }) => value ?? "");
}

function getDel(args: readonly Buffer[], context: CommandContext): Reply | Promise<Reply> {
  const edit = { ...LOOK, value: null, wanted: WHOLE };
  return edited(context, args[1]!, edit, ({ value }) => value ?? null);
}

async function touch(args: readonly Buffer[], context: CommandContext): Promise<Reply> {
  const keys = args.slice(1);
  const refused = tooLong(keys, context);
  if (refused !== undefined) return refused;
  const held = await Promise.all(
    keys.map((key) => edited(context, key, LOOK, (outcome) => (outcome.held ? 1 : 0))),
  );
  const error = held.find((reply) => reply instanceof ErrorReply);
  return error ?? held.filter((reply) => reply === 1).length;
}

/** Values up to this length lie inside Redis' object. */
const MAX_EMBEDDED_BYTES = 44;

function encodingOf({ bytes, value }: Edited): string {
  if (bytes > MAX_EMBEDDED_BYTES) return "raw";
  return int64Of(Buffer.from(value!)) === undefined ? "embstr" : "int";
}

/** A figure of the uses that some of the policies keep. */
function ofPolicies(
  policies: readonly Eviction[],
  missing: string,
  read: (edited: Edited) => Reply,
): NonNullable<Command["run"]> {
  return (args, context) => {
    const isKept = policies.includes(context.node.conf.eviction);
    return inspecting((outcome) => (isKept ? read(outcome) : new ErrorReply(missing)))(args, context);
  };
}

function objectCommand(
  name: string,
  since: string,
  summary: string,
  run: NonNullable<Command["run"]>,
): Command {
  const keys = { first: 2, last: 2, step: 1 };
  return { name, arity: 3, flags: ["readonly"], keys, summary, since, group: "generic", run };
}

function inspecting(read: (edited: Edited) => Reply): NonNullable<Command["run"]> {
  const wanted = { from: 0, to: MAX_EMBEDDED_BYTES - 1 };
  return looking({ isUse: false, wanted }, (outcome) => (outcome.held ? read(outcome) : null), 2)!;
}

const object: Command = {
  name: "object",
  arity: -2,
  flags: [],
  summary: "A container for commands about how a value is kept.",
  since: "2.2.3",
  group: "generic",
  subcommands: [
    objectCommand(
      "encoding",
      "2.2.3",
      "How Redis would keep the cached value: int, embstr or raw.",
      inspecting(encodingOf),
    ),
    objectCommand(
      "freq",
      "4.0.0",
      "How often what is cached was used of late, as eviction s3fifo counts: 0 to 3.",
      ofPolicies(["s3fifo"], errors.noFrequency, ({ uses }) => uses),
    ),
    objectCommand(
      "idletime",
      "2.2.3",
      "Seconds since what is cached was used, as far as eviction lru or noeviction knows.",
      ofPolicies(["lru", "noeviction"], errors.noIdleTime, ({ idleMs }) => Math.floor(idleMs / 1000)),
    ),
    objectCommand(
      "refcount",
      "2.2.3",
      "1 for what is cached.",
      inspecting(() => 1),
    ),
  ],
};

/** The commands of this file. */
export const heldCommands: readonly Command[] = [
  {
    name: "getrange",
    arity: 4,
    flags: ["readonly"],
    keys: ONE_KEY,
    summary: "A part of the cached value, empty when nothing is cached. Never loads.",
    since: "2.4.0",
    group: "string",
    run: getRange,
  },
  {
    name: "substr",
    arity: 4,
    flags: ["readonly"],
    keys: ONE_KEY,
    summary: "The same as GETRANGE.",
    since: "1.0.0",
    group: "string",
    run: getRange,
  },
  {
    name: "getdel",
    arity: 2,
    flags: ["write", "fast"],
    keys: ONE_KEY,
    summary: "The cached value, which is deleted everywhere. Never loads.",
    since: "6.2.0",
    group: "string",
    run: getDel,
  },
  {
    name: "touch",
    arity: -2,
    flags: ["readonly", "fast"],
    keys: ALL_KEYS,
    summary: "How many of the keys are cached; counts as a use of each. Never loads.",
    since: "3.2.1",
    group: "generic",
    run: touch,
  },
  {
    name: "type",
    arity: 2,
    flags: ["readonly", "fast"],
    keys: ONE_KEY,
    summary: "The type string when something is cached, else none. Never loads.",
    since: "1.0.0",
    group: "generic",
    run: looking({ isUse: false }, ({ held }) => new SimpleString(held ? "string" : "none"))!,
  },
  object,
];
