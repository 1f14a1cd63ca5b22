/**
 * Goal: a log is rotated as logrotate does it: move the file, send SIGHUP, and the node writes a new one.
 * Method: real processes and signals, with one thread and with two; lines that both threads cause.
 */
import { readFileSync, renameSync } from "node:fs";
import path from "node:path";
import test, { type ExecutionContext } from "ava";
import { Redis } from "ioredis";
import { NODE_NEW, testWith } from "../needs.ts";
import { until } from "../until.ts";
import { CLI, start, temporaryDirectory } from "./processes.ts";
import { THREADS } from "./threads/rig.ts";

async function rotates(t: ExecutionContext, threads: number): Promise<void> {
  const logfile = path.join(temporaryDirectory(t), "carrot.log");
  const args = ["--port", "0", "--logfile", logfile, "--threads", String(threads), "--bind", "0.0.0.0"];
  const node = start(t, NODE_NEW, [CLI, ...args]);
  const port = Number((await node.printed(/ready on [^ ]*:(\d+)/))[1]);
  await until("the first line is there", () => / # bind has /.test(readFileSync(logfile, "utf8")));
  renameSync(logfile, `${logfile}.1`);
  node.kill("SIGHUP");
  await node.printed(/SIGHUP, opened the log file again: .*carrot\.log\n/);
  t.is(readFileSync(logfile, "utf8"), "");
  const before = readFileSync(`${logfile}.1`, "utf8");
  // Each thread has a line for the first client that it closes for a protocol error.
  await until("each thread has written into the new file", async () => {
    const client = new Redis(port, "127.0.0.1", { retryStrategy: () => null, lazyConnect: true });
    client.on("error", () => {});
    await client.connect();
    client.stream.write("*x\r\n");
    await new Promise((resolve) => client.once("end", resolve));
    const lines = readFileSync(logfile, "utf8").match(/ # closed client .*\n/g) ?? [];
    return new Set(lines.map((line) => /thread=\d+/.exec(line)?.[0])).size === threads;
  });
  t.is(readFileSync(`${logfile}.1`, "utf8"), before);
  node.kill("SIGTERM");
  t.is(await node.ended, 0);
}

test("with one thread", (t) => rotates(t, 1));
testWith(THREADS)("with worker threads", (t) => rotates(t, 2));
