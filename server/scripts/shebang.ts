/**
 * The first line of a script, `#!lua flags=no-writes`, by Redis' rules.
 */
import { ErrorReply } from "../../proto/reply.ts";

export interface Shebang {
  /** How many characters of the text are no Lua. */
  readonly length: number;
  /** Undefined: there is no such line, and the script may do anything. */
  readonly flags: ReadonlySet<string> | undefined;
}

const KNOWN = new Set(["no-writes", "allow-oom", "allow-stale", "no-cluster", "allow-cross-slot-keys"]);

export function readShebang(text: string): Shebang | ErrorReply {
  if (!text.startsWith("#!")) return { length: 0, flags: undefined };
  const end = text.indexOf("\n");
  if (end < 0) return new ErrorReply("ERR Invalid script shebang");
  const [engine = "", ...options] = text
    .slice(0, end)
    .split(/ +/)
    .filter((word) => word !== "");
  if (engine !== "#!lua") return new ErrorReply(`ERR Unexpected engine in script shebang: ${engine}`);
  const flags = new Set<string>();
  for (const option of options) {
    if (!option.startsWith("flags=")) return new ErrorReply(`ERR Unknown lua shebang option: ${option}`);
    for (const flag of option
      .slice(6)
      .split(",")
      .filter((word) => word !== "")) {
      if (!KNOWN.has(flag)) return new ErrorReply(`ERR Unexpected flag in script shebang: ${flag}`);
      flags.add(flag);
    }
  }
  return { length: end, flags };
}
