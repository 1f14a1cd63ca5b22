/**
 * Goal: no client makes a node's memory large, whatever it sends.
 * Method: a real node of its own for each attack, one attack after the other. The kernel tells the node's memory. Each
 * bound is many times below what the attack would cost an unprotected node.
 */
import { readFileSync } from "node:fs";
import test, { type ExecutionContext } from "ava";
import { command } from "../proto/read-commands.ts";
import { turn } from "../server/fakes.ts";
import { RawClient } from "../server/rig.ts";
import { until } from "../until.ts";
import type { NodeProcess } from "./processes.ts";
import { bigLoader, MIB, many, PING, startTarget, type Target } from "./target.ts";

function residentBytes({ child }: NodeProcess): number {
  const status = readFileSync(`/proc/${child.pid}/status`, "latin1");
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)![1]) * 1024;
}

interface WarmTarget extends Target {
  /** By how much the memory has grown. */
  grown(): number;
}

/** Starts a node and serves some clients, so that its memory is no longer that of a fresh process. */
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
  "a thousand clients that announce a huge command and do not send it cost little memory, and are closed",
  async (t) => {
    const target = await startWarm(t, ["--stall-timeout", "3s"]);
    // On a busy machine the node may already have closed a client of this process that was slow to read its replies.
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

test.serial(
  "two hundred clients that announce values of 60 MB, send 100 kB of them and stop cost what they have sent",
  async (t) => {
    const target = await startWarm(t, ["--stall-timeout", "3s"]);
    const stalledBefore = await target.figure("closed_stalled");
    const clients = await many(target, 200);
    const begun = `*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$60000000\r\n${"x".repeat(100_000)}`;
    for (const client of clients) client.send(begun);
    await until("all has been read", async () => {
      const pending = (await target.ask("CLIENT", "LIST")).matchAll(/ qbuf=(\d+) /g);
      return [...pending].filter(([, bytes]) => Number(bytes) > 100_000).length === clients.length;
    });
    t.log(`${(target.grown() / MIB).toFixed(1)} MiB more with 200 of them`);
    t.true(target.grown() < 60 * MIB);
    await Promise.all(clients.map((client) => client.ended));
    t.is((await target.figure("closed_stalled")) - stalledBefore, 200);
  },
);

test.serial(
  "a client that announces 60 MB and sends nothing, and one that sends all of it, cost what they have sent",
  async (t) => {
    const target = await startWarm(t, ["--maxmemory", "16mb"]);
    const [silent, whole] = await many(target, 2);
    silent!.send("*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$60000000\r\n");
    t.is(await target.ask("PING"), "+PONG\r\n");
    t.true(target.grown() < 5 * MIB, `${(target.grown() / MIB).toFixed(1)} MiB more`);
    const value = "x".repeat(60_000_000);
    whole!.send(command("ECHO", value));
    await whole!.until((text) => text.length > value.length);
    t.log(`${(target.grown() / MIB).toFixed(1)} MiB more after all of it`);
    t.true(target.grown() < 250 * MIB);
  },
);

test.serial("a command of a million arguments of 1 kB ends at client-query-buffer-limit", async (t) => {
  const target = await startWarm(t);
  const raw = await target.client();
  raw.send("*1000000\r\n");
  const piece = Buffer.from(`$1024\r\n${"x".repeat(1024)}\r\n`.repeat(1000));
  let most = 0;
  // The client goes on sending after the error, until the node destroys its connection.
  while (!raw.socket.destroyed) {
    if (!raw.socket.write(piece)) {
      await Promise.race([new Promise((resolve) => raw.socket.once("drain", resolve)), raw.closed]);
    } else await turn();
    most = Math.max(most, target.grown());
  }
  // The error text may be lost on the way, because the client did not stop sending.
  t.true(["", `-ERR Protocol error: command is too long (max ${64 * MIB} bytes)\r\n`].includes(raw.take()));
  t.log(`${(most / MIB).toFixed(0)} MiB more at most`);
  t.true(most < 100 * MIB);
  t.is(await target.figure("client_query_buffer_limit_disconnections"), 1);
  await target.printed(/closed client \d+, 127\.0\.0\.1:\d+: Protocol error: command is too long/);
});

test.serial(
  "ten clients that ask for 500 MiB each and read nothing cost less than 100 MiB, and are closed",
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

test.serial(
  "ten clients without the password that send 8 MB of nonsense and read nothing are closed",
  async (t) => {
    // By default V8 gives its young generation up to 32 MiB after some hundred thousand commands, whoever sends them.
    const target = await startWarm(t, ["--requirepass", "secret"], ["--max-semi-space-size=1"]);
    // The memory for ten clients that read their replies.
    await Promise.all((await many(target, 10)).map((client) => client.all("FOO\r\n".repeat(80_000))));
    const polite = target.grown();
    const wave = async () => {
      const clients = await many(target, 10);
      for (const client of clients) {
        client.socket.pause();
        client.send("FOO\r\n".repeat(1_600_000));
      }
      // They notice their end because they still have bytes to send. Asking for INFO meanwhile would cost more memory.
      await Promise.all(clients.map((client) => client.closed));
      return target.grown() - polite;
    };
    const [first, second] = [await wave(), await wave()];
    t.is(await target.figure("client_output_buffer_limit_disconnections"), 20);
    const shown = [polite, first, second].map((bytes) => `${(bytes / MIB).toFixed(1)} MiB`);
    t.log(`ten that read: ${shown[0]} more; ten that do not: another ${shown[1]}, ten more: ${shown[2]}`);
    // All replies of a wave would be 950 MiB.
    t.true(first < 100 * MIB);
    t.true(second - first < 50 * MIB);
    await target.printed(/closed client \d+, 127\.0\.0\.1:\d+: output buffer limit reached/);
  },
);

test.serial(
  "two thousand clients that send a byte now and then are closed in time, and another client need not wait",
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

// Most of the CPU is the kernel's: a server that only counts bytes takes as much for these 160,000 reads. carrotCache's
// reader takes 0.1 s for a million chunks.
test.serial("a command of 1 MiB in segments of one byte costs little memory", async (t) => {
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

test.serial(
  "five thousand resets, right after connecting, inside a command or inside a reply, harm nobody",
  async (t) => {
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
  },
);
