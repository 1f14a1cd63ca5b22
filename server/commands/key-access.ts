/**
 * What the commands on keys have in common: what is refused, how an entry is looked at or edited, and how the outcome
 * becomes a reply.
 *
 * Knows no command, and not where a key's owner is.
 */
import type { Edit, Edited } from "../../cluster/edit.ts";
import type { Glimpse } from "../../cluster/outcome.ts";
import { ErrorReply, type Reply } from "../../proto/reply.ts";
import { errors } from "../../proto/texts.ts";
import type { CommandContext, Run } from "./command.ts";

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

/** A command on one key that edits nothing, and is asked of the key's owner. */
export function looking(edit: Partial<Edit>, read: (edited: Edited) => Reply, keyAt = 1): Run {
  return (args, context) => edited(context, args[keyAt]!, { ...LOOK, ...edit }, read);
}

/** Asks the owners of keys what they hold, without a load and without counting as a use. */
export function glimpse(keys: readonly Buffer[], { node, reader }: CommandContext): Promise<Glimpse[]> {
  return Promise.all(keys.map((key) => node.cache.holdings.look(Buffer.from(key), { reader })));
}

/** A command on one key that replies with a figure of what its owner holds. */
export function glimpsing(read: (glimpse: Glimpse) => Reply, keyAt = 1): Run {
  return async (args, context) => {
    const key = args[keyAt]!;
    return tooLong([key], context) ?? read((await glimpse([key], context))[0]!);
  };
}
