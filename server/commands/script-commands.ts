/**
 * EVAL and its kin, and SCRIPT.
 *
 * A script runs whole at the owner of its keys; its text goes there with it. A member that does not know a SHA-1 asks the
 * others before it says so. SCRIPT FLUSH reaches all members.
 */
import { errors } from "../../proto/error-texts.ts";
import { ErrorReply, OK, type Reply } from "../../proto/reply.ts";
import { askEach } from "../members/reach.ts";
import { clientKey } from "../store/database-key.ts";
import type { Command, CommandContext, CommandTable, MakeProcedure } from "./command.ts";
import { define } from "./define.ts";
import type { CommandName } from "./facts.ts";
import { keysOf } from "./keys-of.ts";
import type { NodeFace } from "./node-face.ts";
import { ScriptCalls } from "./script-calls.ts";
import { inTurn, runAtOwner, runHere } from "./whole-commands.ts";
import { integerOf, wordOf } from "./words.ts";

const COUNT_AT = 2;
const SHA_BYTES = 40;
/** What members say to each other, and no client can. */
const TEXT_OF = "script text";
const FORGET = "script forget";
const IN_TEXT: Readonly<Record<string, CommandName>> = { evalsha: "eval", evalsha_ro: "eval_ro" };

function countError(args: readonly Buffer[]): ErrorReply | undefined {
  const count = integerOf(args[COUNT_AT]!);
  if (count === undefined) return new ErrorReply(errors.notAnInteger);
  if (count > args.length - COUNT_AT - 1) return new ErrorReply(errors.tooManyScriptKeys);
  return count < 0 ? new ErrorReply(errors.negativeScriptKeys) : undefined;
}

/** What EVAL does at the owner of the keys. The table of commands is asked late: this file is a part of it. */
function evaluate(command: () => Command, commands: () => CommandTable): MakeProcedure {
  return (args, node) => {
    const wrong = countError(args);
    if (wrong !== undefined) return wrong;
    const isReadOnly = command().flags.includes("readonly");
    const keys = keysOf(command(), args)!;
    const ms = node.conf.busyReplyMs;
    const hostOf = (readsOnly: boolean) =>
      new ScriptCalls({ node, commands: commands(), keys, isReadOnly: readsOnly });
    return {
      ...{ keys, loads: true, isReadOnly, extraMs: ms },
      run: () => {
        let undo = false;
        const reply = runHere(command(), node, () => {
          const call = {
            keys: keys.map(clientKey),
            args: args.slice(COUNT_AT + 1 + keys.length),
            isReadOnly,
            ms,
            hostOf,
          };
          const result = node.scripts.run(args[1]!, call);
          undo = result.isEnded;
          return result.reply;
        });
        return { reply, undo };
      },
    };
  };
}

function defineEval(name: CommandName, commands: () => CommandTable): Command {
  const command: Command = define(name, {
    procedure: evaluate(() => command, commands),
    run: (args, context) => runAtOwner(command, args, context),
    local: (args, context) => inTurn(command, args, context),
  });
  return command;
}

/** EVALSHA: the same with the text in place of its SHA-1. */
function defineSha(name: CommandName): Command {
  const command: Command = define(name, {
    run: (args, context) => {
      const wrong = countError(args);
      if (wrong !== undefined) return wrong;
      const inText = (text: Buffer | undefined): Reply | Promise<Reply> =>
        text === undefined
          ? new ErrorReply(errors.noScript)
          : runAtOwner(command, [Buffer.from(IN_TEXT[name]!), text, ...args.slice(COUNT_AT)], context);
      const sha = args[1]!.toString("latin1");
      const here = context.node.scripts.textOf(sha);
      if (here !== undefined || sha.length !== SHA_BYTES) return inText(here);
      const own = args.map((word) => Buffer.from(word));
      return askForText(sha, context.node).then((text) => {
        args = own;
        return inText(text);
      });
    },
    local: (args, context) => inTurn(command, args, context),
  });
  return command;
}

/** The text that another member has for a SHA-1. It is kept here. */
async function askForText(sha: string, { cache, scripts }: NodeFace): Promise<Buffer | undefined> {
  const { peers, membership } = cache;
  if (peers === undefined) return undefined;
  const words = [Buffer.from(TEXT_OF), Buffer.from(sha)];
  const replies = await askEach(
    membership.others,
    async (id) => (await peers.run(id, words, 0)).reply,
    undefined,
  );
  const [text] = replies.flatMap((reply) => (reply === undefined ? [] : (bulkIn(Buffer.from(reply)) ?? [])));
  return text !== undefined && scripts.add(text) === sha.toLowerCase() ? text : undefined;
}

/** The bytes of a bulk; undefined for any other reply. */
function bulkIn(reply: Buffer): Buffer | undefined {
  const start = reply.indexOf("\r\n") + 2;
  return reply.toString("latin1", 0, 2) === "$-" || reply[0] !== 0x24 ? undefined : reply.subarray(start, -2);
}

async function known(shas: readonly Buffer[], { node }: CommandContext): Promise<Reply> {
  const texts = shas.map(async (word) => {
    const sha = word.toString("latin1");
    if (sha.length !== SHA_BYTES) return 0;
    return (node.scripts.textOf(sha) ?? (await askForText(sha, node))) === undefined ? 0 : 1;
  });
  return Promise.all(texts);
}

async function flush(args: readonly Buffer[], { node }: CommandContext): Promise<Reply> {
  const word = args[2] && wordOf(args[2]);
  if (args.length > 3 || (word !== undefined && word !== "sync" && word !== "async"))
    return new ErrorReply(errors.scriptFlush);
  node.scripts.flush();
  const { peers, membership } = node.cache;
  if (peers !== undefined)
    await askEach(membership.others, (id) => peers.run(id, [Buffer.from(FORGET)], 0), undefined);
  return OK;
}

/** There is no step of a script to stop at. */
function debug([, , mode]: readonly Buffer[]): Reply {
  const word = wordOf(mode!);
  if (word === "no") return OK;
  return new ErrorReply(word === "yes" || word === "sync" ? errors.noScriptDebugger : errors.scriptDebug);
}

const AT_ONCE = { keys: [], loads: false, isReadOnly: true, extraMs: 0 };

/** What members ask each other, by a name that is no command's. */
export const SCRIPT_PROCEDURES: ReadonlyMap<string, MakeProcedure> = new Map<string, MakeProcedure>([
  [
    TEXT_OF,
    ([, sha], { scripts }) => ({
      ...AT_ONCE,
      run: () => ({ reply: (sha && scripts.textOf(sha.toString("latin1"))) ?? null, undo: false }),
    }),
  ],
  [
    FORGET,
    (_words, { scripts }) => ({
      ...AT_ONCE,
      run: () => {
        scripts.flush();
        return { reply: OK, undo: false };
      },
    }),
  ],
]);

/** The commands of this file. */
export function scriptCommands(commands: () => CommandTable): Command[] {
  return [
    defineEval("eval", commands),
    defineEval("eval_ro", commands),
    defineSha("evalsha"),
    defineSha("evalsha_ro"),
    define("script"),
    define("script|debug", { local: debug }),
    define("script|exists", {
      run: (args, context) =>
        known(
          args.slice(2).map((sha) => Buffer.from(sha)),
          context,
        ),
    }),
    define("script|flush", { run: flush }),
    define("script|kill", { local: () => new ErrorReply(errors.notBusy) }),
    define("script|load", { run: ([, , text], { node }) => node.scripts.add(Buffer.from(text!)) }),
  ];
}
