/**
 * Goal: programs on this machine reach the node by a file; a dead process' file is replaced, and nothing else is.
 * Method: nodes in this process with sockets in a temporary directory; what CLIENT LIST and MONITOR say is compared with
 * redis-server.
 */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import test, { type ExecutionContext } from "ava";
import { isLocalClient, unixPathOf } from "../../../server/clients/unix-socket.ts";
import { program, testWith } from "../../needs.ts";
import { command } from "../../proto/read-commands.ts";
import { until } from "../../until.ts";
import { bulk, ownHost, startRig } from "../rig.ts";

function pathOf(t: ExecutionContext): string {
  const directory = mkdtempSync(path.join(tmpdir(), "carrot-unix-"));
  t.teardown(() => rmSync(directory, { recursive: true, force: true }));
  return path.join(directory, "c.unix");
}

/** All bytes that come for these commands until the server has answered the last, QUIT. */
async function ask(socketPath: string, ...commands: string[][]): Promise<string> {
  const socket = connect(socketPath).on("error", () => {});
  let said = "";
  socket.on("data", (chunk: Buffer) => (said += chunk.toString("latin1")));
  socket.write([...commands, ["QUIT"]].map((words) => command(...words)).join(""));
  await once(socket, "close");
  return said;
}

/** A socket file whose process has died. */
function leaveStale(file: string): void {
  const script = `require("net").createServer().listen(${JSON.stringify(file)}, () => process.kill(process.pid, "SIGKILL"))`;
  spawnSync(process.execPath, ["-e", script]);
}

test("with port 0 there is the file and no port, and the file goes with the node", async (t) => {
  const file = pathOf(t);
  const { node } = await startRig(t, [`unixsocket ${file}`]);
  t.is(node.port, 0);
  t.is(await ask(file, ["GET", "scores:Tom"]), `${bulk("value of Tom")}+OK\r\n`);
  await node.close();
  t.false(existsSync(file));
});

test("with another port there are both", async (t) => {
  const file = pathOf(t);
  const { node, ask: askByPort } = await startRig(t, [
    `unixsocket ${file}`,
    "port 6390",
    `bind ${ownHost()}`,
  ]);
  t.is(node.port, 6390);
  t.is(await ask(file, ["SET", "scores:a", "1"]), "+OK\r\n+OK\r\n");
  t.is(await askByPort(["GET", "scores:a"]), bulk("1"));
});

test("the permissions are those of unixsocketperm, and the umask's without one", async (t) => {
  for (const [lines, mode] of [
    [["unixsocketperm 770"], 0o770],
    [["unixsocketperm 700"], 0o700],
    [[], 0o777 & ~process.umask()],
  ] as const) {
    const file = pathOf(t);
    await startRig(t, [`unixsocket ${file}`, ...lines]);
    t.is(statSync(file).mode & 0o777, mode);
  }
});

test("what a dead process has left is replaced", async (t) => {
  const file = pathOf(t);
  leaveStale(file);
  t.true(existsSync(file));
  await startRig(t, [`unixsocket ${file}`]);
  t.is(await ask(file, ["PING"]), "+PONG\r\n+OK\r\n");
});

test("a living server's socket, a file that is none, and a path that cannot be are left alone", async (t) => {
  const file = pathOf(t);
  const living = createServer((socket) => socket.on("error", () => {}).end("living")).listen(file);
  t.teardown(() => living.close());
  await once(living, "listening");
  const refused = (at: string, message: RegExp) =>
    t.throwsAsync(startRig(t, [`unixsocket ${at}`]), { message });
  await refused(file, /c\.unix is in use: a process listens on it$/);
  t.is(String((await once(connect(file), "data"))[0]), "living");
  const other = pathOf(t);
  writeFileSync(other, "data");
  await refused(other, /exists and is no socket$/);
  t.true(statSync(other).isFile());
  await refused(`${other}.d/c.unix`, /has no directory$/);
  await refused(`/${"x".repeat(107)}`, /is longer than 107 bytes$/);
});

test("its clients are on this machine: protected mode lets them in, and they may change the ring", async (t) => {
  const file = pathOf(t);
  const { node } = await startRig(t, [`unixsocket ${file}`, "bind 0.0.0.0"]);
  t.is(await ask(file, ["PING"]), "+PONG\r\n+OK\r\n");
  t.regex(await ask(file, ["CARROT.PEERS", "SET", "x"]), /^-(?!NOPERM)/);
  t.like(node.clients.figures, { connectionsReceived: 2, connectionsRejected: 0 });
});

test("a TCP client that has gone is no local client", (t) => {
  const gone = connect({ port: 1, host: "127.0.0.1" }).on("error", () => {});
  gone.destroy();
  t.deepEqual([isLocalClient(gone), unixPathOf(gone)], [false, undefined]);
});

testWith(program("redis-server"), program("redis-cli"))(
  "CLIENT LIST and MONITOR show what redis-server shows",
  async (t) => {
    const [ours, redis] = [pathOf(t), pathOf(t)];
    await startRig(t, [`unixsocket ${ours}`]);
    const server = spawn("redis-server", ["--port", "0", "--unixsocket", redis, "--save", ""], {
      stdio: "ignore",
    });
    t.teardown(() => server.kill("SIGKILL"));
    await until("redis-server answers", () => existsSync(redis));
    const shown = async (file: string) => {
      const line = await ask(file, ["CLIENT", "INFO"]);
      const fields = Object.fromEntries(line.split(/[ \r\n]/).map((field) => field.split("=")));
      const monitor = connect(file).setEncoding("latin1");
      monitor.write(command("MONITOR"));
      let seen = "";
      monitor.on("data", (chunk) => (seen += chunk));
      await until("MONITOR is on", () => seen === "+OK\r\n");
      await ask(file, ["PING"]);
      await until("the PING is seen", () => /"PING"/.test(seen));
      monitor.destroy();
      return {
        addr: fields.addr.replace(file, "PATH"),
        laddr: fields.laddr.replace(file, "PATH"),
        flags: fields.flags,
        seen: /\[0 (.*?)\] "PING"/.exec(seen)![1]!.replace(file, "PATH"),
      };
    };
    t.deepEqual(await shown(ours), await shown(redis));
    t.deepEqual(await shown(ours), { addr: "PATH:0", laddr: "PATH:0", flags: "U", seen: "unix:PATH" });
  },
);

testWith(program("redis-cli"))(
  "redis-cli -s works, and CLIENT KILL finds the client by its path",
  async (t) => {
    const file = pathOf(t);
    await startRig(t, [`unixsocket ${file}`]);
    const other = connect(file);
    const closed = once(other, "close");
    other.write(command("PING"));
    await once(other, "data");
    const child = spawn("redis-cli", ["-s", file, "CLIENT", "KILL", "ADDR", `${file}:0`]);
    const [said] = await once(child.stdout, "data");
    t.is(String(said), "1\n");
    other.resume();
    await t.notThrowsAsync(closed);
  },
);
