/**
 * Goal: a broken or slow stream costs lines, not the node.
 * Method: streams that fail or stall when the test says so.
 */
import { Writable } from "node:stream";
import test from "ava";
import pino from "pino";
import { dropped, guarded } from "../../../server/machine/guarded-target.ts";
import { turn } from "../fakes.ts";

/** A stream that takes nothing until the test says so. */
class Stuck extends Writable {
  done: ((error?: Error) => void) | undefined;
  override _write(_chunk: Buffer, _encoding: string, done: (error?: Error) => void): void {
    this.done = done;
  }
}

test.serial("a stream that breaks costs its lines, and they are counted", async (t) => {
  const stream = new Stuck();
  const log = pino({}, guarded(stream));
  const before = dropped.lines;
  log.info("one");
  stream.done!(new Error("ENOSPC"));
  await new Promise((resolve) => stream.once("close", resolve));
  t.is(dropped.lines - before, 1);
  log.info("two");
  log.info("three");
  t.is(dropped.lines - before, 3);
});

test.serial("a stream that does not keep up costs lines, not memory, and gets the later ones", async (t) => {
  const stream = new Stuck();
  const target = guarded(stream);
  const before = dropped.lines;
  for (let i = 0; i < 40; i++) target.write(`${"x".repeat(64 * 1024)}\n`);
  t.true(stream.writableLength <= (1 << 20) + 64 * 1024 + 1);
  t.true(dropped.lines > before);
  while (stream.writableLength > 0) {
    stream.done!();
    await turn();
  }
  const after = dropped.lines;
  target.write("later\n");
  t.is(dropped.lines, after);
  t.is(stream.writableLength, 6);
});
