/**
 * Goal: no client takes a node down or keeps others from being served. attacks.long.test.ts has the attacks on memory.
 * Method: a real node of its own for each attack, and clients that do what no proper client does.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { connect } from "node:net";
import path from "node:path";
import test, { type ExecutionContext } from "ava";
import { program, skip, testWith } from "../needs.ts";
import { command } from "../proto/read-commands.ts";
import { RawClient } from "../server/rig.ts";
import { until } from "../until.ts";
import { reservePorts, start } from "./processes.ts";
import { bigLoader, many, PING, startTarget } from "./target.ts";

/** Sends before the node has accepted the connection, and returns what comes back. */
async function hasty(port: number): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => {});
  socket.write(PING.repeat(10_000));
  let text = "";
  socket.on("data", (chunk) => (text += chunk));
  await new Promise((resolve) => socket.once("close", resolve));
  return text;
}

test("fifty clients beyond maxclients get the error, also when they have sent already; a place is free again at once", async (t) => {
  const target = await startTarget(t, ["--maxclients", "20"]);
  const inside = await many(target, 20);
  for (const client of inside) await client.reply(PING, "+PONG\r\n");
  const full = "-ERR max number of clients reached\r\n";
  const outside = await many(target, 50);
  await Promise.all(outside.map((client) => client.ended));
  for (const client of outside) t.is(client.take(), full);
  for (let i = 0; i < 50; i++) t.is(await hasty(target.port), full);
  inside[0]!.socket.destroy();
  await inside[0]!.closed;
  const next = async () => (await target.client()).reply(PING, "+PONG\r\n");
  await until("the place is free", async () => (await next()) === "+PONG\r\n");
  for (const client of inside.slice(1)) t.is(await client.reply(PING, "+PONG\r\n"), "+PONG\r\n");
});

testWith(program("prlimit"))(
  "with 256 descriptors, 192 clients are let in, 808 get the error, and those inside notice nothing",
  async (t) => {
    const program = start(t, "prlimit", [
      "--nofile=256",
      process.execPath,
      path.resolve("dist/server/cli.js"),
      "--port",
      "0",
    ]);
    const port = Number((await program.printed(/ready on [^ ]*:(\d+)/))[1]);
    t.regex(program.output(), /maxclients is 192 instead of 10000: the limit of open files \(ulimit -n\)/);
    const clients: RawClient[] = [];
    t.teardown(() => {
      for (const { socket } of clients) socket.destroy();
    });
    const first = await RawClient.connect(port);
    clients.push(first);
    for (let i = 1; i < 1000; i++) {
      clients.push(await RawClient.connect(port));
      if (i % 100 === 0) t.is(await first.reply(PING, "+PONG\r\n"), "+PONG\r\n");
    }
    const refused = clients.slice(192);
    await Promise.all(refused.map((client) => client.ended));
    for (const client of refused) t.is(client.text, "-ERR max number of clients reached\r\n");
    for (const client of clients.slice(0, 192)) t.is(await client.reply(PING, "+PONG\r\n"), "+PONG\r\n");
    for (const { socket } of clients) socket.destroy();
    const answer = async () => (await RawClient.connect(port)).all(PING);
    await until("a place is free", async () => (await answer()) === "+PONG\r\n");
    t.notRegex(program.output(), /uncaught|EMFILE/);
  },
);

test("HTTP requests run no command and make one line in the log; a TLS hello is closed at stall-timeout without a reply", async (t) => {
  const target = await startTarget(t, ["--stall-timeout", "2s", ...bigLoader(t, 10)]);
  await target.ask("GET", "big:a");
  for (let i = 0; i < 1000; i++) {
    const raw = await target.client();
    const got = await raw.all(
      i % 2 === 0
        ? "GET / HTTP/1.1\r\nHost: x\r\n\r\n"
        : "POST / HTTP/1.1\r\nContent-Type: text/plain\r\n\r\nFLUSHALL\r\n",
    );
    t.is(got, "");
  }
  t.is(await target.ask("DBSIZE"), ":1\r\n");
  t.is(
    target.output().match(/closed client \d+, 127\.0\.0\.1:\d+: possible cross-protocol attack/g)?.length,
    1,
  );
  t.is(await target.figure("closed_cross_protocol"), 1000);
  const tls = await target.client();
  tls.send("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03");
  await tls.ended;
  t.is(tls.take(), "");
});

test("a client that sends without end leaves other clients their turn", async (t) => {
  const target = await startTarget(t, bigLoader(t, 10));
  await target.ask("GET", "big:a");
  const greedy = start(t, process.execPath, [
    "-e",
    `const socket = require("node:net").connect(${target.port}, "127.0.0.1");
     const much = Buffer.from(${JSON.stringify(command("GET", "big:a"))}.repeat(20000));
     const go = () => { while (socket.write(much)); };
     socket.on("connect", go).on("drain", go).on("data", () => {});`,
  ]);
  const commands = () => target.figure("total_commands_processed");
  await until("the greedy one is served", async () => (await commands()) > 200_000);
  const polite = await target.client();
  const performed = async () => {
    polite.send(command("INFO", "stats"));
    const said = await polite.until((text) => /\r\n\r\n$/.test(text));
    polite.take();
    return Number(/total_commands_processed:(\d+)/.exec(said)?.[1]);
  };
  // The least of many: a reply may also have waited for this process, and on a busy machine most do.
  let fewest = Number.POSITIVE_INFINITY;
  let asked = 0;
  for (let before = await performed(); fewest >= 2000 && asked < 1000; asked++) {
    const total = await performed();
    fewest = Math.min(fewest, total - before);
    before = total;
  }
  greedy.kill("SIGKILL");
  t.log(`${fewest} commands of the greedy one for one of the polite one, at best of ${asked}`);
  t.true(fewest < 2000);
});

testWith(program("ip"), program("nc"))(
  "a client from another network is denied while there is no password",
  async (t) => {
    const made = await makeNetwork(t);
    if (made === undefined) return;
    const { inside, address } = made;
    const ask = (port: number, text: string) => inside("nc", ["-N", "-w", "5", address, String(port)], text);
    const open = await startTarget(t, ["--bind", "0.0.0.0"]);
    t.regex(
      open.output(),
      /bind has 0\.0\.0\.0 and there is no requirepass: only clients on this machine are let in/,
    );
    t.regex(
      ask(open.port, "FLUSHALL\r\n"),
      /^-DENIED carrotCache is running in protected mode [^\r\n]+\r\n$/,
    );
    t.is(await open.figure("rejected_connections"), 1);
    const locked = await startTarget(t, ["--bind", "0.0.0.0", "--requirepass", "secret"]);
    t.is(ask(locked.port, "AUTH secret\r\nPING\r\n"), "+OK\r\n+PONG\r\n");
    const without = await startTarget(t, ["--bind", "0.0.0.0", "--protected-mode", "no"]);
    t.is(
      ask(without.port, "PING\r\nCARROT.PEERS ADD 127.0.0.1:1\r\n"),
      "+PONG\r\n-NOPERM without an admin-password the ring is changed from the loopback interface only\r\n",
    );
  },
);

/** Makes a network of its own that reaches this machine, until the test ends; undefined where the process may not. */
async function makeNetwork(t: ExecutionContext) {
  // A reserved port is a number that no other test uses meanwhile.
  const [number] = (await reservePorts(t, 1)) as [number];
  const name = `carrot${number}`;
  const subnet = `10.${number >> 8}.${number & 255}`;
  const address = `${subnet}.1`;
  const ip = (...args: string[]) => execFileSync("ip", args, { stdio: "pipe" });
  try {
    ip("netns", "add", name);
    t.teardown(() => ip("netns", "del", name));
    ip("link", "add", `cA${number}`, "type", "veth", "peer", "name", `cB${number}`, "netns", name);
    ip("addr", "add", `${address}/24`, "dev", `cA${number}`);
    ip("link", "set", `cA${number}`, "up");
    ip("-n", name, "addr", "add", `${subnet}.2/24`, "dev", `cB${number}`);
    ip("-n", name, "link", "set", `cB${number}`, "up");
  } catch (error) {
    skip(t, `no network can be made here (ip netns): ${error}`);
    return undefined;
  }
  const inside = (program: string, args: string[], input: string) =>
    spawnSync("ip", ["netns", "exec", name, program, ...args], { input, encoding: "latin1", timeout: 10_000 })
      .stdout;
  return { inside, address };
}
