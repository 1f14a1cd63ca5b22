/**
 * Writers and readers flat out on one node, or on two members that forward to each other, to find a value that is torn, of
 * another key, or out of its place.
 *
 * Owns the clients and the check: a value names its key and begins with a checksum of all the rest, so every reply has to be
 * one whole value that somebody has written. Its sizes lie around those from which a value goes another way to its client.
 * Some readers stop reading now and then, so that the kernel takes a part of what is written to them.
 */
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { crc32 } from "node:zlib";
import { command } from "../../bench/client.ts";
import { allLinked, type NodeProcess, reservePorts, startNodeProcess } from "../e2e/processes.ts";
import type { Owner } from "../started-once.ts";
import { patient } from "../until.ts";
import { BulkReader } from "./bulk-reader.ts";

export interface TornOptions {
  readonly seconds: number;
  readonly seed: number;
  readonly threads: number;
  /** 1 or 2. */
  readonly members?: number;
  /** The Node that runs the node. */
  readonly runtime: string;
}

export interface TornReport {
  values: number;
  misses: number;
  written: number;
  /** How often a reader stopped for a while. */
  pauses: number;
  readonly problems: string[];
}

const KEY = "key:";
/** Few, so that a key is often read while it is written. */
const KEYS = 6;
/** Less than all keys take when their values are large: entries are evicted and moved all the time. */
const MAXMEMORY = "2mb";
const READERS = 8;
const WRITERS = 4;
const WRITES_AT_ONCE = 8;
const READS_AT_ONCE = 8;
/** More than the kernel takes, while the reader pauses. */
const READS_AT_A_PAUSE = 64;
/** What a writer writes again and again: to make a value costs more than to write it. */
const COMMANDS = 200;
const EDGES = [100, 400, 1 << 14, 1 << 16, 278_528, 1 << 20];
const CHECKSUM_CHARACTERS = 8;
/** Read in every run, however busy the machine is. */
const LEAST_VALUES = 200;
const PAUSE_MS = 30;

type Dice = () => number;

/** Numbers from 0 to 1, the same for the same seed. */
function diceOf(seed: number): Dice {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Runs writers and readers for so many seconds, or until enough has been read. What it starts ends with its owner. */
export async function tear(owner: Owner, options: TornOptions): Promise<TornReport> {
  const nodes = await startNodes(owner, options);
  const report: TornReport = { values: 0, misses: 0, written: 0, pauses: 0, problems: [] };
  const untilMs = performance.now() + options.seconds * 1000;
  const isEnough = () => performance.now() >= untilMs && report.values >= LEAST_VALUES;
  const goesOn = () => report.problems.length === 0 && !isEnough();
  const run = async (work: Work, i: number) => {
    const socket = connect(nodes[i % nodes.length]!.port, "127.0.0.1");
    owner.teardown(() => socket.destroy());
    socket.on("error", (error) => report.problems.push(String(error)));
    await once(socket, "connect");
    await work(new Client(socket, `client ${i}`, diceOf(options.seed * 1000 + i)), report, goesOn);
  };
  const works = Array.from({ length: WRITERS + READERS }, (_, i) => run(i < WRITERS ? write : read, i));
  await Promise.all(works);
  return report;
}

async function startNodes(
  owner: Owner,
  { threads, members = 1, runtime }: TornOptions,
): Promise<NodeProcess[]> {
  const args = ["--port", "0", "--threads", `${threads}`, "--maxmemory", MAXMEMORY];
  const group = ["--group", "default loader none"];
  const ports = members > 1 ? await reservePorts(owner, members) : [];
  const ids = ports.map((port) => `127.0.0.1:${port}`);
  const start = (port: number | undefined) => {
    const peers =
      port === undefined ? [] : ["--peers", ...ids, "--peer-port", `${port}`, "--peer-timeout", "30s"];
    return startNodeProcess(owner, [...args, ...peers, ...group], ids[0] ?? "", [], runtime);
  };
  const nodes = await Promise.all(ports.length > 0 ? ports.map(start) : [start(undefined)]);
  if (members > 1) await Promise.all(nodes.map(allLinked));
  return nodes;
}

type Work = (client: Client, report: TornReport, goesOn: () => boolean) => Promise<void>;

class Client {
  readonly dice: Dice;
  readonly replies: BulkReader;
  readonly #socket: Socket;
  readonly #name: string;
  #missing = 0;
  #answered: (() => void) | undefined;

  constructor(socket: Socket, name: string, dice: Dice) {
    this.#socket = socket;
    this.#name = name;
    this.dice = dice;
    this.replies = new BulkReader();
    socket.on("data", (chunk: Buffer) => {
      this.replies.push(chunk);
      if (this.replies.length >= this.#missing) this.#answered?.();
    });
  }

  key(): string {
    return `${KEY}${Math.floor(this.dice() * KEYS)}`;
  }

  /** Sends commands, and resolves to as many replies. `pauses`: does not read for a while. */
  async ask(commands: string | Buffer, count: number, pauses: boolean): Promise<(Buffer | null)[]> {
    if (pauses) {
      this.#socket.pause();
      setTimeout(() => this.#socket.resume(), PAUSE_MS);
    }
    this.#missing = count;
    const answered = new Promise<void>((resolve) => (this.#answered = resolve));
    this.#socket.write(commands);
    await patient(() => `${count} replies to ${this.#name}`, answered);
    return this.replies.take(count);
  }
}

async function write(client: Client, report: TornReport, goesOn: () => boolean): Promise<void> {
  const commands = Array.from({ length: COMMANDS }, () => {
    const key = client.key();
    return Buffer.from(command(["SET", key, sealed(key, client.dice)]));
  });
  while (goesOn()) {
    const some = Array.from(
      { length: WRITES_AT_ONCE },
      () => commands[Math.floor(client.dice() * COMMANDS)]!,
    );
    await client.ask(Buffer.concat(some), WRITES_AT_ONCE, false);
    report.written += WRITES_AT_ONCE;
  }
}

async function read(client: Client, report: TornReport, goesOn: () => boolean): Promise<void> {
  while (goesOn()) {
    const pauses = client.dice() < 0.1;
    const most = pauses ? READS_AT_A_PAUSE : READS_AT_ONCE;
    const keys = Array.from({ length: 1 + Math.floor(client.dice() * most) }, () => client.key());
    if (pauses) report.pauses++;
    const values = await client.ask(keys.map((key) => command(["GET", key])).join(""), keys.length, pauses);
    for (const [i, value] of values.entries()) {
      if (value === null) report.misses++;
      else if (isWhole(keys[i]!, value)) report.values++;
      else report.problems.push(`GET ${keys[i]}: ${value.length} bytes, ${value.toString("latin1", 0, 40)}`);
    }
  }
}

/**
 * `CHECKSUM KEY fill`. Mostly it has its key's own size, and takes the place of the value before it in memory; else any size
 * around one of the edges or below it, and the entries around it move.
 */
function sealed(key: string, dice: Dice): string {
  const own = EDGES[Number(key.slice(KEY.length)) % EDGES.length]!;
  const edge = EDGES[Math.floor(dice() * EDGES.length)]!;
  const around = dice() < 0.5 ? edge - 8 + Math.floor(dice() * 17) : Math.floor(dice() * edge) + 40;
  const size = dice() < 0.9 ? own : around;
  const body = ` ${key} `.padEnd(size - CHECKSUM_CHARACTERS, `${Math.floor(dice() * 2 ** 32)};`);
  return crc32(body).toString(16).padStart(CHECKSUM_CHARACTERS, "0") + body;
}

/** Whether all of the value is of one writing. */
export function isWhole(key: string, value: Buffer): boolean {
  const sum = Number.parseInt(value.toString("latin1", 0, CHECKSUM_CHARACTERS), 16);
  const body = value.subarray(CHECKSUM_CHARACTERS);
  return body.toString("latin1", 0, key.length + 2) === ` ${key} ` && crc32(body) === sum;
}
