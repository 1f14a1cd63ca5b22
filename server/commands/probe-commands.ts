/**
 * Commands with which tools probe a server: MODULE, LASTSAVE, FUNCTION. There are no modules, no saves, no functions.
 *
 * They answer as a Redis that has none of these things.
 */
import { errors } from "../../proto/error-texts.ts";
import { ErrorReply, type Reply } from "../../proto/reply.ts";
import { define } from "./define.ts";
import { wordOf } from "./words.ts";

/** Takes WITHCODE and LIBRARYNAME, each once. */
function functionList(args: readonly Buffer[]): Reply {
  const open = new Set(["withcode", "libraryname"]);
  for (let i = 2; i < args.length; i++) {
    const word = wordOf(args[i]!);
    if (!open.delete(word)) return new ErrorReply(errors.functionArgument(args[i]!));
    if (word === "libraryname" && ++i === args.length) return new ErrorReply(errors.functionLibrary);
  }
  return [];
}

function functionStats(): Reply {
  const engine = new Map<string, Reply>([
    ["libraries_count", 0],
    ["functions_count", 0],
  ]);
  return new Map<string, Reply>([
    ["running_script", null],
    ["engines", new Map([["LUA", engine]])],
  ]);
}

/** The commands of this file. */
export const probeCommands = [
  define("module"),
  define("module|list", { local: () => [] }),
  define("lastsave", { run: (_args, { node }) => node.report.startedSeconds }),
  define("function"),
  define("function|list", { local: functionList }),
  define("function|stats", { local: functionStats }),
];
