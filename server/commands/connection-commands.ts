/**
 * Commands about the connection: HELLO, AUTH, PING, ECHO, SELECT, RESET, QUIT.
 *
 * Invariant: HELLO changes everything that it asks for, or nothing.
 */
import { errors } from "../../proto/error-texts.ts";
import { Encoded, ErrorReply, encodeReply, OK, type Reply, SimpleString } from "../../proto/reply.ts";
import type { User } from "../clients/passwords.ts";
import { REDIS_VERSION } from "../machine/version.ts";
import type { LocalContext } from "./command.ts";
import { define } from "./define.ts";
import { forgetTracking } from "./tracking-commands.ts";
import { integerOf, isClientName, wordOf } from "./words.ts";

/** Answers a wrong password after a pause. The last guess that a connection has also closes it. */
async function wrongPassword(word: Buffer, username: string, context: LocalContext): Promise<Reply> {
  const { connection, sessions } = context;
  sessions.denied({ reason: "auth", object: word.toString("latin1"), username }, context);
  await connection.host.passwords.denyClient(connection);
  return new ErrorReply(errors.wrongPass);
}

function auth(args: readonly Buffer[], context: LocalContext): Reply | Promise<Reply> {
  if (args.length > 3) return new ErrorReply(errors.syntax);
  if (args.length === 2 && context.conf.requirePass === "") return new ErrorReply(errors.authWithoutPassword);
  const name = args.length === 3 ? args[1]!.toString("latin1") : "default";
  const user = context.connection.host.passwords.userOf(name, args.at(-1)!);
  if (user === undefined) return wrongPassword(args[0]!, name, context);
  context.connection.enter(user);
  return OK;
}

/** What a HELLO asks for. A field is missing when the HELLO does not mention it. */
interface Greeting {
  protocol?: 2 | 3;
  /** The user that a password is given for. Without `user` the password is wrong. */
  claimed?: string;
  user?: User | undefined;
  name?: string;
}

function readGreeting(args: readonly Buffer[], context: LocalContext): Greeting | ErrorReply {
  const greeting: Greeting = {};
  if (args.length > 1) {
    const version = integerOf(args[1]!);
    if (version === undefined) return new ErrorReply(errors.helloVersion);
    if (version !== 2 && version !== 3) return new ErrorReply(errors.noProto);
    greeting.protocol = version;
  }
  for (let i = 2; i < args.length; ) {
    const word = wordOf(args[i]!);
    if (word === "auth" && i + 2 < args.length) {
      const { passwords } = context.connection.host;
      greeting.claimed = args[i + 1]!.toString("latin1");
      greeting.user = passwords.userOf(greeting.claimed, args[i + 2]!);
      if (greeting.user === undefined) return greeting;
      i += 3;
    } else if (word === "setname" && i + 1 < args.length) {
      if (!isClientName(args[i + 1]!)) return new ErrorReply(errors.clientName);
      greeting.name = args[i + 1]!.toString("latin1");
      i += 2;
    } else return new ErrorReply(errors.helloOption(args[i]!));
  }
  return greeting;
}

function hello(args: readonly Buffer[], context: LocalContext): Reply | Promise<Reply> {
  const { connection } = context;
  const greeting = readGreeting(args, context);
  if (greeting instanceof ErrorReply) return greeting;
  const { claimed } = greeting;
  if (claimed !== undefined && greeting.user === undefined) return wrongPassword(args[0]!, claimed, context);
  if (!connection.authenticated && greeting.user === undefined) return new ErrorReply(errors.helloNoAuth);
  if (greeting.user !== undefined) connection.enter(greeting.user);
  if (greeting.protocol !== undefined) connection.speak(greeting.protocol);
  if (greeting.name !== undefined) connection.name = greeting.name;
  // Encoded here, in the new dialect: the connection would use the dialect from before HELLO.
  return new Encoded(encodeReply(greetingOf(connection), connection.protocol));
}

function greetingOf(connection: LocalContext["connection"]): Reply {
  return new Map<string, Reply>([
    ["server", "redis"],
    ["version", REDIS_VERSION],
    ["proto", connection.protocol],
    ["id", connection.id],
    ["mode", "standalone"],
    ["role", "master"],
    ["modules", []],
  ]);
}

function select(args: readonly Buffer[], { connection, conf }: LocalContext): Reply {
  const index = integerOf(args[1]!);
  if (index === undefined) return new ErrorReply(errors.notAnInteger);
  if (index < 0 || index >= conf.databases) return new ErrorReply(errors.dbIndex);
  connection.session.database = index;
  return OK;
}

/** Puts the connection into the state of a new one. Only its id stays. */
async function reset(args: readonly Buffer[], context: LocalContext): Promise<Reply> {
  const { connection, conf, sessions } = context;
  const { session } = connection;
  session.endTransaction();
  sessions.pubSub.forget(connection);
  session.watched = { keys: 0, bytes: 0 };
  session.isMonitor = session.noEvict = session.noTouch = false;
  // CLIENT REPLY SKIP before RESET skips the reply to RESET.
  if (session.silence !== "this") session.silence = undefined;
  forgetTracking(connection);
  connection.name = "";
  session.database = 0;
  connection.protocol = 2;
  connection.authenticated = conf.requirePass === "";
  await context.runOnNode(resetCommand, args);
  return new SimpleString("RESET");
}

const resetCommand = define("reset", {
  local: reset,
  run: (_args, { node, client }) => {
    node.sessions.forget(client.id);
    return OK;
  },
});

function ping(args: readonly Buffer[], { connection }: LocalContext): Reply {
  if (args.length > 2) return new ErrorReply(errors.wrongArity("ping"));
  if (connection.session.isSubscribed && connection.protocol === 2) return ["pong", args[1] ?? ""];
  return args[1] ?? new SimpleString("PONG");
}

function quit(_args: readonly Buffer[], { connection }: LocalContext): Reply {
  connection.closeAfterReplies();
  return OK;
}

/** The commands of this file. */
export const connectionCommands = [
  resetCommand,
  define("ping", { local: ping }),
  define("echo", { local: (args) => args[1]! }),
  define("quit", { local: quit }),
  define("select", { local: select }),
  define("auth", { local: auth }),
  define("hello", { local: hello }),
];
