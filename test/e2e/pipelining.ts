/**
 * Clients that keep a node busy with pipelines of GETs, check every reply, and reconnect when the node closes.
 *
 * Owns the check of replies. A value names its key and ends with a checksum of itself, so that no reply passes for that
 * to another key. After a FIN the check also finds commands that the node had read and not answered: some keys are asked
 * for by one client only, and the origin has loaded them. A pause between pipelines bounds the load on the machine.
 */
import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { crc32 } from "node:zlib";
import type { ExecutionContext } from "ava";
import { Redis } from "ioredis";
import { splitReplies } from "../differential/replies.ts";
import { bytes, command } from "../proto/read-commands.ts";
import { turn } from "../server/fakes.ts";
import { bulk } from "../server/rig.ts";
import { until } from "../until.ts";
import type { Origin } from "./origin.ts";

const PIPELINE = 16;
const PAUSE_MS = 5;
const RECONNECT_MS = 20;
const HOT_KEYS = 500;

/** `KEY|padding|CHECKSUM`, from 20 bytes to 1 kB; null for keys that begin with `none`. */
export function sealed(key: string): string | null {
  if (key.startsWith("none")) return null;
  const body = `${key}|${"abcdefg".repeat(crc32(key) % 140)}`;
  return `${body}|${crc32(body)}`;
}

/** Sixteen keys: ten hot ones and a missing one, which are soon hits, and five new ones, two of which are missing. */
function pipeline(fresh: () => string): string[] {
  const hot = Array.from({ length: 10 }, () => `hot${Math.floor(Math.random() * HOT_KEYS)}`);
  const mine = [fresh(), `none-${fresh()}`, fresh(), `none-${fresh()}`, fresh()];
  return ["none", ...hot, ...mine];
}

/** Waits, and takes a FIN that has come: to bytes that are written behind the node's FIN the answer is a reset. */
async function pause(): Promise<void> {
  await sleep(PAUSE_MS);
  await turn();
}

/** One client's connections to one node. */
export abstract class Pipelining {
  /** Replies that were right. */
  answers = 0;
  readonly problems: string[] = [];
  isStopped = false;
  readonly name: string;
  readonly port: number;
  readonly origin: Origin;
  #fresh = 0;

  constructor(name: string, port: number, origin: Origin) {
    this.name = name;
    this.port = port;
    this.origin = origin;
  }

  /** Asks until it is stopped, or something is wrong. */
  async run(): Promise<void> {
    while (!this.isStopped && this.problems.length === 0) {
      await this.ask(pipeline(() => `${this.name}-${++this.#fresh}`));
      await pause();
    }
  }

  /** Resolves when the replies of `pipelines` more pipelines have come, or something is wrong. */
  async more(pipelines: number): Promise<void> {
    const goal = this.answers + pipelines * PIPELINE;
    await until(`${this.name} has ${goal} answers`, () => this.answers >= goal || this.problems.length > 0);
  }

  /** Resolves when the replies have come or the connection is gone. */
  abstract ask(keys: readonly string[]): Promise<void>;

  judge(key: string, value: string | null): void {
    if (value === sealed(key)) this.answers++;
    else this.problems.push(`${this.name}: ${key} is ${value}`);
  }
}

/** A client that writes bytes to a socket, and so sees replies that are lost at a FIN. */
export class RawPipelining extends Pipelining {
  connections = 0;
  /** Commands that had no reply when a node closed, and that it had not read. */
  unread = 0;
  #socket: Socket | undefined;

  async ask(keys: readonly string[]): Promise<void> {
    this.#socket ??= await this.#connect();
    const socket = this.#socket;
    if (socket === undefined) return void (await sleep(RECONNECT_MS));
    let [text, at] = ["", 0];
    await new Promise<void>((resolve) => {
      const take = (chunk: Buffer) => {
        const { replies, rest } = splitReplies(text + chunk.toString("latin1"));
        text = rest;
        for (const reply of replies) this.#judgeReply(keys[at++], reply);
        if (at >= keys.length) resolve();
      };
      const end = () => {
        this.#ended(keys.slice(at), text);
        resolve();
      };
      socket.removeAllListeners("data").removeAllListeners("close").on("data", take).once("close", end);
      if (socket.destroyed) end();
      else void this.#write(socket, keys.map((key) => command("GET", `item:${key}`)).join(""));
    });
  }

  disconnect(): void {
    this.#socket?.removeAllListeners("close").destroy();
  }

  /** Writes in two pieces with a pause between them, so that the second may be unread when a node closes. */
  async #write(socket: Socket, text: string): Promise<void> {
    const middle = Math.floor(Math.random() * text.length);
    for (const piece of [text.slice(0, middle), text.slice(middle)]) {
      if (socket.readableEnded) return;
      socket.write(bytes(piece));
      await pause();
    }
  }

  /** Resolves with undefined while no node listens. */
  #connect(): Promise<Socket | undefined> {
    return new Promise((resolve) => {
      const socket = connect({ port: this.port, host: "127.0.0.1", noDelay: true });
      socket.once("connect", () => {
        this.connections++;
        resolve(socket);
      });
      socket.on("error", (error: NodeJS.ErrnoException) => {
        if (error.code !== "ECONNREFUSED") this.problems.push(`${this.name}: ${error.message}`);
        resolve(undefined);
      });
    });
  }

  #judgeReply(key: string | undefined, reply: string): void {
    const value = key === undefined ? undefined : sealed(key);
    if (key === undefined) this.problems.push(`${this.name}: more replies than commands: ${reply}`);
    else if (reply === (value == null ? "$-1\r\n" : bulk(value))) this.answers++;
    else this.problems.push(`${this.name}: ${key} is ${reply}`);
  }

  /** A load at the origin of a key that only this client asks for shows that the node had read the command. */
  #ended(unanswered: readonly string[], rest: string): void {
    this.#socket = undefined;
    this.unread += unanswered.length;
    const lost = unanswered.filter((key) => key.includes(this.name) && this.origin.loads.has(key));
    if (lost.length > 0) this.problems.push(`${this.name}: read and not answered: ${lost.join(" ")}`);
    if (rest !== "") this.problems.push(`${this.name}: half a reply: ${rest}`);
  }
}

/** A client of ioredis, which by itself asks again for what had no reply. */
export class RedisPipelining extends Pipelining {
  readonly #client: Redis;

  constructor(name: string, port: number, origin: Origin) {
    super(name, port, origin);
    // It retries for as long as a busy machine takes to start a node.
    const patient = { retryStrategy: () => RECONNECT_MS, maxRetriesPerRequest: null };
    this.#client = new Redis(port, "127.0.0.1", patient);
    this.#client.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "ECONNREFUSED") this.problems.push(`${name}: ${error.message}`);
    });
  }

  async ask(keys: readonly string[]): Promise<void> {
    try {
      const values = await Promise.all(keys.map((key) => this.#client.get(`item:${key}`)));
      for (const [i, value] of values.entries()) this.judge(keys[i]!, value);
    } catch (error) {
      this.problems.push(`${this.name}: ${(error as Error).message}`);
    }
  }

  disconnect(): void {
    this.#client.disconnect();
  }
}

/** Starts three clients for each node, two of them raw, that ask until `stop`. Resolves when all have had replies. */
export async function keepBusy(t: ExecutionContext, ports: readonly number[], origin: Origin) {
  const raw = ports.flatMap((port, i) =>
    ["a", "b"].map((letter) => new RawPipelining(`raw${i}${letter}`, port, origin)),
  );
  const redis = ports.map((port, i) => new RedisPipelining(`redis${i}`, port, origin));
  const all = [...raw, ...redis];
  t.teardown(() => {
    for (const client of all) client.isStopped = true;
    for (const client of all) client.disconnect();
  });
  const running = all.map((client) => client.run());
  await Promise.all(all.map((client) => client.more(5)));
  const stop = async () => {
    for (const client of all) client.isStopped = true;
    await Promise.all(running);
  };
  return { all, raw, redis, stop };
}
