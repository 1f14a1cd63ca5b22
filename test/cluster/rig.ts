/**
 * Members for tests: Peers on loopback with ids that do not depend on the port they got, logs that can be awaited,
 * and handlers over a plain Map.
 */

import { connect, createServer, type Server, type Socket } from "node:net";
import type { ExecutionContext } from "ava";
import type { Outcome } from "../../cluster/outcome.ts";
import { Peers, type PeersOptions } from "../../cluster/peers.ts";
import type { PeerHandlers } from "../../cluster/served-link.ts";
import { FrameReader } from "../../proto/frame.ts";

/** A log whose lines can be waited for. */
export class Lines {
  readonly lines: string[] = [];
  #waiting: (() => void)[] = [];

  info = (text: string) => this.#add(text);
  warn = (text: string) => this.#add(text);

  /** Resolves when `count` lines match. */
  async until(pattern: RegExp, count = 1): Promise<void> {
    while (this.matching(pattern).length < count) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  matching(pattern: RegExp): string[] {
    return this.lines.filter((line) => pattern.test(line));
  }

  #add(text: string): void {
    this.lines.push(text);
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}

/** Handlers over a Map; `calls` is what they were asked, in order. */
export class PlainStore implements PeerHandlers {
  readonly entries = new Map<string, Uint8Array>();
  readonly calls: string[] = [];
  takesRings = true;
  onRing: (epoch: number, members: readonly string[]) => void = () => {};

  get(key: Uint8Array): Outcome | Promise<Outcome> {
    this.calls.push(`get ${Buffer.from(key).toString("latin1")}`);
    const value = this.entries.get(Buffer.from(key).toString("latin1"));
    return value === undefined ? { kind: "absent", ttlMs: 1000 } : { kind: "value", value, ttlMs: undefined };
  }

  look(key: Uint8Array) {
    const value = this.entries.get(Buffer.from(key).toString("latin1"));
    const kind = value === undefined ? ("missing" as const) : ("value" as const);
    return { kind, bytes: value?.length ?? 0, ttlMs: 5_000_000_000_000.5, footprintBytes: 77 };
  }

  remove(keys: readonly Uint8Array[]): number {
    const names = keys.map((key) => Buffer.from(key).toString("latin1"));
    this.calls.push(`remove ${names.join()}`);
    return names.filter((name) => this.entries.delete(name)).length;
  }

  flush(): void {
    this.calls.push("flush");
    this.entries.clear();
  }

  count(): number {
    return this.entries.size;
  }

  ring(epoch: number, members: readonly string[]): boolean {
    this.calls.push(`ring ${epoch} ${members.join()}`);
    if (this.takesRings) this.onRing(epoch, members);
    return this.takesRings;
  }
}

export interface TestMember {
  readonly id: string;
  readonly peers: Peers;
  readonly store: PlainStore;
  readonly log: Lines;
  epoch: number;
}

/** A set of members that find each other by id; everything is closed when the test ends. */
export class Rig {
  readonly ports = new Map<string, number>();
  readonly #t: ExecutionContext;

  constructor(t: ExecutionContext) {
    this.#t = t;
  }

  /** A member that listens, but knows no others yet. */
  async start(
    id: string,
    options: Partial<PeersOptions> = {},
    store = new PlainStore(),
  ): Promise<TestMember> {
    const log = new Lines();
    const peers = new Peers({
      id,
      secret: "s3cret",
      handlers: store,
      maxValueBytes: 8 << 20,
      clock: () => performance.now(),
      random: () => 0,
      log,
      epoch: () => member.epoch,
      connect: (host, port) => this.connect(`${host}:${port}`),
      ...options,
    });
    const member: TestMember = { id, peers, store, log, epoch: 0 };
    store.onRing = (epoch, members) => {
      member.epoch = epoch;
      peers.setMembers(members);
    };
    await peers.listen("127.0.0.1", 0);
    this.ports.set(id, peers.port);
    this.#t.teardown(() => peers.close());
    return member;
  }

  /** Two members that know each other and are linked, both ways. */
  async pair(options: Partial<PeersOptions> = {}): Promise<[TestMember, TestMember]> {
    const a = await this.start("a:1", options);
    const b = await this.start("b:1", options);
    for (const { peers } of [a, b]) peers.setMembers(["a:1", "b:1"]);
    await Promise.all([a.log.until(/b:1: link is up/), b.log.until(/a:1: link is up/)]);
    return [a, b];
  }

  connect(id: string): Socket {
    return connect({ host: "127.0.0.1", port: this.ports.get(id) ?? 1 });
  }

  /** A server in place of the member `id`; `serve` gets its sockets. */
  async stub(id: string, serve: (socket: Socket) => void): Promise<Server> {
    const sockets = new Set<Socket>();
    const server = createServer((socket) => {
      sockets.add(socket);
      socket.on("error", () => {});
      serve(socket);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    this.ports.set(id, (server.address() as { port: number }).port);
    this.#t.teardown(() => {
      for (const socket of sockets) socket.destroy();
      server.close();
    });
    return server;
  }
}

/** The frames that arrive on a socket, in order; undefined once it has ended. */
export async function* framesOf(socket: Socket): AsyncGenerator<Buffer, undefined> {
  const reader = new FrameReader(16 << 20);
  try {
    for await (const chunk of socket) {
      reader.push(chunk as Buffer);
      for (let frame = reader.next(); frame !== undefined; frame = reader.next()) yield frame;
    }
  } catch {
    // A reset is an end, too.
  }
  return undefined;
}

/** Resolves when the socket is closed, by whichever side. */
export function closed(socket: Socket): Promise<void> {
  socket.on("error", () => {});
  socket.resume();
  return socket.closed ? Promise.resolve() : new Promise((resolve) => socket.once("close", () => resolve()));
}
