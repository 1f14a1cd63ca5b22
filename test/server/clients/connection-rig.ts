/**
 * A connection of real parts on a socket without a kernel, with commands whose replies the test gives when it likes.
 *
 * ECHO answers its word; LATER is answered when the test ends what `later` holds; PUSH and PUSHLATER push their word to
 * the connection first; QUIT, AUTH and RESP3 do to the
 * connection what their namesakes do; BROKEN cannot be encoded, SILENT has no reply; anything else is OK.
 */

import { GetRun } from "../../../proto/get-run.ts";
import { Push, type Reply, SimpleString } from "../../../proto/reply.ts";
import { Connection } from "../../../server/clients/connection.ts";
import type { ConnectionHost } from "../../../server/clients/connection-host.ts";
import { Passwords } from "../../../server/clients/passwords.ts";
import { LiveReaderLimits } from "../../../server/clients/reader-limits.ts";
import { WriteQueue } from "../../../server/clients/write-queue.ts";
import { zeroClientCounters } from "../../../server/counters/client-counters.ts";
import { Latency } from "../../../server/counters/latency.ts";
import type { Waiter } from "../../../server/groups/flights.ts";
import { Groups } from "../../../server/groups/groups.ts";
import { Ahead } from "../../../server/hits/ahead.ts";
import { Output } from "../../../server/hits/output.ts";
import { RunHashes } from "../../../server/hits/run-hashes.ts";
import { until } from "../../until.ts";
import { FakeTime } from "../fake-time.ts";
import { createGroup, Held, key } from "../fakes.ts";
import { TestSocket } from "./test-socket.ts";

const CONF = {
  ...{
    requirePass: "",
    adminPassword: "",
    loglevel: "notice" as const,
    maxKeyBytes: 100,
    maxOutputBytes: 1 << 26,
    maxPendingCommands: 1024,
  },
  ...{ stallTimeoutMs: 30_000, softOutputBytes: 1 << 24, softOutputMs: 10_000 },
};

/** What differs from a thread that cannot load what it misses, and that writes replies at once. */
export interface Ways {
  /** A GET that missed skips the command table; the test answers it. */
  readonly loads?: boolean;
  /** Replies are written when the test says so. */
  readonly isHeld?: boolean;
}

/** A GET that has missed. */
interface Miss {
  readonly key: Buffer;
  readonly answer: Waiter;
}

/** A connection, and all that can be seen of it. */
export function setUp(
  change: Partial<typeof CONF & { maxCommandBytes: number }> = {},
  { loads = false, isHeld = false }: Ways = {},
) {
  const conf = { ...CONF, maxCommandBytes: 1 << 26, ...change };
  const group = createGroup();
  const time = new FakeTime();
  const limits = new LiveReaderLimits(conf);
  const socket = new TestSocket();
  const later: Held<string, Reply>[] = [];
  const executed: string[] = [];
  const happened: string[] = [];
  const misses: Miss[] = [];
  const due: (() => void)[] = [];
  const execute: ConnectionHost<Connection>["execute"] = (args, connection) => {
    const [name, word = ""] = args.map(String);
    executed.push([name, word].join(" ").trim());
    if (name === "PUSH" || name === "PUSHLATER") connection.push(new Push([word]));
    if (name === "LATER" || name === "PUSHLATER") {
      const held = new Held<string, Reply>(word);
      later.push(held);
      return held.promise;
    }
    if (name === "QUIT") connection.closeAfterReplies();
    if (name === "AUTH") connection.authenticated = true;
    if (name === "RESP3") connection.protocol = 3;
    if (name === "BROKEN") return Number.NaN;
    if (name === "SILENT") return undefined;
    return name === "ECHO" ? Buffer.from(args[1] ?? "") : new SimpleString("OK");
  };
  const counters = zeroClientCounters();
  const output = new Output();
  const groups = new Groups([group]);
  const known = new RunHashes();
  const host: ConnectionHost<Connection> = {
    groups,
    output,
    // At once, so that what a chunk is answered with has been written when it was read.
    writes: new WriteQueue(output, (write) => (isHeld ? due.push(write) : write())),
    known,
    run: new GetRun((found) => known.prepare(found, groups)),
    conf,
    limits: (authenticated) => limits.of(authenticated),
    clock: time.clock,
    world: time,
    passwords: new Passwords({ conf, world: time, counters, warn: (text) => happened.push(text) }),
    waitLatency: new Latency(),
    counters,
    execute,
    isObserved: () => false,
    left: () => {},
    closed: () => happened.push("closed"),
    missed: loads ? (name, answer) => misses.push({ key: name, answer }) : undefined,
    missAnswered: ({ id }, name, ms, isFailure) => happened.push(`missed: ${id} ${name} ${ms} ${isFailure}`),
    sets: undefined,
    changes: undefined,
    ahead: new Ahead(groups),
    plainDone: () => {},
    dropped: (_, why) => happened.push(`dropped: ${why}`),
    failed: (_, error) => happened.push(`failed: ${(error as Error).message}`),
  };
  const connection = new Connection(1, socket.asSocket, host);
  // The chunks of a socket are lent: whoever keeps a view on one is found out.
  socket.on("data", (chunk: Buffer) => chunk.fill(0x2a));
  /** Another client of the same thread. */
  const connect = (id: number) => {
    const other = new TestSocket();
    return { connection: new Connection(id, other.asSocket, host), socket: other };
  };
  const writeHeld = () => {
    for (const each of due.splice(0)) each();
  };
  /** Resolves when the client is gone; its last reply has been written before. */
  const closed = async () => {
    await until("the end of what is written", () => socket.destroyed || socket.writableFinished);
    time.advance(200);
    await until("the client's end", () => happened.includes("closed"));
  };
  const store = (name: string, value: string) => group.store.put(key(name), key(value), undefined);
  const seen = { later, executed, happened, misses, counters, due };
  return { connection, socket, conf, host, group, time, ...seen, store, connect, writeHeld, closed };
}
