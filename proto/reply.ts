/**
 * Replies: what a command answers, and its bytes in either dialect of RESP.
 *
 * Owns the mapping from plain values to RESP2 and RESP3. Keeps: a line break inside data never ends a status or an error
 * line, so one reply stays one reply. Hits do not come this way: reply-writers.ts writes them in place. Knows no command
 * and no connection.
 */
import { lineBytes } from "./line-text.ts";
import { NULL_RESP2, NULL_RESP3 } from "./reply-writers.ts";

/**
 * A number is an integer of 53 bits, a bigint one of 64. A string (as UTF-8) and a Uint8Array are bulks. In RESP2 a Set
 * is an array, and a Map an array of its keys and values in turn. Each class has its type byte as a field, so the
 * compiler can tell the classes apart.
 */
export type Reply =
  | null
  | number
  | bigint
  | boolean
  | string
  | Uint8Array
  | Reply[]
  | Map<string, Reply>
  | Set<Reply>
  | SimpleString
  | ErrorReply
  | Verbatim
  | Double
  | Push
  | ByDialect
  | NullArray
  | Several
  | Encoded;

/** What a command answers; undefined: no reply at all. */
export type Answer = Reply | undefined | Promise<Reply | undefined>;

/** The dialect of RESP: 2 until the client says HELLO 3. */
export type Protocol = 2 | 3;

/** A status such as +OK. */
export class SimpleString {
  readonly type = "+";
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** An error. `text` begins with its code: `ERR syntax error`. CR and LF in it are written as spaces. */
export class ErrorReply {
  readonly type = "-";
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** A report for people, such as INFO: a verbatim string in RESP3, a bulk in RESP2. */
export class Verbatim {
  readonly type = "=";
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** A number that may have a fraction; a bulk in RESP2. */
export class Double {
  readonly type = ",";
  readonly value: number;
  constructor(value: number) {
    this.value = value;
  }
}

/** A message that answers no command: a push in RESP3, an array in RESP2. */
export class Push {
  readonly type = ">";
  readonly elements: Reply[];
  constructor(elements: Reply[]) {
    this.elements = elements;
  }
}

/** One reply for RESP2 and another one for RESP3; undefined: no reply. */
export class ByDialect {
  readonly type = "2|3";
  readonly resp2: Reply | undefined;
  readonly resp3: Reply | undefined;
  constructor(resp2: Reply | undefined, resp3: Reply | undefined) {
    this.resp2 = resp2;
    this.resp3 = resp3;
  }
}

/** The null that RESP2 has for arrays: an EXEC that did not run answers it. */
export class NullArray {
  readonly type = "*-1";
}

/** Several replies to one command: SUBSCRIBE gives one for each channel. */
export class Several {
  readonly type = "several";
  readonly replies: Reply[];
  constructor(replies: Reply[]) {
    this.replies = replies;
  }
}

/**
 * A reply that another thread has encoded, in the dialect of the client that gets it. `behind`: messages that the command
 * has pushed to its own client. They come behind the reply, never inside an array that takes the reply in.
 */
export class Encoded {
  readonly type = "";
  readonly bytes: Buffer;
  readonly behind: Buffer | undefined;
  constructor(bytes: Buffer, behind?: Buffer) {
    this.bytes = bytes;
    this.behind = behind;
  }
}

/** No code of an error is longer. */
const MAX_CODE_BYTES = 32;

/** The code of an error (`ERR`, `WRONGPASS`), also when another thread has encoded it; undefined for any other reply. */
export function errorCodeOf(reply: Reply | undefined): string | undefined {
  if (reply instanceof ErrorReply) return codeIn(reply.text);
  return startsWith(reply, "-") ? codeIn(reply.bytes.toString("latin1", 1, 1 + MAX_CODE_BYTES)) : undefined;
}

/** As in Redis, a text without a code counts as `ERR`. */
function codeIn(text: string): string {
  const end = text.slice(0, MAX_CODE_BYTES).indexOf(" ");
  return end > 0 ? text.slice(0, end) : "ERR";
}

/** Whether the reply is a status such as +OK, also when another thread has encoded it. */
export function isStatus(reply: Reply | undefined): boolean {
  return reply instanceof SimpleString || startsWith(reply, "+");
}

function startsWith(reply: Reply | undefined, type: string): reply is Encoded {
  return reply instanceof Encoded && reply.bytes[0] === type.charCodeAt(0);
}

export const OK: SimpleString = new SimpleString("OK");

/** The bytes of a reply, in a buffer of their own. Throws a RangeError for a number that is no safe integer. */
export function encodeReply(reply: Reply, protocol: Protocol): Buffer {
  if (reply instanceof Encoded) return reply.bytes;
  const pieces = new Pieces();
  append(pieces, reply, protocol);
  return pieces.join();
}

/** The pieces of a reply and their total length, so that one buffer of the right size takes them all. */
class Pieces {
  readonly #pieces: (string | Uint8Array)[] = [];
  #bytes = 0;

  add(piece: string | Uint8Array): void {
    this.#pieces.push(piece);
    this.#bytes += typeof piece === "string" ? Buffer.byteLength(piece) : piece.length;
  }

  join(): Buffer {
    const target = Buffer.allocUnsafe(this.#bytes);
    let at = 0;
    for (const piece of this.#pieces) {
      if (typeof piece === "string") {
        at += target.write(piece, at);
      } else {
        target.set(piece, at);
        at += piece.length;
      }
    }
    return target;
  }
}

function append(pieces: Pieces, reply: Reply, protocol: Protocol): void {
  if (reply === null) pieces.add(protocol === 3 ? NULL_RESP3 : NULL_RESP2);
  else if (reply instanceof Uint8Array || typeof reply === "string") appendBulk(pieces, reply);
  else if (typeof reply !== "object") pieces.add(scalarLine(reply, protocol));
  else if (reply instanceof SimpleString || reply instanceof ErrorReply) appendLine(pieces, reply);
  else if (reply instanceof Verbatim) appendVerbatim(pieces, reply.text, protocol);
  else if (reply instanceof Encoded) pieces.add(reply.bytes);
  else if (reply instanceof ByDialect) appendByDialect(pieces, reply, protocol);
  else if (reply instanceof NullArray) pieces.add(protocol === 3 ? NULL_RESP3 : "*-1\r\n");
  else if (reply instanceof Several) for (const each of reply.replies) append(pieces, each, protocol);
  else if (reply instanceof Double) appendDouble(pieces, reply.value, protocol);
  else appendAggregate(pieces, reply, protocol);
}

function appendBulk(pieces: Pieces, payload: string | Uint8Array): void {
  pieces.add(`$${typeof payload === "string" ? Buffer.byteLength(payload) : payload.length}\r\n`);
  pieces.add(payload);
  pieces.add("\r\n");
}

function appendLine(pieces: Pieces, line: SimpleString | ErrorReply): void {
  pieces.add(line.type);
  pieces.add(lineBytes(line.text));
  pieces.add("\r\n");
}

function appendVerbatim(pieces: Pieces, text: string, protocol: Protocol): void {
  if (protocol === 2) {
    appendBulk(pieces, text);
  } else {
    pieces.add(`=${Buffer.byteLength(text) + 4}\r\ntxt:${text}\r\n`);
  }
}

function appendDouble(pieces: Pieces, value: number, protocol: Protocol): void {
  const text = Number.isNaN(value) ? "nan" : String(value).replace("Infinity", "inf");
  if (protocol === 2) appendBulk(pieces, text);
  else pieces.add(`,${text}\r\n`);
}

function appendByDialect(pieces: Pieces, { resp2, resp3 }: ByDialect, protocol: Protocol): void {
  const chosen = protocol === 3 ? resp3 : resp2;
  if (chosen !== undefined) append(pieces, chosen, protocol);
}

function scalarLine(reply: number | bigint | boolean, protocol: Protocol): string {
  if (typeof reply === "boolean") {
    if (protocol === 3) return reply ? "#t\r\n" : "#f\r\n";
    return reply ? ":1\r\n" : ":0\r\n";
  }
  const fits = typeof reply === "number" ? Number.isSafeInteger(reply) : reply === BigInt.asIntN(64, reply);
  if (!fits) throw new RangeError(`not an integer reply: ${reply}`);
  return `:${reply}\r\n`;
}

function appendAggregate(
  pieces: Pieces,
  reply: Reply[] | Map<string, Reply> | Set<Reply> | Push,
  protocol: Protocol,
): void {
  if (reply instanceof Map) {
    pieces.add(protocol === 3 ? `%${reply.size}\r\n` : `*${2 * reply.size}\r\n`);
    for (const [key, value] of reply) {
      appendBulk(pieces, key);
      append(pieces, value, protocol);
    }
    return;
  }
  const elements = reply instanceof Push ? reply.elements : [...reply];
  pieces.add(`${aggregateType(reply, protocol)}${elements.length}\r\n`);
  for (const element of elements) append(pieces, element, protocol);
}

function aggregateType(reply: Reply[] | Set<Reply> | Push, protocol: Protocol): "*" | "~" | ">" {
  if (protocol === 2 || Array.isArray(reply)) return "*";
  return reply instanceof Set ? "~" : ">";
}
