/**
 * Commands that the request side of RESP reads in a second of CPU time: redis-parser alone, the reader with redis-parser
 * behind it, and the reader's GET fast path. The input is pipelined GETs in chunks of 64 KiB, cut anywhere.
 *
 *     node dist/bench/resp.js [seconds per row]
 */
import RedisParser from "redis-parser";
import { COMMAND, CommandReader } from "../proto/command-reader.ts";

const LIMITS = { maxArgs: 1 << 20, maxBulkBytes: 1 << 29, maxCommandBytes: 1 << 26, maxInlineBytes: 1 << 16 };
const CHUNK_BYTES = 65536;
const STREAM_COMMANDS = 20_000;

function stream(command: (i: number) => string[]): Buffer {
  let text = "";
  for (let i = 0; i < STREAM_COMMANDS; i++) {
    const args = command(i);
    text += `*${args.length}\r\n${args.map((arg) => `$${arg.length}\r\n${arg}\r\n`).join("")}`;
  }
  return Buffer.from(text);
}

const gets = stream((i) => ["GET", `key:${String(i).padStart(6, "0")}`]);
const mgets = stream((i) => ["MGET", ...Array.from({ length: 10 }, (_, k) => `key:${i}:${k}`)]);

/** Feeds the stream once; returns how many commands it gave. */
type Pass = (stream: Buffer) => number;

function throughParser(): Pass {
  let count = 0;
  const fail = (error: Error) => {
    throw error;
  };
  const parser = new RedisParser({ returnBuffers: true, returnReply: () => count++, returnError: fail });
  return (stream) => {
    count = 0;
    for (let at = 0; at < stream.length; at += CHUNK_BYTES)
      parser.execute(stream.subarray(at, at + CHUNK_BYTES));
    return count;
  };
}

/** The passes through the reader add to it, so that the compiler cannot leave the reading out. */
let sink = 0;

function throughReader(take: (reader: CommandReader) => number): Pass {
  const reader = new CommandReader(LIMITS);
  return (stream) => {
    let count = 0;
    for (let at = 0; at < stream.length; at += CHUNK_BYTES) {
      reader.push(stream.subarray(at, at + CHUNK_BYTES));
      while (reader.next() === COMMAND) {
        sink += take(reader);
        count++;
      }
    }
    return count;
  };
}

function measure(name: string, stream: Buffer, pass: Pass, seconds: number): void {
  for (let i = 0; i < 20; i++) pass(stream);
  const start = process.cpuUsage();
  let count = 0;
  let cpuMicros = 0;
  while (cpuMicros < seconds * 1e6) {
    count += pass(stream);
    const used = process.cpuUsage(start);
    cpuMicros = used.user + used.system;
  }
  const millions = (count / cpuMicros).toFixed(1).padStart(6);
  console.log(`${name.padEnd(44)} ${millions} M/s ${((1000 * cpuMicros) / count).toFixed(0).padStart(6)} ns`);
}

const seconds = Number(process.argv[2] ?? 2);
const offsets = (reader: CommandReader) => reader.argEnd[1]! - reader.argStart[1]! + Number(reader.isGet);
const buffers = (reader: CommandReader) => reader.args().length;
console.log(`commands a CPU second, node ${process.version}`);
measure("GET, redis-parser alone", gets, throughParser(), seconds);
measure("GET, reader + args()", gets, throughReader(buffers), seconds);
measure("GET, reader, fast path", gets, throughReader(offsets), seconds);
measure("MGET of 10, redis-parser alone", mgets, throughParser(), seconds);
measure("MGET of 10, reader + args()", mgets, throughReader(buffers), seconds);
measure("MGET of 10, reader, offsets only", mgets, throughReader(offsets), seconds);
if (sink === 0) throw new Error("nothing was read");
