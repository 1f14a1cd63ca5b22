/**
 * What commands on keys share: they refuse what is too long, look at an entry or edit it at its owner, and make a reply
 * of the outcome.
 *
 * Does not know which member owns a key.
 */
import type { Edit, Edited } from "../../cluster/edit.ts";
import type { Glimpse } from "../../cluster/outcome.ts";
import { errors } from "../../proto/error-texts.ts";
import { ErrorReply, type Reply } from "../../proto/reply.ts";
import { clientKey, hiddenBytes } from "../store/database-key.ts";
import type { CommandContext, Run } from "./command.ts";
import { allReady, whenReady } from "./ready.ts";

/** The error when one of the keys is longer than `max-key-size`. */
export function tooLong(keys: readonly Buffer[], { node }: CommandContext): ErrorReply | undefined {
  const { maxKeyBytes } = node.conf;
  return keys.some((key) => key.length - hiddenBytes(key) > maxKeyBytes)
    ? new ErrorReply(errors.keyTooLong(maxKeyBytes))
    : undefined;
}

/** The error when the key or the value is too long, or no group takes the key. */
export function unkeepable(key: Buffer, value: Buffer, context: CommandContext): ErrorReply | undefined {
  const refused = tooLong([key], context);
  if (refused !== undefined) return refused;
  const group = context.node.cache.groups.of(key, 0, key.length);
  if (group === undefined) return new ErrorReply(errors.noGroup(clientKey(key)));
  const { maxValueBytes } = group.conf;
  return value.length > maxValueBytes ? new ErrorReply(errors.valueTooLong(maxValueBytes)) : undefined;
}

/** An edit that changes nothing and counts as a use. */
export const LOOK: Edit = { conditions: [], value: undefined, life: "keep", wanted: undefined, isUse: true };
/** The whole value. */
export const WHOLE = { from: 0, to: -1 };

/** Edits an entry at its owner. `read` makes a reply of the outcome. */
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
  return whenReady(outcome, reply);
}

/** A command that looks at one entry by an edit that changes no value. */
export function looking(edit: Partial<Edit>, read: (edited: Edited) => Reply, keyAt = 1): Run {
  return (args, context) => edited(context, args[keyAt]!, { ...LOOK, ...edit }, read);
}

/** Asks the owners of keys what they hold. This loads nothing and counts as no use. */
export function glimpse(
  keys: readonly Buffer[],
  { node, reader }: CommandContext,
): Glimpse[] | Promise<Glimpse[]> {
  return allReady(keys.map((key) => node.cache.holdings.look(Buffer.from(key), { reader })));
}

/** A command that replies with a figure of one entry. */
export function glimpsing(read: (glimpse: Glimpse, context: CommandContext) => Reply, keyAt = 1): Run {
  return (args, context) => {
    const key = args[keyAt]!;
    return tooLong([key], context) ?? whenReady(glimpse([key], context), ([one]) => read(one!, context));
  };
}
