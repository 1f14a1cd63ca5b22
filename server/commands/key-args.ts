/**
 * What the commands on keys have in common: how words are read, what is refused, how an edit becomes a reply.
 *
 * Words are compared as Redis compares them, as C strings: what stands behind a NUL does not count.
 */
import type { Edit, Edited } from "../../cluster/edit.ts";
import { errors } from "../../proto/error-texts.ts";
import { ErrorReply, type Reply } from "../../proto/reply.ts";
import type { Command, CommandContext } from "./command.ts";

export const ONE_KEY = { first: 1, last: 1, step: 1 };
export const ALL_KEYS = { first: 1, last: -1, step: 1 };
/** A longer word is none that Redis knows. */
const MAX_WORD_BYTES = 32;

/** A word of a command's syntax, in lower case. */
export function wordOf(arg: Buffer): string {
  const nul = arg.subarray(0, MAX_WORD_BYTES).indexOf(0);
  return arg.toString("latin1", 0, nul < 0 ? MAX_WORD_BYTES : nul).toLowerCase();
}

/** A decimal integer of 64 bits, as Redis reads one; undefined when it is none. */
export function int64Of(arg: Buffer): bigint | undefined {
  if (arg.length > 20) return undefined;
  const text = arg.toString("latin1");
  if (!/^(0|-?[1-9][0-9]{0,18})$/.test(text)) return undefined;
  const value = BigInt(text);
  return value === BigInt.asIntN(64, value) ? value : undefined;
}

/** The error for the first key that is longer than `max-key-size` allows. */
export function tooLong(keys: readonly Buffer[], { node }: CommandContext): ErrorReply | undefined {
  const { maxKeyBytes } = node.conf;
  return keys.some((key) => key.length > maxKeyBytes)
    ? new ErrorReply(errors.keyTooLong(maxKeyBytes))
    : undefined;
}

/** The error for a key and a value that cannot be kept. */
export function unkeepable(key: Buffer, value: Buffer, context: CommandContext): ErrorReply | undefined {
  const refused = tooLong([key], context);
  if (refused !== undefined) return refused;
  const group = context.node.cache.groups.of(key, 0, key.length);
  if (group === undefined) return new ErrorReply(errors.noGroup(key));
  const { maxValueBytes } = group.conf;
  return value.length > maxValueBytes ? new ErrorReply(errors.valueTooLong(maxValueBytes)) : undefined;
}

/** An edit of nothing: it looks, and counts as a use. */
export const LOOK: Edit = { conditions: [], value: undefined, life: "keep", wanted: undefined, isUse: true };
/** The whole value. */
export const WHOLE = { from: 0, to: -1 };

/** Has an entry edited by its owner; `read` makes the reply of what came of it. */
export function edited(
  context: CommandContext,
  key: Buffer,
  edit: Edit,
  read: (edited: Edited) => Reply,
): Reply | Promise<Reply> {
  const refused = tooLong([key], context);
  if (refused !== undefined) return refused;
  const reply = (outcome: Edited): Reply => {
    if (outcome.error !== undefined) return new ErrorReply(`ERR ${outcome.error}`);
    return outcome.noRoom ? new ErrorReply(errors.outOfMemory) : read(outcome);
  };
  const outcome = context.node.cache.changes.edit(key, edit, {
    by: context.client.id,
    reader: context.reader,
  });
  return outcome instanceof Promise ? outcome.then(reply) : reply(outcome);
}

/** A command on one key that looks at what its owner holds, without a load, and changes nothing. */
export function looking(edit: Partial<Edit>, read: (edited: Edited) => Reply, keyAt = 1): Command["run"] {
  return (args, context) => edited(context, args[keyAt]!, { ...LOOK, ...edit }, read);
}
