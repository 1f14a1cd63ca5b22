/**
 * CPU time of a key's way to its owner and back over the peer link, of both processes together. Each tick asks for a
 * batch of 16 keys of 16 bytes, the owner answers at once with values of 100 bytes, and 8 batches are under way at a time. No
 * clients, stores or loaders: the link alone, over loopback.
 *
 * Run: node dist/bench/link.js [KEYS]
 */

import { fork } from "node:child_process";
import { cpus } from "node:os";
import { refusedEdit } from "../cluster/edit-message.ts";
import type { PeerHandlers } from "../cluster/peer-handlers.ts";
import { Peers } from "../cluster/peers.ts";
import { refusedRun } from "../cluster/run-message.ts";
import { realWorld } from "../server/machine/world.ts";

const KEYS = Number(process.argv[2] ?? 1_000_000);
const BATCH = 16;
const BATCHES_AT_ONCE = 8;
const ROUNDS = 5;
const OWNER = "127.0.0.1:27391";
const ASKER = "127.0.0.1:27392";

const value = Buffer.alloc(100, "v");
const handlers: PeerHandlers = {
  heard: () => {},
  get: () => ({ kind: "value", value, ttlMs: 60_000 }),
  look: () => ({ kind: "missing", bytes: 0, ttlMs: undefined, footprintBytes: 0 }),
  edit: () => refusedEdit("not here"),
  run: () => refusedRun("not here"),
  scan: () => ({ cursor: 0, keys: [], seen: 0 }),
  track: () => {},
  untrack: () => {},
  change: () => 0,
  count: () => 0,
  ring: () => true,
};

function newPeers(id: string, up: () => void): Peers {
  const info = (text: string) => {
    if (text.includes("link is up")) up();
  };
  return new Peers({
    id,
    secret: "bench",
    handlers,
    terms: [],
    groups: [],
    version: "1.2.3",
    maxValueBytes: 1 << 20,
    requestTimeoutMs: () => 5000,
    linkChanged: () => {},
    invalidated: () => {},
    log: { info, warn: console.error },
    epoch: () => 0,
    world: realWorld(() => performance.now()),
  });
}

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** The owner: answers until it is killed, and tells its CPU time when it is asked. */
async function own(): Promise<void> {
  const peers = newPeers(OWNER, () => {});
  await peers.listen("127.0.0.1", 27391);
  process.on("message", () => process.send!(cpuMs()));
  process.on("disconnect", () => process.exit());
  process.send!(0);
}

async function ask(peers: Peers, count: number): Promise<void> {
  const keys = Array.from({ length: BATCH }, (_, i) => Buffer.from(`product:${1e7 + i}`));
  let left = Math.ceil(count / BATCH);
  const worker = async () => {
    while (left-- > 0)
      await Promise.all(
        keys.map(
          (key) =>
            new Promise((settle, unreachable) =>
              peers.get(OWNER, key, { timeoutMs: 2000, settle, unreachable }),
            ),
        ),
      );
  };
  await Promise.all(Array.from({ length: BATCHES_AT_ONCE }, worker));
}

async function main(): Promise<void> {
  const owner = fork(process.argv[1]!, ["own"]);
  const nextMessage = () =>
    new Promise<number>((resolve) => owner.once("message", (ms) => resolve(ms as number)));
  await nextMessage();
  const ownerCpuMs = () => {
    const answer = nextMessage();
    owner.send("cpu");
    return answer;
  };
  const peers = await new Promise<Peers>((resolve) => {
    const asker: Peers = newPeers(ASKER, () => resolve(asker));
    asker.setMembers([OWNER, ASKER]);
  });
  console.log(
    `link: ${KEYS} keys a round, batches of ${BATCH}, on ${cpus()[0]?.model}, Node ${process.version}`,
  );
  await ask(peers, KEYS / 4);
  const costs: number[] = [];
  for (let round = 1; round <= ROUNDS; round++) {
    const [here, there, start] = [cpuMs(), await ownerCpuMs(), performance.now()];
    await ask(peers, KEYS);
    const perKey = (ms: number) => (ms * 1000) / KEYS;
    const [asking, answering] = [perKey(cpuMs() - here), perKey((await ownerCpuMs()) - there)];
    costs.push(asking + answering);
    const rate = Math.round(KEYS / (performance.now() - start));
    console.log(
      `round ${round}: ${asking.toFixed(2)} us asking + ${answering.toFixed(2)} us answering, ${rate} thousand keys/s`,
    );
  }
  console.log(
    `median: ${costs.sort((a, b) => a - b)[ROUNDS >> 1]!.toFixed(2)} us CPU a key, both sides together`,
  );
  owner.kill();
  await peers.close();
}

await (process.argv[2] === "own" ? own() : main());
