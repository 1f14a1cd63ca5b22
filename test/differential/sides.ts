/**
 * The two servers that are compared, a real redis-server and a real carrotCache. Both get the same bytes in the same
 * pieces.
 */
import { connect, type NetConnectOpts } from "node:net";
import { COMMANDS } from "../../server/commands/table.ts";
import { startNodeProcess } from "../e2e/processes.ts";
import { NODE_NEW } from "../node-new.ts";
import { bytes, command, cutAt } from "../proto/read-commands.ts";
import { RedisServer } from "../proto/redis-server.ts";
import type { Owner } from "../started-once.ts";
import { type Comparison, compareStreams } from "./compare.ts";
import { splitReplies } from "./replies.ts";
import type { Stream } from "./streams.ts";

/** Empties the store before each stream; the reply is not compared. */
const CLEAN = command("FLUSHALL");
const CLEAN_REPLY = "+OK\r\n";

export interface Verdict {
  readonly comparison: Comparison;
  readonly ours: string;
  readonly theirs: string;
}

export interface Sides {
  compare(stream: Stream): Promise<Verdict>;
}

/** With several threads, the kernel gives each stream to any of them. */
export async function startSides(t: Owner, threads = 1): Promise<Sides> {
  const redis = await RedisServer.start("--databases", "1");
  t.teardown(() => redis.stop());
  const runtime = threads === 1 ? process.execPath : NODE_NEW;
  const carrot = await startNodeProcess(t, ["--port", "0", "--threads", `${threads}`], "", [], runtime);
  const list = splitReplies((await redis.answer(bytes(command("COMMAND", "LIST")))).toString("latin1"));
  const names = Array.from(list.replies[0]!.matchAll(/\r\n([a-z][^\r]*)/g), (match) => match[1]!);
  const foreign = new Set(names.filter((name) => !COMMANDS.has(name)));
  let count = 0;
  const ask = async (pieces: readonly Buffer[]) => {
    // Ports run out when thousands of connections of one address have just been closed.
    const localAddress = `127.0.0.${2 + (count++ % 200)}`;
    return Promise.all([
      answer({ host: "127.0.0.1", port: carrot.port, localAddress }, pieces),
      answer({ path: redis.socket }, pieces),
    ]);
  };
  return {
    async compare(stream) {
      const whole = bytes(CLEAN + stream.text);
      const cuts = stream.cuts.map((part) => CLEAN.length + Math.floor(part * stream.text.length));
      let [ours, theirs] = await ask(cutAt(whole, cuts));
      // Redis closed before it had read everything, and the reset lost its replies: now all in one piece.
      if (theirs.wasReset) [ours, theirs] = await ask([whole]);
      return {
        comparison: compareStreams(stream, ours.text, theirs.text, foreign),
        ours: ours.text,
        theirs: theirs.text,
      };
    },
  };
}

interface Answer {
  readonly text: string;
  readonly wasReset: boolean;
}

/** Sends these pieces, closes this side, and returns everything that comes back; latin1. */
function answer(to: NetConnectOpts, pieces: readonly Buffer[]): Promise<Answer> {
  return new Promise((resolve) => {
    const socket = connect({ ...to, allowHalfOpen: true });
    const chunks: Buffer[] = [];
    socket.setNoDelay(true);
    socket.on("data", (chunk) => chunks.push(chunk));
    let wasReset = false;
    socket.on("error", () => {
      wasReset = true;
      socket.destroy();
    });
    socket.once("close", () => {
      const text = Buffer.concat(chunks).toString("latin1");
      // The reply to CLEAN is missing when the guard against HTTP has dropped what was not written yet.
      resolve({ text: text.startsWith(CLEAN_REPLY) ? text.slice(CLEAN_REPLY.length) : text, wasReset });
    });
    const send = (i: number) => {
      if (i === pieces.length - 1) socket.end(pieces[i]);
      else socket.write(pieces[i]!, () => setImmediate(send, i + 1));
    };
    socket.once("connect", () => send(0));
  });
}
