/**
 * The code that the fuzzer feeds: the reader of commands, a connection, both ends of a link between members, and their
 * handshakes.
 */
import { AcceptorHandshake, DialerHandshake } from "../../cluster/handshake.ts";
import { PeerUnreachable } from "../../cluster/peer-unreachable.ts";
import { Requests } from "../../cluster/requests.ts";
import { RingAgreement } from "../../cluster/ring-agreement.ts";
import { ServedLink } from "../../cluster/served-link.ts";
import { encodeFrame, FrameReader } from "../../proto/frame.ts";
import { carrot } from "../../proto/generated/carrot.js";
import { answerTo } from "../cluster/members.ts";
import { hearingFor, PlainStore } from "../cluster/plain-store.ts";
import { protocolCases } from "../proto/protocol-cases.ts";
import { bytes, command, read } from "../proto/read-commands.ts";
import { setUp } from "../server/clients/connection-rig.ts";
import { VirtualTime } from "../sim/virtual-time.ts";
import type { Target } from "./fuzzer.ts";

/** So low that short inputs reach the limits. */
const LIMITS = { maxArgs: 1024, maxBulkBytes: 512, maxCommandBytes: 1024, maxInlineBytes: 256 };
const MAX_FRAME_BYTES = 600;

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

const COMMAND_SEEDS = [
  ...protocolCases.map(({ request }) => request).filter(({ length }) => length < 500),
  command("GET", "key") + command("MGET", "a", "b\r\n", "") + command("ECHO", "\0\xff"),
  `PING\r\necho "a\\x41" 'b'\r\n${command("QUIT")}PING\r\n`,
  command("AUTH", "x") + command("RESP3") + command("LATER", "1") + command("GET", "key"),
].map(bytes);
const COMMAND_TOKENS = [
  ...[
    "*",
    "$",
    "\r\n",
    "\r",
    "\n",
    "\0",
    " ",
    '"',
    "'",
    "\\x",
    "-1",
    "0",
    "1",
    "*1\r\n",
    "*2\r\n",
    "$3\r\nGET\r\n",
  ],
  ...[
    "$-1\r\n",
    "$0\r\n\r\n",
    "POST",
    "Host:",
    "QUIT\r\n",
    "BROKEN\r\n",
    "SILENT\r\n",
    "AUTH a\r\n",
    "LATER\r\n",
  ],
].map(bytes);

export const commandReader: Target = {
  name: "command-reader",
  seeds: COMMAND_SEEDS,
  tokens: COMMAND_TOKENS,
  run: (chunks) =>
    [false, true]
      .map((unauthenticated) => {
        const { commands, end } = read(chunks, { ...LIMITS, unauthenticated });
        return JSON.stringify([commands, end]);
      })
      .join("\n"),
};

export const connection: Target = {
  name: "connection",
  seeds: COMMAND_SEEDS,
  tokens: COMMAND_TOKENS,
  async run(chunks) {
    const { socket, executed, happened, later, store } = setUp({
      maxCommandBytes: 1024,
      maxPendingCommands: 8,
    });
    store("key", "value");
    // A long pipeline takes several turns, so that other clients have theirs.
    const settle = async () => {
      for (let before = -1; before < executed.length; await turn()) {
        before = executed.length;
        await turn();
      }
    };
    for (const chunk of chunks) {
      socket.arrive(Buffer.from(chunk));
      await settle();
    }
    for (let settled = 0; settled < later.length; settled++) {
      later[settled]!.resolve("late");
      await settle();
    }
    socket.finish();
    await settle();
    socket.destroy();
    const [drop] = happened.filter((text) => text.startsWith("dropped"));
    // A dropped connection loses what was not written yet, and how much that is depends on the pieces.
    return JSON.stringify([
      executed,
      drop ?? socket.text,
      happened.filter((text) => text.startsWith("failed")),
    ]);
  },
};

type FrameProperties = carrot.Frame.$Properties;

const frame = (properties: FrameProperties): Buffer => encodeFrame(carrot.Frame, properties);
const key = (text: string) => Buffer.from(text);
const REQUESTS: FrameProperties[] = [
  { get: { firstId: 1, timeoutMs: 100, keys: [key("a"), key("b"), key("")] } },
  { get: { firstId: 2 ** 32 - 1, timeoutMs: 0, keys: [key("a"), key("a")] } },
  { look: { id: 3, key: key("a") } },
  { tell: { after: 0, through: 1, changes: [{ number: 1, counter: 5, keys: [key("a"), key("\r\n")] }] } },
  { tell: { after: 1, through: 3, changes: [{ number: 3, counter: 6, flush: true }] } },
  { count: { id: 6 } },
  { ring: { id: 7, epoch: 9, members: ["a:1", "b:1", "c:1"] } },
  { ping: { id: 8 } },
];
const ANSWERS: FrameProperties[] = [
  { got: { ids: [1, 2], entries: [{ kind: 1, value: key("v"), ttlMs: 5 }, { kind: 2 }] } },
  { got: { ids: [3], entries: [{ kind: 3, error: "no" }] } },
  { got: { ids: [2], entries: [{ kind: 4 }] } },
  { looked: { id: 4, kind: 1, bytes: 3, ttlMs: 2.5, footprintBytes: 70 } },
  { told: { through: 6, counts: [1, 2] } },
  { counted: { id: 7, count: 9 } },
  { ringTaken: { id: 8, taken: true, epoch: 2, members: ["a:1"] } },
  { pong: { id: 9, ring: 7 } },
  { introduction: { id: "a:1", maxFrameBytes: 100, ring: 5 } },
];
/** Tags of fields, lengths, and the smallest and largest numbers. */
const FRAME_TOKENS = [
  ...Array.from({ length: 16 }, (_, i) => Buffer.from([((i + 1) << 3) | 2, 2, 8, i])),
  ...[
    [0x08],
    [0x10],
    [0x18, 0],
    [0x1a, 1, 97],
    [0x0b],
    [0x0c],
    [0x0f],
    [0, 0],
    [0x80, 0x80, 0x80, 0x80, 0x10],
  ],
  ...[
    [0xff, 0xff, 0xff, 0xff, 0x0f],
    [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1],
    [0x21],
    [0x39],
  ],
].map((list) => Buffer.from(list));

/** Reads frames as a link does, until one is refused; returns the reason, or "open". */
function feed(chunks: readonly Buffer[], maxBytes: number, take: (frame: Buffer) => void): string {
  const reader = new FrameReader(maxBytes);
  try {
    for (const chunk of chunks) {
      reader.push(Buffer.from(chunk));
      for (let next = reader.next(); next !== undefined; next = reader.next()) take(next);
    }
    return "open";
  } catch (error) {
    return String(error);
  }
}

const seedsOf = (list: readonly FrameProperties[]) => [...list.map(frame), Buffer.concat(list.map(frame))];

export const servedLink: Target = {
  name: "served-link",
  seeds: seedsOf(REQUESTS),
  tokens: FRAME_TOKENS,
  async run(chunks) {
    const store = new PlainStore();
    store.entries.set("a", key("value"));
    const sent: string[] = [];
    const time = new VirtualTime(1);
    const ring = new RingAgreement({ epoch: () => 4, take: () => true });
    ring.setMembers(["a:1", "b:1"]);
    const link = new ServedLink({
      handlers: store,
      hearing: hearingFor(store),
      author: { id: "b:1", instance: "0b" },
      end: (error) => void sent.push(`ended by ${error.message}`),
      ring,
      world: time,
      maxAnswerBytes: 1 << 20,
      send: (answer) => sent.push(Buffer.from(answer).toString("latin1")),
      sendLent: (parts) => sent.push(Buffer.concat(parts).toString("latin1")),
      outgoingBytes: () => 0,
      counted: () => {},
    });
    const end = feed(chunks, MAX_FRAME_BYTES, (next) => link.take(next));
    await time.advance(0);
    return JSON.stringify([store.calls, sent, end]);
  },
};

export const requests: Target = {
  name: "requests",
  seeds: seedsOf(ANSWERS),
  tokens: FRAME_TOKENS,
  async run(chunks) {
    const ends: string[] = [];
    const time = new VirtualTime(1);
    const asked = new Requests({
      peer: "b:1",
      world: time,
      outgoingBytes: () => 0,
      requestTimeoutMs: () => 10_000,
      send: () => {},
      told: ({ through, counts }) => void ends.push(`told ${through} ${counts}`),
      positions: () => [],
      sendFirst: () => {},
      invalidated: (keys) =>
        void ends.push(`invalidated ${keys?.map((one) => Buffer.from(one).toString("latin1"))}`),
    });
    const note = (name: string, promise: Promise<unknown>) => {
      promise.then(
        (value) => ends.push(`${name} ${JSON.stringify(value)}`),
        (error) =>
          ends.push(`${name} ${error instanceof PeerUnreachable ? error.message : `broken: ${error}`}`),
      );
    };
    for (let id = 1; id <= 3; id++)
      note(
        `get ${id}`,
        answerTo(10_000, (waiter) => asked.get(key(`k${id}`), waiter)),
      );
    for (const answer of ["looked", "counted", "ringTaken", "pong"] as const) {
      note(
        answer,
        asked.request(answer, (id) => ({ count: { id } })),
      );
    }
    const end = feed(chunks, MAX_FRAME_BYTES, (next) => asked.take(next));
    await time.advance(0);
    asked.close("the end");
    await time.advance(0);
    // Three GETs and four other requests.
    if (
      ends.filter((text) => !/^(invalidated|told) /.test(text)).length !== 7 ||
      ends.some((text) => text.includes("broken"))
    )
      throw new Error(ends.join("\n"));
    return JSON.stringify([ends.sort(), end]);
  },
};

const world = new VirtualTime(1);

export const handshakes: Target = {
  name: "handshakes",
  seeds: [
    new DialerHandshake("secret", "b:1", world).hello(),
    encodeFrame(carrot.Greeting, { challenge: { version: 1, nonce: Buffer.alloc(16) } }),
    encodeFrame(carrot.Greeting, { proof: { mac: Buffer.alloc(32) } }),
    encodeFrame(carrot.Greeting, { welcome: { mac: Buffer.alloc(32) } }),
  ],
  tokens: FRAME_TOKENS,
  run(chunks) {
    const sides = [
      new AcceptorHandshake("secret", "b:1", world),
      new DialerHandshake("secret", "b:1", world),
    ];
    return sides
      .map((side) => {
        const steps: boolean[] = [];
        const end = feed(chunks, 64, (next) => steps.push(side.read(next).proved));
        if (steps.includes(true)) throw new Error("let in without the secret");
        return `${steps.length} ${end}`;
      })
      .join("\n");
  },
};

export const TARGETS: readonly Target[] = [commandReader, connection, servedLink, requests, handshakes];
