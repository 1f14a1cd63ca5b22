/**
 * MULTI, EXEC, DISCARD, WATCH, UNWATCH.
 *
 * Invariants: the commands of a transaction take effect in their order, and no other command of the same client takes
 * effect in between. Reads that follow each other start together, because each of them may be a load. EXEC replies with
 * one array, in which a failed command is an error.
 */
import { errors } from "../../proto/error-texts.ts";
import type { Answer } from "../../proto/reply.ts";
import { Encoded, ErrorReply, encodeReply, isStatus, NullArray, OK, type Reply } from "../../proto/reply.ts";
import { keptSize, type QueuedCommand } from "../clients/transaction.ts";
import type { Chosen, Command, LocalContext } from "./command.ts";
import { define } from "./define.ts";
import { findCommand } from "./find-command.ts";
import { performSeen } from "./special-connection.ts";
import { endCaching } from "./tracking-commands.ts";

function multi(_args: readonly Buffer[], { connection }: LocalContext): Reply {
  const { session } = connection;
  if (session.transaction !== undefined) return new ErrorReply(errors.nestedMulti);
  session.beginTransaction();
  return OK;
}

/** Forgets the watched keys on the node. For `execCommand` the answer is OK only if none of them has changed. */
function settle(command: Command, context: LocalContext): Answer {
  const { session } = context.connection;
  if (session.watched.keys === 0) return OK;
  session.watched = { keys: 0, bytes: 0 };
  return context.runOnNode(command, [Buffer.from(command.name)]);
}

function discard(_args: readonly Buffer[], context: LocalContext): Answer {
  if (context.connection.session.endTransaction() === undefined)
    return new ErrorReply(errors.discardWithoutMulti);
  return settle(unwatchCommand, context);
}

function exec(args: readonly Buffer[], context: LocalContext): Answer {
  const { connection, sessions } = context;
  const transaction = connection.session.endTransaction();
  if (transaction === undefined || transaction.spoiled) {
    sessions.show(args, connection);
    if (transaction === undefined) return new ErrorReply(errors.execWithoutMulti);
    void settle(unwatchCommand, context);
    return new ErrorReply(errors.execAbort);
  }
  const words = args.map((word) => Buffer.from(word));
  const done = executeAll(transaction.queue, context).finally(() => sessions.show(words, connection));
  connection.waitFor(done);
  return done;
}

async function executeAll(queue: readonly QueuedCommand[], context: LocalContext): Promise<Reply> {
  const settled = (await settle(execCommand, context)) ?? null;
  if (!isStatus(settled)) {
    endCaching(context);
    return settled;
  }
  const inside = { ...context, inExec: true } as const;
  const replies = new ReplyArray(context, queue.length);
  const { maxPendingCommands } = context.conf;
  const underWay: Promise<void>[] = [];
  for (const { flags, args } of queue) {
    const isRead = flags.includes("readonly");
    if (!isRead || underWay.length >= maxPendingCommands) await Promise.all(underWay.splice(0));
    const added = replies.add(performSeen(findCommand(context.commands, args) as Chosen, inside));
    underWay.push(added);
    if (!isRead) await added;
  }
  await Promise.all(underWay);
  endCaching(context);
  return replies.join();
}

/**
 * The replies of a transaction, in the order of its commands. Replies beyond the output limit close the connection, and
 * none are kept.
 */
class ReplyArray {
  readonly #context: LocalContext;
  readonly #parts: Buffer[] = [];
  /** What the commands have pushed to their own client. */
  readonly #behind: Buffer[] = [];
  readonly #count: number;
  #bytes = 0;

  constructor(context: LocalContext, count: number) {
    this.#context = context;
    this.#count = count;
  }

  /** Waits for a reply and encodes it in the dialect of this moment: the next command may be a HELLO. */
  async add(answer: Answer): Promise<void> {
    const at = this.#parts.push(Buffer.alloc(0)) - 1;
    const { connection } = this.#context;
    const { protocol } = connection;
    const reply = (await answer) ?? null;
    const part = encodeReply(reply, protocol);
    const behind = reply instanceof Encoded ? reply.behind : undefined;
    this.#bytes += part.length + (behind?.length ?? 0);
    if (connection.hasRoom(this.#bytes)) {
      this.#parts[at] = part;
      if (behind !== undefined) this.#behind.push(behind);
    } else this.#parts.length = this.#behind.length = 0;
  }

  join(): Encoded {
    const replies = Buffer.concat([Buffer.from(`*${this.#count}\r\n`), ...this.#parts]);
    return new Encoded(replies, this.#behind.length === 0 ? undefined : Buffer.concat(this.#behind));
  }
}

function watch(args: readonly Buffer[], context: LocalContext): Answer {
  const { connection, conf } = context;
  const { session } = connection;
  if (session.transaction !== undefined) return new ErrorReply(errors.watchInsideMulti);
  const keys = args.slice(1);
  if (keys.some((key) => key.length > conf.maxKeyBytes))
    return new ErrorReply(errors.keyTooLong(conf.maxKeyBytes));
  const bytes = keptSize(keys);
  if (!session.mayKeep(bytes, conf.maxCommandBytes))
    return new ErrorReply(errors.keepsTooMuch(conf.maxCommandBytes));
  session.watched = { keys: session.watched.keys + keys.length, bytes: session.watched.bytes + bytes };
  return context.runOnNode(watchCommand, args);
}

const execCommand = define("exec", {
  local: exec,
  run: (_args, { node, client }) => (node.cache.watches.settle(client.id) ? OK : new NullArray()),
});

const watchCommand = define("watch", {
  local: watch,
  run: (args, { node, client }) => {
    node.cache.watches.add(client.id, args.slice(1));
    return OK;
  },
});

const unwatchCommand = define("unwatch", {
  local: (_args, context) => settle(unwatchCommand, context),
  run: (_args, { node, client }) => {
    node.cache.watches.settle(client.id);
    return OK;
  },
});

/** The commands of this file. */
export const transactionCommands = [
  define("multi", { local: multi }),
  execCommand,
  define("discard", { local: discard }),
  watchCommand,
  unwatchCommand,
];
