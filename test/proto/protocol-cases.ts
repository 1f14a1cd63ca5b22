/**
 * What redis-server 7.0 answered to broken and odd requests, recorded byte for byte.
 *
 * Owns the table. The scanner's test compares carrotCache with it, and the comparison with a live redis-server sends it
 * again. Texts are latin1. `reply` is what Redis wrote before it closed or waited: +PONG for a PING, an error for an
 * unknown command. `own` is set where carrotCache decides otherwise: see proto/DESIGN.md.
 */
export interface ProtocolCase {
  readonly name: string;
  readonly request: string;
  readonly reply: string;
  readonly closes: boolean;
  /** What carrotCache's reader returns instead: an error text or "more". */
  readonly own?: string;
}

const PONG = "+PONG\r\n";
const MULTIBULK = "-ERR Protocol error: invalid multibulk length\r\n";
const BULK = "-ERR Protocol error: invalid bulk length\r\n";
const PING = "*1\r\n$4\r\nPING\r\n";
const CRLF_ERROR = "Protocol error: invalid CRLF in request";
const LENGTH_ERROR = "Protocol error: invalid multibulk length";

function open(name: string, request: string, reply: string, own?: string): ProtocolCase {
  return { name, request, reply, closes: false, ...(own === undefined ? {} : { own }) };
}

function closed(name: string, request: string, reply: string, own?: string): ProtocolCase {
  return { name, request, reply, closes: true, ...(own === undefined ? {} : { own }) };
}

function expectedDollar(got: string): string {
  return `-ERR Protocol error: expected '$', got '${got}'\r\n`;
}

export const protocolCases: readonly ProtocolCase[] = [
  open("empty line", "\r\nPING\r\n", PONG),
  open("count 0", "*0\r\nPING\r\n", PONG),
  open("count -1", "*-1\r\nPING\r\n", PONG),
  open("count -10", "*-10\r\nPING\r\n", PONG),
  open("least 64-bit count", "*-9223372036854775808\r\nPING\r\n", PONG),
  closed("less than 64 bits", "*-9223372036854775809\r\nPING\r\n", MULTIBULK),
  closed("count without digits", "*\r\nPING\r\n", MULTIBULK),
  closed("count abc", "*abc\r\n", MULTIBULK),
  open("greatest count", "*1048576\r\n", ""),
  open("count beyond the limit", "*1048577\r\n", "", LENGTH_ERROR),
  closed("count 2^31", "*2147483648\r\n", MULTIBULK),
  closed("count 3000000000", "*3000000000\r\n", MULTIBULK),
  closed("count of 20 digits", "*99999999999999999999\r\n", MULTIBULK),
  closed("blank before the count", "* 1\r\n$4\r\nPING\r\n", MULTIBULK),
  closed("count +1", "*+1\r\n$4\r\nPING\r\n", MULTIBULK),
  closed("count 01", "*01\r\n$4\r\nPING\r\n", MULTIBULK),
  closed("count -0", "*-0\r\n$4\r\nPING\r\n", MULTIBULK),
  closed("word for an argument", "*1\r\nfoo\r\n", expectedDollar("f")),
  closed("word for the last argument", "*3\r\n$3\r\nSET\r\n$1\r\nx\r\nfooz\r\n", expectedDollar("f")),
  closed("integer for an argument", "*1\r\n:3\r\n", expectedDollar(":")),
  closed("array for an argument", `*1\r\n${PING}`, expectedDollar("*")),
  closed("nothing for an argument", "*1\r\n\r\n", expectedDollar(" ")),
  closed("LF for an argument", "*1\r\n\nx\r\n", expectedDollar(" ")),
  closed(
    "0xff for an argument",
    "*1\r\n\xff\r\n",
    expectedDollar("\xff"),
    "Protocol error: expected '$', got '\\xff'",
  ),
  open("NUL for an argument", "*1\r\n\0\r\n", "", "Protocol error: expected '$', got '\\x00'"),
  closed("length -1", "*2\r\n$3\r\nGET\r\n$-1\r\n", BULK),
  closed("length -10", "*3\r\n$3\r\nSET\r\n$1\r\nx\r\n$-10\r\n", BULK),
  closed("length 2000000000", "*3\r\n$3\r\nSET\r\n$1\r\nx\r\n$2000000000\r\n", BULK),
  closed("length beyond the limit", "*2\r\n$3\r\nGET\r\n$536870913\r\n", BULK),
  closed("length 2^32", "*1\r\n$4294967296\r\n", BULK),
  closed("length beyond 64 bits", "*1\r\n$18446744073709551621\r\n", BULK),
  closed("length blabla", "*3\r\n$3\r\nSET\r\n$1\r\nx\r\n$blabla\r\n", BULK),
  closed("length without digits", "*1\r\n$\r\n", BULK),
  closed("length 4.0", "*1\r\n$4.0\r\nPING\r\n", BULK),
  closed("length 0x4", "*1\r\n$0x4\r\nPING\r\n", BULK),
  closed("length 04", "*1\r\n$04\r\nPING\r\n", BULK),
  closed("length 0:", "*1\r\n$0:\r\n", BULK),
  closed("length 04 of a key", "*2\r\n$3\r\nGET\r\n$04\r\nabcd\r\n", BULK),
  open("empty name", "*1\r\n$0\r\n\r\n", "-ERR unknown command '', with args beginning with: \r\n"),
  open("no line end behind an argument", `*1\r\n$4\r\nPINGxx${PING}`, PONG + PONG, CRLF_ERROR),
  open("CR without LF behind a count", "*1\rX$4\r\nPING\r\n", PONG, CRLF_ERROR),
  open("CR without LF behind a length", "*1\r\n$4\rXPING\r\n", PONG, CRLF_ERROR),
  open("LF alone behind a count", "*1\n$4\nPING\n", "", LENGTH_ERROR),
  open("LF alone behind a length", "*1\r\n$4\nPING\n", "", "Protocol error: invalid bulk length"),
  open("inline, LF alone", "PING\n", PONG),
  open("inline, CR before CR LF", "PING\r\r\n", PONG),
  closed(
    "inline, quotes",
    'set """test-key""" v\r\nping\r\n',
    "-ERR Protocol error: unbalanced quotes in request\r\n",
  ),
  open("inline, NUL", "PI\0NG\r\nPING\r\n", ""),
  closed("long inline", "A".repeat(65537), "-ERR Protocol error: too big inline request\r\n"),
  open("inline of the greatest length", "A".repeat(65536), ""),
  closed("NUL and more", `\0${"A".repeat(70000)}`, "-ERR Protocol error: too big inline request\r\n"),
  closed("long count", `*${"1".repeat(65538)}`, "-ERR Protocol error: too big mbulk count string\r\n"),
  closed("long length", `*1\r\n$${"1".repeat(65538)}`, "-ERR Protocol error: too big bulk count string\r\n"),
  closed("HTTP GET", "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: y\r\n\r\n", ""),
  closed("HTTP POST", "POST / HTTP/1.1\r\nHost: x\r\n\r\nPING\r\n", ""),
  closed("Host: after an empty line", "\r\nhost: x\r\nPING\r\n", ""),
  closed("POST as an array", `*1\r\n$4\r\nPoSt\r\n${PING}`, ""),
  closed("POST up to a NUL", `*1\r\n$6\r\npost\0x\r\n${PING}`, ""),
  open("POSTS", "*1\r\n$5\r\nPOSTS\r\n", "-ERR unknown command 'POSTS', with args beginning with: \r\n"),
  open("TLS", `\x16\x03\x01\0\xc8\x01\0\0\xc4\x03\x03${"\xab".repeat(40)}`, ""),
  closed("commands, then an error", `${PING}${PING}*x\r\n${PING}`, PONG + PONG + MULTIBULK),
];

/** The same, before the client has authenticated. */
export const unauthenticatedCases: readonly ProtocolCase[] = [
  closed("11 arguments", "*11\r\n", "-ERR Protocol error: unauthenticated multibulk length\r\n"),
  open("10 arguments", "*10\r\n", ""),
  closed("count beyond any limit", "*2147483648\r\n", MULTIBULK),
  closed(
    "16385 bytes",
    "*2\r\n$3\r\nGET\r\n$16385\r\n",
    "-ERR Protocol error: unauthenticated bulk length\r\n",
  ),
  closed(
    "16385 bytes, whole",
    `*2\r\n$3\r\nGET\r\n$16385\r\n${"k".repeat(16385)}\r\n`,
    "-ERR Protocol error: unauthenticated bulk length\r\n",
  ),
  open("16384 bytes", "*2\r\n$3\r\nGET\r\n$16384\r\n", ""),
  closed("length beyond any limit", "*1\r\n$536870913\r\n", BULK),
  closed("POST", "POST / HTTP/1.1\r\n", ""),
];
