/**
 * Goal: nobody on the network makes a node large: rows A3, A7, A10, A19 to A22 of "no bytes that hurt", with figures of
 * a real process.
 * Method: a node of its own for each attack, one attack after the other, and the kernel's own word on the node's memory.
 * Each bound of memory is many times below what the attack would cost.
 */
import { readFileSync } from "node:fs";
import test, { type ExecutionContext } from "ava";
import { command } from "../proto/read-commands.ts";
import { turn } from "../server/fakes.ts";
import { RawClient } from "../server/rig.ts";
import { until } from "../until.ts";
import type { NodeProcess } from "./processes.ts";
import { bigLoader, MIB, many, PING, startTarget, type Target } from "./target.ts";

/** Resident memory of a process. */
function residentBytes({ child }: NodeProcess): number {
  const status = readFileSync(`/proc/${child.pid}/status`, "latin1");
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)![1]) * 1024;
}

interface WarmTarget extends Target {
  /** By how much the memory has grown. */
  grown(): number;
}

/** A node that has served somebody, so that its memory is not that of a newborn. */
async function startWarm(
  t: ExecutionContext,
  args: readonly string[] = [],
  v8: readonly string[] = [],
): Promise<WarmTarget> {
  const target = await startTarget(t, args, v8);
  for (let i = 0; i < 50; i++) await target.ask("ECHO", "x".repeat(100_000));
  await (await target.client()).all(target.auth + "FOO\r\n".repeat(50_000));
  const before = residentBytes(target);
  return Object.assign(target, { grown: () => residentBytes(target) - before });
}

test.serial(
  "A3, A7: a thousand commands that are announced and do not come cost nothing, and are closed",
  async (t) => {
    const target = await startWarm(t, ["--stall-timeout", "3s"]);
    // On a busy machine this process may have been too slow for its own replies already.
    const stalledBefore = await target.figure("closed_stalled");
    const huge = await target.client();
    huge.send("*1048577\r\n");
    await huge.ended;
    t.is(huge.take(), "-ERR Protocol error: invalid multibulk length\r\n");
    const clients = await many(target, 1000);
    for (const client of clients) client.send("*1048576\r\n$8388608\r\n");
    t.is(await target.ask("PING"), "+PONG\r\n");
    t.log(`${(target.grown() / MIB).toFixed(1)} MiB more with 1,000 of them`);
    t.true(target.grown() < 20 * MIB);
    await Promise.all(clients.map((client) => client.ended));
    t.is((await target.figure("closed_stalled")) - stalledBefore, 1000);
    t.is(target.output().match(/closed client \d+, 127\.0\.0\.1:\d+: half a command/g)?.length, 1);
  },
);

test.serial("A10: a command of a million arguments of 1 kB ends at client-query-buffer-limit", async (t) => {
  const target = await startWarm(t);
  const raw = await target.client();
  raw.send("*1000000\r\n");
  const piece = Buffer.from(`$1024\r\n${"x".repeat(1024)}\r\n`.repeat(1000));
  let most = 0;
  // Whoever stops at the error hears of no more than its end: the connection is gone for whoever goes on.
  while (!raw.socket.destroyed) {
    if (!raw.socket.write(piece)) {
      await Promise.race([new Promise((resolve) => raw.socket.once("drain", resolve)), raw.closed]);
    } else await turn();
    most = Math.max(most, target.grown());
  }
  // What it goes on sending can cost it the text: the connection is gone 200 ms later.
  t.true(["", `-ERR Protocol error: command is too long (max ${64 * MIB} bytes)\r\n`].includes(raw.take()));
  t.log(`${(most / MIB).toFixed(0)} MiB more at most`);
  t.true(most < 100 * MIB);
  t.is(await target.figure("client_query_buffer_limit_disconnections"), 1);
  await target.printed(/closed client \d+, 127\.0\.0\.1:\d+: Protocol error: command is too long/);
});

test.serial(
  "A19: ten clients that ask for 500 MiB each and read nothing cost a few MiB, and are closed",
  async (t) => {
    const target = await startWarm(t, [...bigLoader(t, MIB), "--stall-timeout", "1s"]);
    await target.ask("GET", "big:a");
    await target.ask("GET", "big:a");
    const before = target.grown();
    const clients = await many(target, 10);
    for (const client of clients) {
      client.socket.pause();
      client.send(command("GET", "big:a").repeat(500));
    }
    await until("the node says why it closes them", async () => {
      t.true(target.grown() - before < 100 * MIB);
      t.is(await target.ask("PING"), "+PONG\r\n");
      return /replies not read/.test(target.output());
    });
    t.log(`${((target.grown() - before) / MIB).toFixed(1)} MiB more`);
    await until("all ten are closed", async () => (await target.figure("closed_stalled")) === 10);
  },
);

test.serial("A19: ten that have no password, ask 8 MB of nonsense and read nothing are closed", async (t) => {
  // Left to itself V8 gives its young generation up to 32 MiB after some hundred thousand commands, whoever sends them.
  const target = await startWarm(t, ["--requirepass", "secret"], ["--max-semi-space-size=1"]);
  // What as many cost who read their replies.
  await Promise.all((await many(target, 10)).map((client) => client.all("FOO\r\n".repeat(80_000))));
  const polite = target.grown();
  const wave = async () => {
    const clients = await many(target, 10);
    for (const client of clients) {
      client.socket.pause();
      client.send("FOO\r\n".repeat(1_600_000));
    }
    // What they have not sent yet tells them. To ask for INFO meanwhile would cost more than they do.
    await Promise.all(clients.map((client) => client.closed));
    return target.grown() - polite;
  };
  const [first, second] = [await wave(), await wave()];
  t.is(await target.figure("client_output_buffer_limit_disconnections"), 20);
  const shown = [polite, first, second].map((bytes) => `${(bytes / MIB).toFixed(1)} MiB`);
  t.log(`ten that read: ${shown[0]} more; ten that do not: another ${shown[1]}, ten more: ${shown[2]}`);
  // All of their replies would be 950 MiB a wave.
  t.true(first < 100 * MIB);
  t.true(second - first < 50 * MIB);
  await target.printed(/closed client \d+, 127\.0\.0\.1:\d+: output buffer limit reached/);
});

test.serial(
  "A20: two thousand that send a byte now and then are closed in time, and nobody waits for them",
  async (t) => {
    const target = await startWarm(t, ["--stall-timeout", "4s"]);
    const clients = await many(target, 2000);
    const bytes = command("GET", "x".repeat(100));
    let sent = 0;
    const trickle = setInterval(() => {
      for (const client of clients) if (!client.socket.destroyed) client.send(bytes[sent]!);
      sent++;
    }, 500);
    t.teardown(() => clearInterval(trickle));
    const polite = await target.client();
    await until("all of them are closed", async () => {
      t.is(await polite.reply(PING, "+PONG\r\n"), "+PONG\r\n");
      return (await target.figure("closed_stalled")) === 2000;
    });
    t.true(sent > 5 && sent < bytes.length, `${sent} bytes each`);
    t.is(await target.figure("connected_clients"), 2);
  },
);

// The CPU is the kernel's: a server that only counts the bytes of these 160,000 reads takes as much. All that is ours, the
// reader, takes 0.1 s for a million chunks.
test.serial("A21: a command of 1 MiB, a byte a segment, costs no more than its bytes", async (t) => {
  const target = await startWarm(t);
  const raw = await target.client();
  const value = "x".repeat(MIB);
  const bytes = Buffer.from(command("ECHO", value));
  const cpu = () => {
    const [user, system] = readFileSync(`/proc/${target.child.pid}/stat`, "latin1")
      .split(") ")[1]!
      .split(" ")
      .slice(11, 13);
    return (Number(user) + Number(system)) / 100;
  };
  const before = cpu();
  for (let at = 0; at < bytes.length; at++) {
    raw.socket.write(bytes.subarray(at, at + 1));
    if (at % 256 === 0) await turn();
  }
  await raw.until((text) => text.length >= MIB + 12);
  t.true(raw.take() === `$${MIB}\r\n${value}\r\n`);
  const grown = (target.grown() / MIB).toFixed(0);
  t.log(`${(cpu() - before).toFixed(2)} s of CPU for ${bytes.length} writes, ${grown} MiB more`);
  t.true(target.grown() < 60 * MIB);
});

test.serial("A22: five thousand resets, at once, in a command and in a reply, harm nobody", async (t) => {
  const target = await startWarm(t, bigLoader(t, 100_000));
  await target.ask("GET", "big:a");
  const starts = ["", "*2\r", command("GET", "big:a").repeat(20)];
  for (let i = 0; i < 5000; i++) {
    const raw = await RawClient.connect(target.port);
    const text = starts[i % 3]!;
    if (text !== "") raw.send(text);
    if (i % 2 === 0) await turn();
    raw.socket.resetAndDestroy();
  }
  t.is(await target.ask("PING"), "+PONG\r\n");
  await until("only this client is there", async () => (await target.figure("connected_clients")) === 1);
  t.notRegex(target.output(), /uncaught|invariant/);
});
