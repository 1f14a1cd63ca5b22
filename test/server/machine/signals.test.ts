/**
 * Goal: the first signal closes, the second exits, and nothing waits for a close that hangs.
 * Method: signals from an emitter, and a close() that settles when the test says so.
 */

import { EventEmitter, once } from "node:events";
import test from "ava";
import { obeySignals } from "../../../server/machine/signals.ts";
import { turn } from "../fakes.ts";

function node(timeoutMs = 60_000) {
  const signals = new EventEmitter();
  const exits = new EventEmitter();
  const notes: string[] = [];
  let closes = 0;
  const settle: { resolve: () => void; reject: (error: Error) => void }[] = [];
  obeySignals({
    signals,
    close: () => {
      closes++;
      return new Promise((resolve, reject) => settle.push({ resolve, reject }));
    },
    timeoutMs: () => timeoutMs,
    exit: (code) => exits.emit("exit", code),
    reopenLogs: async () => "opened",
    note: (text) => notes.push(text),
  });
  return { signals, exited: once(exits, "exit"), notes, settle, closes: () => closes };
}

for (const signal of ["SIGTERM", "SIGINT"]) {
  test(`${signal} closes, then exits with 0`, async (t) => {
    const { signals, exited, settle, closes } = node();
    signals.emit(signal);
    t.is(closes(), 1);
    settle[0]?.resolve();
    t.deepEqual(await exited, [0]);
  });
}

test("a second signal exits with 1 at once and does not close again", async (t) => {
  const { signals, exited, closes, settle } = node();
  signals.emit("SIGTERM");
  signals.emit("SIGINT");
  t.deepEqual(await exited, [1]);
  t.is(closes(), 1);
  settle[0]?.resolve();
});

test("the process exits with 0 when a close takes too long", async (t) => {
  const { signals, exited, notes } = node(1);
  signals.emit("SIGTERM");
  t.deepEqual(await exited, [0]);
  t.regex(notes.at(-1) ?? "", /^shutdown-timeout is over/);
});

test("a close that fails exits with 1 and says why", async (t) => {
  const { signals, exited, settle, notes } = node();
  signals.emit("SIGTERM");
  settle[0]?.reject(new Error("disk on fire"));
  t.deepEqual(await exited, [1]);
  t.is(notes.at(-1), "closing failed: disk on fire");
});

test("SIGHUP opens the log files again and ends nothing", async (t) => {
  const { signals, closes, notes } = node();
  signals.emit("SIGHUP");
  await turn();
  t.is(closes(), 0);
  t.deepEqual(notes, ["SIGHUP, opened"]);
});

test("SIGUSR1 and SIGUSR2 show a line and do nothing", (t) => {
  const { signals, closes, notes } = node();
  for (const signal of ["SIGUSR1", "SIGUSR2"]) signals.emit(signal);
  t.is(closes(), 0);
  t.deepEqual(notes, ["SIGUSR1, ignored", "SIGUSR2, ignored"]);
});
