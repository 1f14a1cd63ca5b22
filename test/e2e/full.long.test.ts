/**
 * Goal: a full node stays within its limit, whatever its eviction policy. With lru and s3fifo it keeps what came last.
 * With noeviction it keeps what it holds and refuses the rest, until there is room again.
 * Method: a real node gets values of 1 B to 1 MiB, twice its limit in all, in chunks of 64 KiB that end anywhere in a
 * command. SEED=n replays a run; MAXMEMORY_MIB=n sets the limit.
 */
import { readFileSync } from "node:fs";
import test, { type ExecutionContext } from "ava";
import { bytes, command } from "../proto/read-commands.ts";
import { bulk, RawClient } from "../server/rig.ts";
import { type NodeProcess, startNodeProcess } from "./processes.ts";

const MIB = 1 << 20;
const LIMIT_MIB = Number(process.env.MAXMEMORY_MIB ?? 128);
const LIMIT = LIMIT_MIB * MIB;
const CHUNK_BYTES = 64 << 10;
const OOM = "-OOM command not allowed when used memory > 'maxmemory'.\r\n";
const PIPELINE_BYTES = 16 * MIB;
const seed = Number(process.env.SEED ?? Date.now() % 2 ** 31);

function residentBytes({ child }: NodeProcess): number {
  const status = readFileSync(`/proc/${child.pid}/status`, "latin1");
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)![1]) * 1024;
}

/** Sizes of values on a logarithmic scale, until they add up to twice the limit. */
function* sizes(): Generator<number> {
  let state = seed >>> 0;
  for (let sum = 0; sum < 2 * LIMIT; ) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const size = Math.floor(2 ** (20 * (state / 2 ** 32)));
    sum += size;
    yield size;
  }
}

function filling(index: number, size: number): string {
  return String.fromCharCode(97 + (index % 26)).repeat(size);
}

async function write(raw: RawClient, text: string): Promise<void> {
  const all = bytes(text);
  for (let at = 0; at < all.length; at += CHUNK_BYTES) {
    if (raw.socket.write(all.subarray(at, at + CHUNK_BYTES))) continue;
    await Promise.race([new Promise((resolve) => raw.socket.once("drain", resolve)), raw.closed]);
  }
}

/** Fills a node with the keys `k0`, `k1` and so on, and checks its memory. `told` has the reply to each SET. */
async function fill(t: ExecutionContext, eviction: string) {
  const node = await startNodeProcess(t, [
    ...["--port", "0", "--maxmemory", `${LIMIT_MIB}mb`, "--eviction", eviction],
    ...["--group", "default loader none"],
  ]);
  const raw = await RawClient.connect(node.port);
  t.teardown(() => raw.socket.destroy());
  const ask = async (...words: string[]) => (await RawClient.connect(node.port)).all(command(...words));
  const figure = async (name: string) =>
    Number(new RegExp(`\r\n${name}:(\\d+)\r\n`).exec(await ask("INFO"))?.[1]);
  const written = [...sizes()];
  const told: string[] = [];
  let mostUsed = 0;
  let mostResident = 0;
  for (let at = 0; at < written.length; ) {
    let text = "";
    const from = at;
    while (at < written.length && text.length < PIPELINE_BYTES) {
      text += command("SET", `k${at}`, filling(at, written[at]!));
      at++;
    }
    await write(raw, text);
    const replies = await raw.until((got) => got.split("\r\n").length > at - from);
    told.push(...replies.split("\r\n").slice(0, at - from));
    raw.take();
    mostUsed = Math.max(mostUsed, await figure("used_memory"));
    mostResident = Math.max(mostResident, residentBytes(node));
  }
  t.log(
    `SEED=${seed}, ${written.length} values, ${Math.round(mostUsed / MIB)} MiB held, ${Math.round(mostResident / MIB)} MiB resident`,
  );
  t.true(mostUsed <= LIMIT && mostUsed > 0.8 * LIMIT);
  t.true(mostResident <= 1.35 * LIMIT + 120 * MIB);
  return { raw, ask, figure, written, told };
}

for (const eviction of ["lru", "s3fifo"]) {
  test.serial(`${eviction} stays within its limit and takes every value`, async (t) => {
    const { ask, figure, written, told } = await fill(t, eviction);
    t.true(told.every((reply) => reply === "+OK"));
    t.true((await figure("evicted_keys")) > 100);
    const last = written.length - 1;
    t.is(await ask("GET", `k${last}`), bulk(filling(last, written[last]!)));
    t.is(await ask("GET", "k0"), "$-1\r\n");
  });
}

test.serial(
  "noeviction stays within its limit, keeps what it took and refuses the rest, until there is room",
  async (t) => {
    const { raw, ask, figure, written, told } = await fill(t, "noeviction");
    const kept = told.flatMap((reply, i) => (reply === "+OK" ? [i] : []));
    t.deepEqual([...new Set(told)].sort(), ["+OK", OOM.trimEnd()]);
    t.is(await figure("evicted_keys"), 0);
    t.is(await ask("DBSIZE"), `:${kept.length}\r\n`);
    for (const i of kept) {
      const expected = bulk(filling(i, written[i]!));
      if ((await raw.reply(command("GET", `k${i}`), expected)) !== expected) t.fail(`k${i}`);
    }
    const largest = kept.reduce((most, i) => (written[i]! > written[most]! ? i : most));
    const again = ["SET", `k${largest}`, "x".repeat(written[largest]!)];
    t.is(await ask("SET", "one more", "x".repeat(MIB)), OOM);
    t.is(await ask("DEL", `k${largest}`), ":1\r\n");
    t.is(await ask(...again), "+OK\r\n");
    t.is(await ask("SET", "one more", "x".repeat(MIB)), OOM);
    t.is(await ask("FLUSHALL"), "+OK\r\n");
    t.is(await ask("SET", "one more", "x".repeat(MIB)), "+OK\r\n");
  },
);
