/**
 * Compare and act: DELEX and DIGEST as in Redis 8.4, DELIFEQ as in Valkey 9. SET's IFEQ and its kin are in set-commands.ts.
 *
 * The key's owner compares and deletes in one step. Nothing is loaded: what is not cached is missing.
 */
import type { Comparison } from "../../cluster/edit.ts";
import { errors } from "../../proto/error-texts.ts";
import { ErrorReply, type Reply } from "../../proto/reply.ts";
import { xxh3Hex } from "../../proto/xxh3.ts";
import type { CommandContext } from "./command.ts";
import { define } from "./define.ts";
import { comparisonOf } from "./expiry-words.ts";
import { edited, LOOK, looking, WHOLE } from "./key-access.ts";
import { del } from "./key-commands.ts";
import { wordOf } from "./words.ts";

function deleteIf(key: Buffer, comparison: Comparison, context: CommandContext): Reply | Promise<Reply> {
  const edit = { ...LOOK, isUse: false, comparison, value: null };
  return edited(context, key, edit, ({ changed }) => (changed ? 1 : 0));
}

function delex(args: readonly Buffer[], context: CommandContext): Reply | Promise<Reply> {
  const [, key, word, to] = args;
  if (word === undefined) return del(args, context);
  if (to === undefined || args.length > 4) return new ErrorReply(errors.wrongArity("delex"));
  const kind = comparisonOf(wordOf(word));
  if (kind !== undefined) return deleteIf(key!, { kind, to }, context);
  // Redis looks at the key before it looks at the word.
  return edited(context, key!, LOOK, ({ held }) => (held ? new ErrorReply(errors.comparison) : 0));
}

const digest = looking({ wanted: WHOLE }, ({ value }) => (value === undefined ? null : xxh3Hex(value)));

/** The commands of this file. */
export const compareCommands = [
  define("delex", { run: delex }),
  define("delifeq", { run: ([, key, to], context) => deleteIf(key!, { kind: "equal", to: to! }, context) }),
  define("digest", { run: digest }),
];
