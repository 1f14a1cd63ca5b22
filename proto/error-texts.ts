/**
 * The error texts of the protocol and of commands. The texts of failed loads are in server/loaders/load-error-texts.ts.
 *
 * Client libraries recognise errors by the first word, and some by more of the text. So where Redis has a text, the text
 * here is the same, byte for byte. A limit that only carrotCache has is named in its text. A client's data goes into a
 * text through `lineText`, which cuts it; reply.ts turns line breaks into spaces. Knows no command and no connection.
 */
import { lineText, MAX_SHOWN_BYTES } from "./line-text.ts";

/** Errors of the protocol, without the leading `ERR `. The connection closes after them. */
export const protocolErrors = {
  invalidMultibulkLength: "Protocol error: invalid multibulk length",
  invalidBulkLength: "Protocol error: invalid bulk length",
  unauthenticatedMultibulkLength: "Protocol error: unauthenticated multibulk length",
  unauthenticatedBulkLength: "Protocol error: unauthenticated bulk length",
  tooBigInline: "Protocol error: too big inline request",
  tooBigMbulkCount: "Protocol error: too big mbulk count string",
  tooBigBulkCount: "Protocol error: too big bulk count string",
  unbalancedQuotes: "Protocol error: unbalanced quotes in request",
  /** Redis takes any two bytes for a line end. The text is Valkey's. */
  invalidCrlf: "Protocol error: invalid CRLF in request",
  /** Redis closes without a word at its client-query-buffer-limit. */
  commandTooLong: (maxBytes: number) => `Protocol error: command is too long (max ${maxBytes} bytes)`,
  unexpectedType: (byte: number) => `Protocol error: expected '$', got '${shownByte(byte)}'`,
} as const;

function shownByte(byte: number): string {
  if (byte === 0x0d || byte === 0x0a) return " ";
  if (byte >= 0x20 && byte < 0x7f) return String.fromCharCode(byte);
  return `\\x${byte.toString(16).padStart(2, "0")}`;
}

/** Why a value cannot be changed as a command asks, without the leading `ERR `. The owner of the key says so. */
export const editErrors = {
  notAnInteger: "value is not an integer or out of range",
  notAFloat: "value is not a valid float",
  overflow: "increment or decrement would overflow",
  notFinite: "increment would produce NaN or Infinity",
  /** Above 512 MB, Redis' own limit. */
  stringTooLong: "string exceeds maximum allowed size (proto-max-bulk-len)",
  /** Above max-value-size. */
  valueTooLong: (maxBytes: number) => `value is too long (max ${maxBytes} bytes)`,
  deletedAgain: "the key was deleted again and again while it was loaded",
  notKept: "the loaded value may not be kept, so it cannot be changed",
  digestLength: "must be exactly 16 hexadecimal characters",
  noGroup: "no group takes the key",
  /** A client of Redis would see a closed connection here. */
  inDoubt: "no answer from the member that owns the key: the change may or may not have been made",
} as const;

/** Errors of commands, with their code. The connection stays open unless the command closes it. */
export const errors = {
  syntax: "ERR syntax error",
  notAnInteger: `ERR ${editErrors.notAnInteger}`,
  notAFloat: `ERR ${editErrors.notAFloat}`,
  decrementOverflow: "ERR decrement would overflow",
  offsetOutOfRange: "ERR offset is out of range",
  bitOffset: "ERR bit offset is not an integer or out of range",
  bit: "ERR bit is not an integer or out of range",
  /** For DELEX. */
  comparison: "ERR Invalid condition. Use IFEQ, IFNE, IFDEQ, or IFDNE",
  bitArgument: "ERR The bit argument must be 1 or 0.",
  dbIndex: "ERR DB index is out of range",
  copyElsewhere: "ERR Copying to another database is not allowed in cluster mode",
  notInCluster: (command: string) => `ERR ${command} is not allowed in cluster mode`,
  noAuth: "NOAUTH Authentication required.",
  helloNoAuth:
    "NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO AUTH <user> <pass> option can be used to authenticate the client and select the RESP protocol version at the same time",
  wrongPass: "WRONGPASS invalid username-password pair or user is disabled.",
  /** ioredis knows this text, and then only warns. */
  authWithoutPassword:
    "ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?",
  noProto: "NOPROTO unsupported protocol version",
  helloVersion: "ERR Protocol version is not an integer or out of range",
  clientName: "ERR Client names cannot contain spaces, newlines or special characters.",
  /** Redis' text, with this program's names. */
  protectedMode:
    "DENIED carrotCache is running in protected mode because protected mode is enabled and no password is set. In this mode connections are only accepted from the loopback interface. If you want to connect from external computers to carrotCache you may adopt one of the following solutions: 1) Set a password with the directive 'requirepass'. 2) Send the command 'CONFIG SET protected-mode no' from the loopback interface, however MAKE SURE carrotCache is not publicly accessible from internet if you do so. 3) Restart it with the directive 'protected-mode no', with the same care. NOTE: You only need to do one of the above things in order for the server to start accepting connections from the outside.",
  maxClients: "ERR max number of clients reached",
  outOfMemory: "OOM command not allowed when used memory > 'maxmemory'.",
  shuttingDown: "ERR server is shutting down",

  /** `name` is in lower case, with the subcommand: `get`, `client|setname`. */
  wrongArity: (name: string) => `ERR wrong number of arguments for '${name}' command`,
  /** Name and arguments are cut at 128 bytes each, as in Redis. */
  unknownCommand: (args: readonly Uint8Array[]) =>
    `ERR unknown command '${lineText(args[0]!)}', with args beginning with: ${shownArgs(args)}`,
  /** `command` is in capitals. */
  unknownSubcommand: (command: string, word: Uint8Array) =>
    `ERR unknown subcommand '${lineText(word)}'. Try ${command} HELP.`,
  /** `name` is the full one: `config|set`. */
  noPermission: (name: string) => `NOPERM this user has no permissions to run the '${name}' command`,
  ringFromElsewhere: "NOPERM without an admin-password the ring is changed from the loopback interface only",
  /** `command` is in capitals. */
  unknownForm: (word: Uint8Array, command: string) =>
    `ERR unknown subcommand or wrong number of arguments for '${lineText(word)}'. Try ${command} HELP.`,
  onlyWhenSubscribed: (name: string) =>
    `ERR Can't execute '${name}': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context`,
  noSuchKey: "ERR no such key",
  sameKey: "ERR source and destination objects are the same",
  lcsLenAndIdx: "ERR If you want both the length and indexes, please just use IDX.",
  lcsTooLarge: "ERR Insufficient memory, transient memory for LCS exceeds proto-max-bulk-len",
  noScript: "NOSCRIPT No matching script. Please use EVAL.",
  tooManyScriptKeys: "ERR Number of keys can't be greater than number of args",
  negativeScriptKeys: "ERR Number of keys can't be negative",
  scriptFlush: "ERR SCRIPT FLUSH only support SYNC|ASYNC option",
  scriptDebug: "ERR Use SCRIPT DEBUG YES/SYNC/NO",
  noScriptDebugger: "ERR there is no debugger for scripts",
  notBusy: "NOTBUSY No scripts in execution right now.",
  /** For redis.call and redis.pcall of a script. */
  scriptUnknown: "ERR Unknown Redis command called from script",
  scriptArity: "ERR Wrong number of args calling Redis command from script",
  scriptNotAllowed: "ERR This Redis command is not allowed from script",
  scriptReadOnly: "ERR Write commands are not allowed from read-only scripts.",
  scriptUndeclared: (key: Uint8Array) =>
    `ERR Script attempted to access a key that it has not declared: '${lineText(key)}'`,
  crossSlot: "CROSSSLOT Keys in request don't hash to the same slot",
  /** For a command that must not run twice, when the answer of the member that was to run it is lost. */
  mayHaveRun: "ERR no answer from the member that owns the keys: the command may or may not have run",
  clusterDisabled: "ERR This instance has cluster support disabled",
  slowlogCount: "ERR count should be greater than or equal to -1",
  noSamples: (event: Uint8Array) => `ERR No samples available for event '${lineText(event)}'`,
  genPassBits:
    "ERR ACL GENPASS argument must be the number of bits for the output password, a positive number up to 4096",
  dryRunUser: (name: Uint8Array) => `ERR User '${lineText(name)}' not found`,
  dryRunCommand: (name: Uint8Array) => `ERR Command '${lineText(name)}' not found`,
  aclCategory: (name: Uint8Array) => `ERR Unknown category '${lineText(name)}'`,
  keysWhileMonitoring: "ERR Replica can't interact with the keyspace",
  monitorInsideExec: "ERR MONITOR isn't allowed for DENY BLOCKING client",
  noSuchClient: "ERR No such client",
  noSuchUser: (name: Uint8Array) => `ERR No such user '${lineText(name)}'`,
  clientIdTooSmall: "ERR client-id should be greater than 0",
  maxAgeNotAnInteger: "ERR maxage is not an integer or out of range",
  maxAgeTooSmall: "ERR maxage should be greater than 0",
  pauseMode: "ERR CLIENT PAUSE mode must be WRITE or ALL",
  timeoutNotAnInteger: "ERR timeout is not an integer or out of range",
  timeoutNegative: "ERR timeout is negative",
  debugNotAllowed:
    'ERR DEBUG command not allowed. If the enable-debug-command option is set to "local", you can run it from a local connection, otherwise you need to set this option in the configuration file, and then restart the server.',
  debugType:
    "ERR Wrong protocol type name. Please use one of the following: string|integer|double|bignum|null|array|set|map|attrib|push|verbatim|true|false",
  notInRESP2: "ERR RESP2 is not supported by this command",
  functionArgument: (word: Uint8Array) => `ERR Unknown argument ${lineText(word)}`,
  functionLibrary: "ERR library name argument was not given",
  /** `expected` is `must be positive` or `value must between 0 and 1`, as Redis says it. */
  outOfRange: (expected: string) => `ERR value is out of range, ${expected}`,
  waitWithoutAof: "ERR WAITAOF cannot be used when numlocal is set but appendonly is disabled.",
  timeoutOutOfRange: "ERR timeout is out of range",
  unblockReason: "ERR CLIENT UNBLOCK reason should be TIMEOUT or ERROR",
  invalidExpireTime: (name: string) => `ERR invalid expire time in '${name}' command`,
  helloOption: (word: Uint8Array) => `ERR Syntax error in HELLO option '${lineText(word)}'`,
  /** For CLIENT SETINFO, whose options are lib-name and lib-ver. */
  clientInfoOption: (word: Uint8Array) => `ERR Unrecognized option '${lineText(word)}'`,
  clientInfoValue: (word: Uint8Array) =>
    `ERR ${lineText(word)} cannot contain spaces, newlines or special characters.`,
  nestedMulti: "ERR MULTI calls can not be nested",
  execWithoutMulti: "ERR EXEC without MULTI",
  discardWithoutMulti: "ERR DISCARD without MULTI",
  watchInsideMulti: "ERR WATCH inside MULTI is not allowed",
  execAbort: "EXECABORT Transaction discarded because of previous errors.",
  execRefused: (why: string) => `EXECABORT Transaction discarded because of: ${why.replace(/^ERR /, "")}`,
  notInTransaction: "ERR Command not allowed inside a transaction",
  /** For the queued commands, watched keys and subscriptions that the server keeps for a client. */
  keepsTooMuch: (maxBytes: number) => `ERR too much to keep for this client (max ${maxBytes} bytes)`,
  clientId: "ERR Invalid client ID",
  clientType: (word: Uint8Array) => `ERR Unknown client type '${lineText(word)}'`,
  prefixWithoutBcast: "ERR PREFIX option requires BCAST mode to be enabled",
  switchBcast:
    "ERR You can't switch BCAST mode on/off before disabling tracking for this client, and then re-enabling it with a different mode.",
  optinWithBcast: "ERR OPTIN and OPTOUT are not compatible with BCAST",
  optinAndOptout: "ERR You can't specify both OPTIN mode and OPTOUT mode",
  switchOptin:
    "ERR You can't switch OPTIN/OPTOUT mode before disabling tracking for this client, and then re-enabling it with a different mode.",
  cachingWithoutTracking:
    "ERR CLIENT CACHING can be called only when the client is in tracking mode with OPTIN or OPTOUT mode enabled",
  cachingYes: "ERR CLIENT CACHING YES is only valid when tracking is enabled in OPTIN mode.",
  cachingNo: "ERR CLIENT CACHING NO is only valid when tracking is enabled in OPTOUT mode.",
  /** If the first prefix is not one of the two, Redis differs: it sends +OK after the error and accepts all prefixes. */
  prefixOverlap: ({ prefix, other, isHeld }: PrefixOverlap) =>
    `ERR Prefix '${lineText(latin1(prefix))}' overlaps with ${isHeld ? "an existing" : "another provided"} prefix '${lineText(latin1(other))}'. Prefixes for a single client must not overlap.`,
  tooManyPrefixes: (most: number) => `ERR too many prefixes (max ${most})`,
  redirectTwice: "ERR A client can only redirect to a single other client",
  redirectToNobody: "ERR The client ID you want redirect to does not exist",
  noShutdown: "ERR No shutdown in progress.",
  getKeysOfUnknown: "ERR Invalid command specified",
  getKeysOfKeyless: "ERR The command has no key arguments",
  getKeysArity: "ERR Invalid number of arguments specified for command",
  configUnknown: (name: Uint8Array) =>
    `ERR Unknown option or number of arguments for CONFIG SET - '${lineText(name)}'`,
  /** `reason` is one of `configReasons`, or a text about the value, such as "argument must be a memory value". */
  configRefused: (name: string, reason: string) =>
    `ERR CONFIG SET failed (possibly related to argument '${name}') - ${reason}`,
  configWithoutFile: "ERR The server is running without a config file",
  configNotWritten: (reason: string) => `ERR Rewriting config file: ${reason}`,
  /** For EXPIRE and its kin. Redis trims line ends at the end of an error; only this error ends with a client's data. */
  expireOption: (word: Uint8Array) => `ERR Unsupported option ${lineText(word).replace(/[\r\n]+$/, "")}`,
  expireNxAndOthers: "ERR NX and XX, GT or LT options at the same time are not compatible",
  expireGtAndLt: "ERR GT and LT options at the same time are not compatible",
  invalidCursor: "ERR invalid cursor",
  /** For OBJECT FREQ where the policy is not s3fifo. */
  noFrequency:
    "ERR An LFU maxmemory policy is not selected, access frequency not tracked. Please note that when switching between policies at runtime LRU and LFU data will take some time to adjust.",
  /** For OBJECT IDLETIME where the policy is s3fifo. */
  noIdleTime:
    "ERR An LFU maxmemory policy is selected, idle time not tracked. Please note that when switching between policies at runtime LRU and LFU data will take some time to adjust.",
  valueTooLong: (maxBytes: number) => `ERR ${editErrors.valueTooLong(maxBytes)}`,
  noGroup: (key: Uint8Array) => `ERR no group takes the key '${lineText(key)}'`,
  patternTooLong: (maxBytes: number) => `ERR pattern is too long (max ${maxBytes} bytes)`,
  tooManyKeys: (maxBytes: number) => `ERR too many keys for one reply (max ${maxBytes} bytes): use SCAN`,
  keyTooLong: (maxBytes: number) => `ERR key is too long (max ${maxBytes} bytes)`,
  /** For a bug here, never for something that a client has done; the log has the details. */
  internal: "ERR internal error",
  noSuchGroup: (name: Uint8Array) => `ERR no such group '${lineText(name)}'`,
  alone: "ERR this node is alone: it was started without peers",
  member: (word: Uint8Array, wrong: string) => `ERR member '${lineText(word)}': ${wrong}`,
  withoutSelf: (id: string) => `ERR this node, ${id}, cannot leave the ring by itself: ask another member`,
  tooManyMembers: (most: number) => `ERR too many members (max ${most})`,
  ringNotTaken: (ids: readonly string[]) =>
    `ERR the ring has changed, but not on ${ids.join(", ")}: unreachable`,
} as const;

interface PrefixOverlap {
  /** Latin-1 text: a character a byte. */
  readonly prefix: string;
  readonly other: string;
  /** The other prefix is already in force. */
  readonly isHeld: boolean;
}

function latin1(text: string): Buffer {
  return Buffer.from(text, "latin1");
}

/** Redis' reasons for refusing a CONFIG SET. */
export const configReasons = {
  immutable: "can't set immutable config",
  duplicate: "duplicate parameter",
  notAnInteger: "argument couldn't be parsed into an integer",
  notBetween: (min: bigint, max: bigint) => `argument must be between ${min} and ${max} inclusive`,
  outputLimitCount: "Wrong number of arguments in buffer limit configuration.",
  outputLimitClass: "Invalid client class specified in buffer limit configuration.",
  outputLimitValue: "Error in hard, soft or soft_seconds setting in buffer limit configuration.",
  outputLimitsDiffer: "normal and pubsub clients have one limit here: give both the same values",
  outputLimitEndless: "0 would be no limit, and there always is one here: give a number of bytes",
  policy: "carrotCache has allkeys-lfu (its s3fifo), allkeys-lru and noeviction",
  notOneOf: (names: readonly string[]) => `argument(s) must be one of the following: ${names.join(", ")}`,
} as const;

/** The arguments, each in quotes and with a space behind it, up to 128 bytes; quotes and spaces count. */
function shownArgs(args: readonly Uint8Array[]): string {
  let shown = "";
  let bytes = 0;
  for (let i = 1; i < args.length && bytes < MAX_SHOWN_BYTES; i++) {
    const word = lineText(args[i]!, MAX_SHOWN_BYTES - bytes);
    shown += `'${word}' `;
    bytes += shownLength(args[i]!, MAX_SHOWN_BYTES - bytes) + 3;
  }
  return shown;
}

function shownLength(bytes: Uint8Array, maxBytes: number): number {
  const nul = bytes.subarray(0, maxBytes).indexOf(0);
  return nul < 0 ? Math.min(bytes.length, maxBytes) : nul;
}
