/**
 * Members for tests: Peers on loopback with ids that do not depend on the port they got, logs that can be awaited,
 * and handlers over a plain Map.
 */

import { connect, createServer, type Server, type Socket } from "node:net";
import type { ExecutionContext } from "ava";
import type { Edit, Edited } from "../../cluster/edit.ts";
import { AcceptorHandshake, DialerHandshake } from "../../cluster/handshake.ts";
import type { Outcome } from "../../cluster/outcome.ts";
import { Peers, type PeersOptions } from "../../cluster/peers.ts";
import type { GetWaiter } from "../../cluster/requests.ts";
import type { PeerHandlers, ScanPiece } from "../../cluster/served-link.ts";
import type { Tracker } from "../../cluster/tracker.ts";
import { decodeFrame, encodeFrame, FrameReader } from "../../proto/frame.ts";
import { carrot } from "../../proto/generated/carrot.js";
import { realWorld } from "../../server/machine/world.ts";

/** The real one, with dice that are the same in each run. */
export const world = realWorld(
  () => performance.now(),
  () => 0,
);

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

/** Waits for the answer to a GET with a promise; rejects with PeerUnreachable. */
export function answerTo(timeoutMs: number, ask: (waiter: GetWaiter) => void): Promise<Outcome> {
  return new Promise((settle, unreachable) => ask({ timeoutMs, settle, unreachable }));
}

export function askPeer(peers: Peers, id: string, key: Uint8Array, timeoutMs: number): Promise<Outcome> {
  return answerTo(timeoutMs, (waiter) => peers.get(id, key, waiter));
}

/** Handlers over a Map; `calls` is what they were asked, in order. */
export class PlainStore implements PeerHandlers {
  readonly entries = new Map<string, Uint8Array>();
  readonly calls: string[] = [];
  readonly edits: Edit[] = [];
  readonly trackers = new Set<Tracker>();
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

  track(read: readonly Uint8Array[], lookedAt: readonly Uint8Array[], member: Tracker): void {
    const names = [...read, ...lookedAt].map((key) => Buffer.from(key).toString("latin1"));
    this.calls.push(`track ${names.join()}`);
    this.trackers.add(member);
  }

  untrack(member: Tracker): void {
    this.trackers.delete(member);
  }

  remove(keys: readonly Uint8Array[], copiesOnly: boolean): number {
    const names = keys.map((key) => Buffer.from(key).toString("latin1"));
    this.calls.push(`${copiesOnly ? "drop" : "remove"} ${names.join()}`);
    if (copiesOnly) return 0;
    return names.filter((name) => this.entries.delete(name)).length;
  }

  flush(copiesOnly: boolean): void {
    this.calls.push(copiesOnly ? "drop all" : "flush");
    if (!copiesOnly) this.entries.clear();
  }

  /** Sets, removes and looks; conditions and lifetimes are noted only. */
  edit(key: Uint8Array, edit: Edit): Edited {
    const name = Buffer.from(key).toString("latin1");
    this.edits.push({ ...edit, value: edit.value && Buffer.from(edit.value) });
    const before = this.entries.get(name);
    if (edit.value === null) this.entries.delete(name);
    else if (edit.value !== undefined) this.entries.set(name, Buffer.from(edit.value));
    return {
      held: before !== undefined,
      changed: edit.value !== undefined,
      noRoom: false,
      bytes: before?.length ?? 0,
      value: edit.wanted && before,
      uses: 3,
      idleMs: 0,
      error: undefined,
    };
  }

  /** One key a piece. */
  scan(cursor: number, count: number, pattern: Uint8Array | undefined): ScanPiece {
    this.calls.push(`scan ${cursor} ${count} ${pattern && Buffer.from(pattern)}`);
    const names = [...this.entries.keys()];
    const name = names[cursor];
    const next = cursor + 1 < names.length ? cursor + 1 : 0;
    return { cursor: next, keys: name === undefined ? [] : [Buffer.from(name, "latin1")], seen: 1 };
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
      askTimeoutMs: () => 5000,
      world: { ...world, connect: (host, port) => this.connect(`${host}:${port}`) },
      log,
      epoch: () => member.epoch,
      linkChanged: () => {},
      invalidated: () => {},
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

/** A link dialed by hand to the member `id`, proved and introduced; `frames` is what the member says from then on. */
export async function dialByHand(rig: Rig, id: string, secret = "s3cret", maxFrameBytes = 16 << 20) {
  const socket = rig.connect(id);
  socket.on("error", () => {});
  const frames = framesOf(socket);
  const handshake = new DialerHandshake(secret, id, world);
  socket.write(handshake.hello());
  for (let proved = false; !proved; ) {
    const { value } = await frames.next();
    if (value === undefined) throw new Error("closed in the handshake");
    const step = handshake.read(value);
    if (step.reply !== undefined) socket.write(step.reply);
    proved = step.proved;
  }
  await frames.next();
  socket.write(encodeFrame(carrot.Frame, { introduction: { id: "raw:1", maxFrameBytes } }));
  return { socket, frames };
}

/** The accepting side by hand: proves, introduces itself and yields each frame that the dialer sends after that. */
export async function* acceptByHand(
  socket: Socket,
  id: string,
  secret = "s3cret",
): AsyncGenerator<carrot.Frame> {
  const handshake = new AcceptorHandshake(secret, id, world);
  let proved = false;
  for await (const frame of framesOf(socket)) {
    if (proved) {
      yield decodeFrame(carrot.Frame, frame);
      continue;
    }
    const step = handshake.read(frame);
    if (step.reply !== undefined) socket.write(step.reply);
    proved = step.proved;
    if (proved) socket.write(encodeFrame(carrot.Frame, { introduction: { id, maxFrameBytes: 1 << 20 } }));
  }
}
