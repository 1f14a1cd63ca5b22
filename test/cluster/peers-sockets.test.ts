/**
 * Goal: over real sockets members do what they do over wires in memory, on every address that they listen on.
 * Method: Peers on loopback, found by id whatever ports they got.
 */

import { connect } from "node:net";
import test, { type ExecutionContext } from "ava";
import { Peers } from "../../cluster/peers.ts";
import { realWorld } from "../../server/machine/world.ts";
import { until } from "../until.ts";
import { askPeer } from "./members.ts";
import { PlainStore } from "./plain-store.ts";

const world = realWorld(() => performance.now());
const key = Buffer.from("k");

/** Starts members that find each other. */
function cluster(t: ExecutionContext) {
  const ports = new Map<string, number>();
  return async (id: string, secret = "s3cret") => {
    const store = new PlainStore();
    const lines: string[] = [];
    const note = (text: string) => void lines.push(text);
    const peers = new Peers({
      id,
      secret,
      handlers: store,
      terms: [],
      groups: [],
      version: "1.2.3",
      maxValueBytes: 8 << 20,
      requestTimeoutMs: () => 5000,
      world: {
        ...world,
        connect: (host, port) => world.connect("127.0.0.1", ports.get(`${host}:${port}`) ?? 1),
      },
      log: { info: note, warn: note },
      epoch: () => 0,
      linkChanged: () => {},
      invalidated: () => {},
    });
    await peers.listen("127.0.0.1", 0);
    ports.set(id, peers.port);
    t.teardown(() => peers.close());
    return { peers, store, lines };
  };
}

test("members link up, answer with values of every size, and close when answers have gone out", async (t) => {
  const start = cluster(t);
  const [a, b] = [await start("a:1"), await start("b:1")];
  for (const { peers } of [a, b]) peers.setMembers(["a:1", "b:1"]);
  await until("both links", () => a.peers.isUp("b:1") && b.peers.isUp("a:1"));
  const values = [0, 1, 1000, 100_000, 8 << 20].map((bytes) => Buffer.alloc(bytes, "v"));
  for (const [i, value] of values.entries()) b.store.entries.set(`${i}`, value);
  const asked = values.map((_, i) => askPeer(a.peers, "b:1", Buffer.from(`${i}`), 20_000));
  for (const [i, outcome] of (await Promise.all(asked)).entries()) {
    t.true(outcome.kind === "value" && values[i]!.equals(outcome.value), `value ${i}`);
  }
  let release = () => {};
  b.store.get = () =>
    new Promise((resolve) => {
      release = () => resolve({ kind: "absent", ttlMs: undefined });
    });
  const late = askPeer(a.peers, "b:1", key, 20_000);
  await until("a request at the owner", () => b.peers.figures("a:1")?.received === values.length + 1);
  const closing = b.peers.close();
  release();
  t.is((await late).kind, "absent");
  await closing;
  await until("the link's end", () => !a.peers.isUp("b:1"));
});

test("a member that is back is dialed again, and a wrong secret is logged with the address it came from", async (t) => {
  const start = cluster(t);
  const a = await start("a:1");
  a.peers.setMembers(["a:1", "b:1"]);
  await until("a refusal", () => a.lines.some((line) => /ECONNREFUSED/.test(line)));
  const stranger = await start("b:1", "other");
  const isRefused = (line: string) =>
    /from 127\.0\.0\.1 closed: did not prove that it knows the cluster-secret/.test(line);
  await until("a refused proof", () => stranger.lines.some(isRefused));
  await stranger.peers.close();
  await start("b:1");
  await until("the link", () => a.peers.isUp("b:1"));
  t.is((await askPeer(a.peers, "b:1", key, 20_000)).kind, "absent");
});

test("a member is reached at every address it listens on, until it closes", async (t) => {
  const { peers } = await cluster(t)("a:1");
  const { port } = peers;
  await peers.listen("127.0.0.2", port);
  const reaches = (host: string) =>
    new Promise<boolean>((resolve) => {
      const socket = connect({ host, port });
      socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
      t.teardown(() => socket.destroy());
    });
  t.deepEqual(await Promise.all(["127.0.0.1", "127.0.0.2"].map(reaches)), [true, true]);
  await peers.close();
  t.deepEqual(await Promise.all(["127.0.0.1", "127.0.0.2"].map(reaches)), [false, false]);
});

test("a port in use rejects listen", async (t) => {
  const start = cluster(t);
  const [a, b] = [await start("a:1"), await start("b:1")];
  await t.throwsAsync(b.peers.listen("127.0.0.1", a.peers.port), { code: "EADDRINUSE" });
});
