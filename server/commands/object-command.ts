/**
 * OBJECT: how an entry is kept.
 *
 * Its subcommands load nothing and count as no use. The key's owner answers them, never a mirror.
 */
import type { Edited } from "../../cluster/edit.ts";
import { errors } from "../../proto/error-texts.ts";
import { ErrorReply, type Reply } from "../../proto/reply.ts";
import type { Eviction } from "../store/store.ts";
import type { Run } from "./command.ts";
import { define } from "./define.ts";
import { looking } from "./key-access.ts";
import { int64Of } from "./words.ts";

/** Redis keeps values up to this length inside the object. */
const MAX_EMBEDDED_BYTES = 44;
/** The part of a value that `encodingOf` looks at. */
export const WANTED_FOR_ENCODING = { from: 0, to: MAX_EMBEDDED_BYTES - 1 };

export function encodingOf({ bytes, value }: Edited): string {
  if (bytes > MAX_EMBEDDED_BYTES) return "raw";
  return int64Of(Buffer.from(value!)) === undefined ? "embstr" : "int";
}

function inspecting(read: (edited: Edited) => Reply): Run {
  return looking(
    { isUse: false, wanted: WANTED_FOR_ENCODING },
    (outcome) => (outcome.held ? read(outcome) : null),
    2,
  );
}

/** A figure that only some eviction policies keep; with any other policy the error is `missing`. */
function ofPolicies(policies: readonly Eviction[], missing: string, read: (edited: Edited) => Reply): Run {
  return (args, context) => {
    const isKept = policies.includes(context.node.conf.eviction);
    return inspecting((outcome) => (isKept ? read(outcome) : new ErrorReply(missing)))(args, context);
  };
}

/** The commands of this file. */
export const objectCommands = [
  define("object"),
  define("object|encoding", { run: inspecting(encodingOf) }),
  define("object|freq", { run: ofPolicies(["s3fifo"], errors.noFrequency, ({ uses }) => uses) }),
  define("object|idletime", {
    run: ofPolicies(["lru", "noeviction"], errors.noIdleTime, ({ idleMs }) => Math.floor(idleMs / 1000)),
  }),
  define("object|refcount", { run: inspecting(() => 1) }),
];
