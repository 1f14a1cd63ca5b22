/** Goal: error texts are those that redis-server wrote, byte for byte. Method: recorded replies as a table. */
import test from "ava";
import { configReasons, errors, protocolErrors } from "../../proto/error-texts.ts";
import { lineBytes } from "../../proto/line-text.ts";

function b(...args: string[]): Buffer[] {
  return args.map((arg) => Buffer.from(arg, "latin1"));
}

/** What Redis wrote, without the type byte and the line end; latin1. */
const recorded: readonly [text: string, reply: string][] = [
  [errors.unknownCommand(b("FOO")), "ERR unknown command 'FOO', with args beginning with: "],
  [
    errors.unknownCommand(b("FOO", "a", "b")),
    "ERR unknown command 'FOO', with args beginning with: 'a' 'b' ",
  ],
  [errors.unknownCommand(b("", "a")), "ERR unknown command '', with args beginning with: 'a' "],
  [
    errors.unknownCommand(b("X".repeat(300), "y".repeat(300))),
    `ERR unknown command '${"X".repeat(128)}', with args beginning with: '${"y".repeat(128)}' `,
  ],
  [
    errors.unknownCommand(b("FOO", "a".repeat(60), "b".repeat(60), "c".repeat(60), "d")),
    `ERR unknown command 'FOO', with args beginning with: '${"a".repeat(60)}' '${"b".repeat(60)}' 'cc' `,
  ],
  [
    errors.unknownCommand(b("FO\r\nO", "a\r\n+OK\r\nb")),
    "ERR unknown command 'FO  O', with args beginning with: 'a  +OK  b' ",
  ],
  [
    errors.unknownCommand(b("FO\xffO", "\xfe\0b", "c")),
    "ERR unknown command 'FO\xffO', with args beginning with: '\xfe' 'c' ",
  ],
  [errors.unknownCommand(b("FOO", "\0")), "ERR unknown command 'FOO', with args beginning with: '' "],
  [errors.unknownSubcommand("CLIENT", b("FOO")[0]!), "ERR unknown subcommand 'FOO'. Try CLIENT HELP."],
  [
    errors.unknownSubcommand("CONFIG", b("X".repeat(200))[0]!),
    `ERR unknown subcommand '${"X".repeat(128)}'. Try CONFIG HELP.`,
  ],
  [errors.wrongArity("get"), "ERR wrong number of arguments for 'get' command"],
  [errors.wrongArity("client|setname"), "ERR wrong number of arguments for 'client|setname' command"],
  [errors.syntax, "ERR syntax error"],
  [errors.notAnInteger, "ERR value is not an integer or out of range"],
  [errors.invalidExpireTime("set"), "ERR invalid expire time in 'set' command"],
  [errors.dbIndex, "ERR DB index is out of range"],
  [errors.noAuth, "NOAUTH Authentication required."],
  [errors.wrongPass, "WRONGPASS invalid username-password pair or user is disabled."],
  [errors.noProto, "NOPROTO unsupported protocol version"],
  [errors.helloVersion, "ERR Protocol version is not an integer or out of range"],
  [errors.helloOption(b("FOO")[0]!), "ERR Syntax error in HELLO option 'FOO'"],
  [errors.clientName, "ERR Client names cannot contain spaces, newlines or special characters."],
  [errors.outOfMemory, "OOM command not allowed when used memory > 'maxmemory'."],
  [errors.configUnknown(b("a\r\n")[0]!), "ERR Unknown option or number of arguments for CONFIG SET - 'a  '"],
  [
    errors.configRefused("unixsocket", configReasons.immutable),
    "ERR CONFIG SET failed (possibly related to argument 'unixsocket') - can't set immutable config",
  ],
  [
    errors.configRefused("maxmemory", configReasons.duplicate),
    "ERR CONFIG SET failed (possibly related to argument 'maxmemory') - duplicate parameter",
  ],
  [
    errors.authWithoutPassword,
    "ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?",
  ],
  [
    errors.helloNoAuth,
    "NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO AUTH <user> <pass> option can be used to authenticate the client and select the RESP protocol version at the same time",
  ],
];

for (const [text, reply] of recorded) {
  test(`says what Redis says: ${reply.slice(0, 60)}${reply.length > 60 ? ` (${reply.length})` : ""}`, (t) => {
    t.is(lineBytes(text).toString("latin1"), reply);
  });
}

test("shows the byte that stands in the place of '$'", (t) => {
  const shown = (byte: number) =>
    protocolErrors.unexpectedType(byte).slice("Protocol error: expected '$', got ".length);
  t.deepEqual([0x66, 0x27, 0x0d, 0x0a, 0, 9, 0x7f, 0xff].map(shown), [
    "'f'",
    "'''",
    "' '",
    "' '",
    "'\\x00'",
    "'\\x09'",
    "'\\x7f'",
    "'\\xff'",
  ]);
});

test("every fixed text is one printable line, and an error of a command begins with its code", (t) => {
  const fixed = (table: object) => Object.values(table).filter((text) => typeof text === "string");
  for (const text of fixed(errors)) t.regex(text, /^[A-Z]+ [ -~]+$/);
  for (const text of fixed(protocolErrors)) t.regex(text, /^Protocol error: [ -~]+$/);
});

test("carrotCache's own texts name the limit that was passed", (t) => {
  t.is(protocolErrors.commandTooLong(5), "Protocol error: command is too long (max 5 bytes)");
  t.is(errors.keyTooLong(8192), "ERR key is too long (max 8192 bytes)");
});

test("CLIENT SETINFO's errors are those of Redis 7.2, which has it", (t) => {
  t.is(errors.clientInfoOption(b("FOO")[0]!), "ERR Unrecognized option 'FOO'");
  t.is(
    errors.clientInfoValue(b("LIB-name")[0]!),
    "ERR LIB-name cannot contain spaces, newlines or special characters.",
  );
});
