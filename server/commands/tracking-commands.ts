/**
 * CLIENT TRACKING, CACHING, TRACKINGINFO and GETREDIR: client-side caching.
 *
 * Invariant: a command changes everything that its words ask for, or nothing; checks come in Redis' order. The main
 * thread notes which keys a client reads, so it decides about tracking. The connection's thread only stops answering
 * hits in place, without waiting for that decision.
 */
import { errors } from "../../proto/error-texts.ts";
import type { Answer } from "../../proto/reply.ts";
import { ErrorReply, isStatus, OK, type Reply } from "../../proto/reply.ts";
import type { Connection } from "../clients/connection.ts";
import { overlapOf } from "../tracking/bcast-prefixes.ts";
import type { TrackingClient, TrackingMode } from "../tracking/tracking-client.ts";
import type { Command, CommandContext, LocalContext } from "./command.ts";
import { define } from "./define.ts";
import { integerOf, wordOf } from "./words.ts";

/** So that a client's prefixes do not fill the heap. */
const MAX_PREFIXES = 1000;

type Asked = { -readonly [Field in keyof TrackingMode]: TrackingMode[Field] };

function readOptions(args: readonly Buffer[]): Asked | ErrorReply {
  const prefixes: string[] = [];
  const asked: Asked = { bcast: false, optin: false, optout: false, noloop: false, redirect: 0, prefixes };
  for (let i = 3; i < args.length; i++) {
    const word = wordOf(args[i]!);
    if (word === "bcast" || word === "optin" || word === "optout" || word === "noloop") asked[word] = true;
    else if (word === "prefix" && i + 1 < args.length) prefixes.push(args[++i]!.toString("latin1"));
    else if (word === "redirect" && i + 1 < args.length) asked.redirect = Number(args[++i]);
    else return new ErrorReply(errors.syntax);
  }
  return asked;
}

/** The client behind REDIRECT. As in Redis, it is looked for before the words behind it are read. */
async function redirectRefusal(
  args: readonly Buffer[],
  { node }: CommandContext,
): Promise<ErrorReply | undefined> {
  const at = args.findIndex((word, i) => i > 2 && wordOf(word) === "redirect");
  const before = readOptions(args.slice(0, at));
  if (before instanceof ErrorReply) return before;
  const id = integerOf(args[at + 1]!);
  if (id === undefined) return new ErrorReply(errors.notAnInteger);
  if (!(await node.sessions.hasClient(id))) return new ErrorReply(errors.redirectToNobody);
  const behind = args.slice(at + 2);
  const again = behind.findIndex((word) => wordOf(word) === "redirect");
  const between = readOptions([...args.slice(0, 3), ...behind.slice(0, again < 0 ? undefined : again)]);
  if (between instanceof ErrorReply) return between;
  return again >= 0 && again + 1 < behind.length ? new ErrorReply(errors.redirectTwice) : undefined;
}

function tracking(args: readonly Buffer[], context: CommandContext): Answer {
  const at = args.findIndex((word, i) => i > 2 && wordOf(word) === "redirect");
  if (at < 0 || at + 1 >= args.length) return turn(args, context);
  const words = args.map((word) => Buffer.from(word));
  return redirectRefusal(words, context).then((refused) => refused ?? turn(words, context));
}

/** Why tracking cannot be turned on as asked, given what the client has turned on before. */
function refusal(asked: TrackingMode, before: TrackingClient | undefined): string | undefined {
  const { bcast, optin, optout, prefixes } = asked;
  const held = before?.mode;
  if (!bcast && prefixes.length > 0) return errors.prefixWithoutBcast;
  if (held !== undefined && held.bcast !== bcast) return errors.switchBcast;
  if (bcast && (optin || optout)) return errors.optinWithBcast;
  if (optin && optout) return errors.optinAndOptout;
  if ((optin && held?.optout) || (optout && held?.optin)) return errors.switchOptin;
  if (prefixes.length + (held?.prefixes.length ?? 0) > MAX_PREFIXES)
    return errors.tooManyPrefixes(MAX_PREFIXES);
  const overlap = overlapOf(prefixes, held?.prefixes ?? []);
  return overlap && errors.prefixOverlap(overlap);
}

function turn(args: readonly Buffer[], { node, client }: CommandContext): Reply {
  const asked = readOptions(args);
  if (asked instanceof ErrorReply) return asked;
  const word = wordOf(args[2]!);
  if (word === "off") {
    node.cache.tracking.disable(client.id);
    return OK;
  }
  if (word !== "on") return new ErrorReply(errors.syntax);
  const before = node.cache.tracking.client(client.id);
  const refused = refusal(asked, before);
  if (refused !== undefined) return new ErrorReply(refused);
  // BCAST without a prefix means the empty prefix, with which every key begins.
  if (asked.bcast && asked.prefixes.length === 0 && !before?.mode.prefixes.includes(""))
    asked.prefixes = [""];
  node.cache.tracking.enable(client, asked);
  return OK;
}

function caching(args: readonly Buffer[], { node, client }: CommandContext): Reply {
  const tracked = node.cache.tracking.client(client.id);
  if (tracked === undefined) return new ErrorReply(errors.cachingWithoutTracking);
  const word = wordOf(args[2]!);
  if (word !== "yes" && word !== "no") return new ErrorReply(errors.syntax);
  if (word === "yes" && !tracked.mode.optin) return new ErrorReply(errors.cachingYes);
  if (word === "no" && !tracked.mode.optout) return new ErrorReply(errors.cachingNo);
  tracked.caching = true;
  return OK;
}

function trackingInfo(_args: readonly Buffer[], { node, client }: CommandContext): Reply {
  const tracked = node.cache.tracking.client(client.id);
  const flags = tracked === undefined ? ["off"] : flagsOf(tracked);
  const prefixes = [...(tracked?.mode.prefixes ?? [])].sort();
  return new Map<string, Reply>([
    ["flags", new Set(flags)],
    ["redirect", tracked?.mode.redirect ?? -1],
    ["prefixes", prefixes.map((prefix) => Buffer.from(prefix, "latin1"))],
  ]);
}

function flagsOf({ mode, caching: isCaching, isBroken }: TrackingClient): string[] {
  const { bcast, optin, optout, noloop } = mode;
  const flags = ["on"];
  if (bcast) flags.push("bcast");
  if (optin) flags.push("optin", ...(isCaching ? ["caching-yes"] : []));
  if (optout) flags.push("optout", ...(isCaching ? ["caching-no"] : []));
  if (noloop) flags.push("noloop");
  if (isBroken) flags.push("broken_redirect");
  return flags;
}

/** Only the main thread notes reads, so from now on the connection must not answer hits in place. */
function askForTracking(args: readonly Buffer[], context: LocalContext): Answer {
  const { connection } = context;
  const isOn = wordOf(args[2]!) === "on";
  const isBcast = args.slice(3).some((word) => wordOf(word) === "bcast");
  const at = args.findIndex((word, i) => i > 2 && wordOf(word) === "redirect");
  const redirect = at < 0 ? 0 : Number(args[at + 1]);
  if (isOn) connection.session.special.set("tracking", true);
  const done = (reply: Reply | undefined): Reply | undefined => {
    if (!isStatus(reply)) return reply;
    if (isOn) {
      // Once more: the answer to an OFF in front of this may have come in between.
      connection.session.special.set("tracking", true);
      connection.session.tracking = isBcast ? "prefixes" : "keys";
      connection.session.redirect = redirect;
      connection.session.isRedirectBroken = false;
    } else forgetTracking(connection);
    return reply;
  };
  const answer = context.runOnNode(trackingCommand, args);
  if (!(answer instanceof Promise)) return done(answer);
  // The other client may be on another thread, which is asked first; what comes behind waits for that.
  const later = answer.then(done);
  if (at >= 0 && context.inExec === undefined) connection.waitFor(later);
  return later;
}

/** Ends tracking on the connection's thread. The main thread ends its own part. */
export function forgetTracking(connection: Connection): void {
  connection.session.redirect = 0;
  connection.session.isRedirectBroken = false;
  connection.session.tracking = undefined;
  connection.session.caching = false;
  connection.session.special.set("tracking", false);
}

function askForCaching(args: readonly Buffer[], context: LocalContext): Answer {
  context.connection.session.caching = true;
  return context.runOnNode(cachingCommand, args);
}

/** Tells the node that CLIENT CACHING is used up. Only the connection's thread knows when that is. */
export function endCaching(context: LocalContext): void {
  const { session } = context.connection;
  if (!session.caching) return;
  session.caching = false;
  void context.runOnNode(cachingUsedCommand, [Buffer.from(cachingUsedCommand.name)]);
}

function getRedir(_args: readonly Buffer[], { node, client }: CommandContext): Reply {
  return node.cache.tracking.client(client.id)?.mode.redirect ?? -1;
}

const trackingCommand = define("client|tracking", { local: askForTracking, run: tracking });
const cachingCommand = define("client|caching", { local: askForCaching, run: caching });

/** A connection's thread says this to the node; no client can. It is in no facts, because COMMAND must not show it. */
export const cachingUsedCommand: Command = {
  name: "caching-used",
  arity: 1,
  flags: [],
  summary: "Tells the node that CLIENT CACHING is used up.",
  since: "6.0.0",
  group: "connection",
  run: (_args, { node, client }) => {
    const tracked = node.cache.tracking.client(client.id);
    if (tracked !== undefined) tracked.caching = false;
    return OK;
  },
};

/** The commands of this file. */
export const trackingCommands = [
  trackingCommand,
  cachingCommand,
  define("client|trackinginfo", { run: trackingInfo }),
  define("client|getredir", { run: getRedir }),
];
