/**
 * Goal: what a client's own command invalidates leaves with the reply to that command, in one write, as with redis-server. A
 * client that has read a reply uses its copies without another look at the socket.
 * Method: the writes of a connection to its kernel are counted, and their bytes compared with what redis-server sends.
 */
import { once } from "node:events";
import { connect, type NetConnectOpts, type Socket } from "node:net";
import type { ExecutionContext } from "ava";
import { program, testWith } from "../../needs.ts";
import { bytes, command } from "../../proto/read-commands.ts";
import { RedisServer } from "../../proto/redis-server.ts";
import { until } from "../../until.ts";
import { startRig } from "../rig.ts";

const compared = testWith(program("redis-server"));

/** A pipeline that changes `scores:a`, which the client has read. */
const CHANGES = [
  "SET scores:a 2",
  "SET scores:a 2 XX GET",
  "SET scores:a 2 NX",
  "DEL scores:a",
  "GETDEL scores:a",
  "EXPIRE scores:a 100",
  "PEXPIRE scores:a 0",
  "GETEX scores:a EX 100",
  "FLUSHALL",
  "MSET scores:a 2 scores:b 2",
  "MULTI | SET scores:a 2 | GET scores:a | EXEC",
  "PING | SET scores:a 2 | GET scores:a | SET scores:a 3 | PING",
  "CLIENT REPLY SKIP | SET scores:a 2 | PING",
] as const;
/** In BCAST mode redis-server tells once for the whole pipeline; here a transaction is a turn of its own. */
const UNLESS_BCAST = ["MULTI | DEL scores:a | GET scores:a | SET scores:a 3 | EXEC | PING"];

async function open(t: ExecutionContext, to: NetConnectOpts) {
  const socket = connect(to);
  t.teardown(() => socket.destroy());
  await once(socket, "connect");
  let text = "";
  socket.on("data", (chunk) => (text += chunk.toString("latin1")));
  const send = (pipeline: string) =>
    socket.write(
      bytes(
        pipeline
          .split(" | ")
          .map((words) => command(...words.split(" ")))
          .join(""),
      ),
    );
  /** All that has come when something behind it has been answered; BCAST tells behind all replies of a pipeline. */
  const say = async (pipeline: string) => {
    send(pipeline);
    await until(`a reply to ${pipeline}`, () => text !== "");
    send("ECHO marker");
    await until(`the replies to ${pipeline}`, () => text.endsWith(MARKER));
    const said = text.slice(0, -MARKER.length);
    text = "";
    return said;
  };
  return { socket, say };
}

const MARKER = "$6\r\nmarker\r\n";

/** Keeps what goes to the kernel, write by write. */
function watchWrites(socket: Socket): string[] {
  const writes: string[] = [];
  const { _write: write, _writev: writev } = socket;
  socket._write = (chunk, ...rest) => {
    writes.push(chunk.toString("latin1"));
    write.call(socket, chunk, ...rest);
  };
  socket._writev = (chunks, done) => {
    writes.push(chunks.map(({ chunk }) => chunk.toString("latin1")).join(""));
    writev!.call(socket, chunks, done);
  };
  return writes;
}

const READ = "FLUSHALL | MSET scores:a 1 scores:b 1 | GET scores:a";

for (const mode of ["", "NOLOOP", "BCAST", "BCAST PREFIX scores:"]) {
  compared(`one's own change and its push are one write, as redis-server's bytes: ON ${mode}`, async (t) => {
    const redis = await RedisServer.start();
    t.teardown(() => redis.stop());
    const { node, port } = await startRig(t, [], { loader: { load: () => null } });
    const theirs = await open(t, { path: redis.socket });
    const ours = await open(t, { port, host: node.conf.bind[0]! });
    const [connection] = node.clients.all();
    const writes = watchWrites(connection!.socket);
    for (const side of [theirs, ours])
      await side.say(`HELLO 3 | CLIENT TRACKING ON ${mode}`.replace("  ", " "));
    for (const change of mode.startsWith("BCAST") ? CHANGES : [...CHANGES, ...UNLESS_BCAST]) {
      for (const side of [theirs, ours]) await side.say(READ);
      writes.length = 0;
      const said = await ours.say(change);
      t.is(said, await theirs.say(change), change);
      const [first] = writes;
      t.is(first, said, `${change}: ${JSON.stringify(writes)}`);
    }
  });
}
