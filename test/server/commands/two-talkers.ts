/**
 * Two clients that play one script on carrotCache and on redis-server. After each step both say ECHO, and the reply to it shows
 * that everything before has come. All bytes of each client are compared.
 */
import { connect, type NetConnectOpts } from "node:net";
import type { ExecutionContext } from "ava";
import type { Loader } from "../../../server/loaders/loader.ts";
import { bytes, command } from "../../proto/read-commands.ts";
import { RedisServer } from "../../proto/redis-server.ts";
import { until } from "../../until.ts";
import { type Rig, startRig } from "../rig.ts";

/** `a: GET k | PING`: what a client sends in one piece. `a` begins with HELLO 3, `b` with RESP2. */
export type Step = string;

const MARKER = "$6\r\nmarker\r\n";
export const HELLO = command("HELLO", "3");

export class Talker {
  readonly #socket;
  #text = "";

  constructor(t: ExecutionContext, to: NetConnectOpts) {
    this.#socket = connect(to);
    this.#socket.on("error", (error) => t.fail(error.message));
    this.#socket.on("data", (chunk) => {
      this.#text += chunk.toString("latin1");
    });
    t.teardown(() => this.#socket.destroy());
  }

  /** Sends commands, waits for their replies, and returns all that has come. */
  async say(text: string): Promise<string> {
    this.#socket.write(bytes(text + command("ECHO", "marker")));
    await until(`the replies to ${JSON.stringify(text)} have come`, () => this.#text.includes(MARKER));
    const heard = this.#text.replace(MARKER, "(marker)");
    this.#text = "";
    return heard;
  }
}

/** What both clients get, step by step. */
async function perform(t: ExecutionContext, to: NetConnectOpts, script: readonly Step[]): Promise<string[]> {
  const clients = { a: new Talker(t, to), b: new Talker(t, to) };
  await clients.b.say("");
  await clients.a.say(HELLO);
  const transcript: string[] = [];
  for (const step of script) {
    const [who, pipeline] = [step[0] as "a" | "b", step.slice(3)];
    const commands = pipeline.split(" | ").map((words) => command(...words.split(" ")));
    const own = await clients[who].say(commands.join(""));
    const other = await clients[who === "a" ? "b" : "a"].say("");
    transcript.push(`${step}\n  says: ${JSON.stringify(own)}\n  other: ${JSON.stringify(other)}`);
  }
  return transcript;
}

export function addressOf({ node, port }: Rig): NetConnectOpts {
  return { port, host: node.conf.bind[0]! };
}

/** Plays the script on both servers, each fresh; the load of a key finds what the loader says. */
export async function compareScript(
  t: ExecutionContext,
  script: readonly Step[],
  loader: Loader,
): Promise<void> {
  const redis = await RedisServer.start();
  t.teardown(() => redis.stop());
  const rig = await startRig(t, [], { loader });
  const expected = await perform(t, { path: redis.socket }, script);
  const got = await perform(t, addressOf(rig), script);
  const comparable = (lines: string[]) =>
    lines.map((line) => line.replace(/(%7|\*14).*?modules\\r\\n\*0/, "(hello)"));
  t.deepEqual(comparable(got), comparable(expected));
}
