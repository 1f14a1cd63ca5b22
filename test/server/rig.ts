/**
 * A node of real parts in this process, with its origin, its clock and its log in the test's hands; and clients that
 * show what really is on the wire.
 *
 * Owns what it starts: everything is closed when the test ends. Texts on the wire are latin1, one character a byte.
 */
import { createRequire } from "node:module";
import { connect, type Socket } from "node:net";
import type { ExecutionContext } from "ava";
import type { Redis, RedisOptions } from "ioredis";
import type { Redis as Redis5, RedisOptions as RedisOptions5 } from "ioredis5";
import pino from "pino";
import { readConf } from "../../server/conf/read-conf.ts";
import type { Loader } from "../../server/loaders/loader.ts";
import { pinoLevel } from "../../server/machine/log.ts";
import { realWorld } from "../../server/machine/world.ts";
import { Node } from "../../server/node.ts";
import { bytes, command } from "../proto/read-commands.ts";
import { patient } from "../until.ts";
import { FakeClock } from "./fakes.ts";

export interface RigOptions {
  /** The loader of every group. By default it returns `value of KEY` for every key. */
  readonly loader?: Loader;
  /** The node's clock. By default it stands still. */
  readonly clock?: () => number;
}

export interface Rig {
  readonly node: Node;
  readonly port: number;
  readonly clock: FakeClock;
  /** What the node's `random()` returns, from 0 to 1; 0 at first. */
  readonly dice: { value: number };
  /** The loader keys that the default loader was asked for, in order. */
  readonly asked: string[];
  /** Entries of the log, as pino writes them. */
  readonly log: { readonly level: number; readonly msg: string; readonly why?: string }[];
  /** How often a client has said SHUTDOWN. */
  readonly shutdowns: () => number;
  /** A client that sends and shows bytes. */
  client(): Promise<RawClient>;
  /** All bytes that a new client gets for these commands, in RESP2. */
  ask(...commands: string[][]): Promise<string>;
  /** All bytes that a new client gets for these commands in RESP3, without the reply to HELLO 3. */
  ask3(...commands: string[][]): Promise<string>;
  redis(options?: RedisOptions): Redis;
  redis5(options?: RedisOptions5): Redis5;
}

export { ownHost } from "./own-host.ts";

/** Loads the two ioredis only when a test uses them: they take longer to load than the node. */
const require = createRequire(import.meta.url);

/**
 * Starts a node on the defaults, a group `scores` and these lines. Its maxmemory is small: a room of tests starts hundreds
 * of nodes, and the memory of a closed node stays until the garbage collector runs.
 */
export async function startRig(
  t: ExecutionContext,
  lines: readonly string[] = [],
  options: RigOptions = {},
): Promise<Rig> {
  const clock = new FakeClock();
  const asked: string[] = [];
  const log: Rig["log"] = [];
  const dice = { value: 0 };
  let shutdowns = 0;
  const own = lines.some((line) => line.startsWith("group ")) ? [] : ["group scores ttl 0"];
  const port0 = lines.some((line) => line.startsWith("port ")) ? [] : ["port 0"];
  const memory = lines.some((line) => line.startsWith("maxmemory ")) ? [] : ["maxmemory 16mb"];
  const conf = readConf({ text: [...port0, ...memory, ...own, ...lines].join("\n") });
  const load: Loader["load"] = (key) => {
    asked.push(String(key));
    return `value of ${key}`;
  };
  const loader = options.loader ?? { load };
  const node = await Node.start({
    conf,
    loaders: new Map(conf.groups.map(({ name }) => [name, loader])),
    log: pino({ level: pinoLevel(conf.loglevel) }, { write: (line) => void log.push(JSON.parse(line)) }),
    world: realWorld(options.clock ?? clock.read, () => dice.value),
    threads: 1,
    onShutdown: () => shutdowns++,
  });
  t.teardown(() => node.close());
  const { port } = node;
  const [host] = conf.bind as [string];
  const client = async () => {
    const raw = await RawClient.connect(port, host);
    t.teardown(() => raw.socket.destroy());
    return raw;
  };
  const ask = async (...commands: string[][]) => (await client()).all(commandsText(commands));
  const ask3 = async (...commands: string[][]) => {
    const raw = await client();
    raw.send(command("HELLO", "3"));
    await raw.until((text) => text.endsWith("$7\r\nmodules\r\n*0\r\n"));
    raw.take();
    return raw.all(commandsText(commands));
  };
  const disconnecting = <T extends { disconnect(): void }>(redis: T): T => {
    t.teardown(() => redis.disconnect());
    return redis;
  };
  return {
    ...{ node, port, clock, dice, asked, log, client, ask, ask3, shutdowns: () => shutdowns },
    redis: (redisOptions = {}) => {
      const ioredis: typeof import("ioredis") = require("ioredis");
      return disconnecting(new ioredis.Redis(port, host, redisOptions));
    },
    redis5: (redisOptions = {}) => {
      const ioredis5: typeof import("ioredis5") = require("ioredis5");
      return disconnecting(new ioredis5.Redis(port, host, redisOptions));
    },
  };
}

function commandsText(commands: readonly string[][]): string {
  return commands.map((words) => command(...words)).join("");
}

/** A bulk string on the wire. */
export function bulk(text: string): string {
  return `$${text.length}\r\n${text}\r\n`;
}

/** A client that can half-close, can stop reading, and keeps what it has read. */
export class RawClient {
  readonly socket: Socket;
  /** The server has closed its side. */
  readonly ended: Promise<unknown>;
  /** The connection is gone. */
  readonly closed: Promise<unknown>;
  #text = "";
  #changed = new Set<() => void>();

  private constructor(socket: Socket) {
    this.socket = socket;
    this.ended = new Promise((resolve) => socket.once("end", resolve));
    this.closed = new Promise((resolve) => socket.once("close", resolve));
    socket.on("data", (chunk) => {
      this.#text += chunk.toString("latin1");
      for (const check of this.#changed) check();
    });
    // A server that closes with bytes unread causes a reset here.
    socket.on("error", () => {});
    socket.once("close", () => {
      for (const check of this.#changed) check();
    });
  }

  /** Resolves also when nobody accepts the connection: then the client is closed. */
  static async connect(port: number, host = "127.0.0.1"): Promise<RawClient> {
    const socket = connect({ port, host, allowHalfOpen: true, noDelay: true });
    const client = new RawClient(socket);
    await patient(
      () => `a connection to ${host}:${port}`,
      Promise.race([new Promise((resolve) => socket.once("connect", resolve)), client.closed]),
    );
    return client;
  }

  /** What has come since the last `take`. */
  get text(): string {
    return this.#text;
  }

  take(): string {
    const text = this.#text;
    this.#text = "";
    return text;
  }

  send(text: string): void {
    this.socket.write(bytes(text));
  }

  /** Resolves when what has come fits, or when nothing can come any more. */
  until(fits: (text: string) => boolean): Promise<string> {
    const fitting = new Promise<string>((resolve) => {
      const check = () => {
        if (!fits(this.#text) && !this.socket.destroyed) return;
        this.#changed.delete(check);
        resolve(this.#text);
      };
      this.#changed.add(check);
      check();
    });
    return patient(() => `more than ${JSON.stringify(this.#text.slice(-1000))} (${fits})`, fitting);
  }

  /** Sends, and takes the reply as soon as it is as long as the expected one. */
  async reply(text: string, expected: string): Promise<string> {
    this.send(text);
    await this.until((got) => got.length >= expected.length);
    return this.take();
  }

  /** Sends, closes this side, and takes all that comes until the server closes its own. */
  async all(text = ""): Promise<string> {
    this.socket.end(bytes(text));
    await patient(() => `the end of what follows ${JSON.stringify(text.slice(0, 1000))}`, this.closed);
    return this.take();
  }
}
