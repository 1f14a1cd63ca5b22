/**
 * DEBUG: what test suites of client libraries and of Redis ask for, and nothing that breaks a node.
 *
 * Answers only where `enable-debug-command` allows it. SLEEP holds up the client that says it, and nobody else.
 */
import { errors } from "../../proto/error-texts.ts";
import {
  type Answer,
  ByDialect,
  Double,
  Encoded,
  ErrorReply,
  OK,
  Push,
  type Reply,
  Several,
  SimpleString,
  Verbatim,
} from "../../proto/reply.ts";
import { isLocalPeer } from "../conf/addresses.ts";
import type { CommandContext, LocalContext } from "./command.ts";
import { define } from "./define.ts";
import { looking } from "./key-access.ts";
import { encodingOf, WANTED_FOR_ENCODING } from "./object-command.ts";
import { wordOf } from "./words.ts";

/** Node's timers hold no more. */
const MAX_SLEEP_MS = 2 ** 31 - 1;

const HELP = [
  "DEBUG <subcommand> [<arg> [value] [opt] ...]. Subcommands are:",
  ...["OBJECT <key>", "    Shows how an entry is kept."],
  ...["PROTOCOL <type>", "    Replies with a value of this type."],
  ...["SET-ACTIVE-EXPIRE <0|1>", "    Whether this node removes expired entries that nobody asks for."],
  ...["SLEEP <seconds>", "    Replies after so many seconds. Other clients are served meanwhile."],
  ...["HELP", "    Prints this help."],
];

async function sleep(word: Buffer, { connection }: LocalContext): Promise<Reply> {
  const seconds = Number.parseFloat(word.toString("latin1"));
  const ms = Math.min(Math.max(seconds * 1000, 0) || 0, MAX_SLEEP_MS);
  const over = new Promise<void>((resolve) => connection.host.world.quietlyAfter(ms, resolve));
  connection.waitFor(over);
  await over;
  return OK;
}

const BIG = "1234567999999999999999999999999999999";
const BEHIND_ATTRIBUTE = "Some real reply following the attribute";
const ATTRIBUTE = "|1\r\n$14\r\nkey-popularity\r\n*2\r\n$7\r\nkey:123\r\n:90\r\n";
const PUSH = new Push(["server-cpu-usage", 42]);

/** A value of each type, the ones that Redis has. No other command replies with a big number, an attribute or such a map. */
const VALUES: Readonly<Record<string, Reply>> = {
  string: "Hello World",
  integer: 12345,
  // biome-ignore lint/suspicious/noApproximativeNumericConstant: it is Redis' value.
  double: new Double(3.141),
  bignum: new ByDialect(BIG, encoded(`(${BIG}\r\n`)),
  null: null,
  array: [0, 1, 2],
  set: new Set<Reply>([0, 1, 2]),
  map: new ByDialect([0, 0, 1, 1, 2, 0], encoded("%3\r\n:0\r\n#f\r\n:1\r\n#t\r\n:2\r\n#f\r\n")),
  attrib: new ByDialect(
    BEHIND_ATTRIBUTE,
    encoded(`${ATTRIBUTE}$${BEHIND_ATTRIBUTE.length}\r\n${BEHIND_ATTRIBUTE}\r\n`),
  ),
  push: new ByDialect(
    new ErrorReply(errors.notInRESP2),
    new Several([PUSH, "Some real reply following the push reply"]),
  ),
  verbatim: new Verbatim("This is a verbatim\nstring"),
  true: true,
  false: false,
};

function encoded(text: string): Encoded {
  return new Encoded(Buffer.from(text));
}

function protocol(word: Buffer): Reply {
  const type = wordOf(word);
  return Object.hasOwn(VALUES, type) ? VALUES[type]! : new ErrorReply(errors.debugType);
}

/** Redis' line, with the figures that there are. */
const object = looking(
  { isUse: false, wanted: WANTED_FOR_ENCODING },
  (outcome) => {
    if (!outcome.held) return new ErrorReply(errors.noSuchKey);
    const figures = `refcount:1 encoding:${encodingOf(outcome)} serializedlength:${outcome.bytes + 1}`;
    const idle = Math.floor(outcome.idleMs / 1000);
    return new SimpleString(`Value at:0x0 ${figures} lru:0 lru_seconds_idle:${idle}`);
  },
  2,
);

/** Whether this client may say DEBUG. */
function isAllowed({ conf, connection }: LocalContext): boolean {
  const { enableDebug } = conf;
  return enableDebug === "yes" || (enableDebug === "local" && isLocalPeer(connection.socket.remoteAddress));
}

function debug(args: readonly Buffer[], context: LocalContext): Answer {
  if (!isAllowed(context)) return new ErrorReply(errors.debugNotAllowed);
  const word = wordOf(args[1]!);
  if (word === "help" && args.length === 2) return HELP.map((line) => new SimpleString(line));
  if (word === "sleep" && args.length === 3) return sleep(args[2]!, context);
  if (word === "protocol" && args.length === 3) return protocol(args[2]!);
  const isForNode = (word === "object" || word === "set-active-expire") && args.length === 3;
  return isForNode
    ? context.runOnNode(debugCommand, args)
    : new ErrorReply(errors.unknownForm(args[1]!, "DEBUG"));
}

function debugOnNode(args: readonly Buffer[], context: CommandContext): Answer {
  if (wordOf(args[1]!) === "object") return object(args, context);
  context.node.cache.expiresActively = Number.parseInt(args[2]!.toString("latin1"), 10) !== 0;
  return OK;
}

const debugCommand = define("debug", { local: debug, run: debugOnNode });

/** The commands of this file. */
export const debugCommands = [debugCommand];
