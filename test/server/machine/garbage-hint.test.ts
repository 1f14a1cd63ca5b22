/**
 * Goal: hints come until the buffers have gone, and end at last where somebody keeps them.
 * Method: timers that the test runs by hand, and a collection when the test says so.
 */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import test from "ava";
import { hintUntilGone } from "../../../server/machine/garbage-hint.ts";
import { turn } from "../fakes.ts";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

function setUp() {
  let planned: (() => void) | undefined;
  const world = {
    quietlyAfter: (_ms: number, run: () => void) => {
      planned = run;
      return { cancel: () => {} };
    },
  };
  /** Runs the next look, if one is planned. */
  const look = () => {
    const run = planned;
    planned = undefined;
    run?.();
    return planned !== undefined;
  };
  return { world, look };
}

test("hints end when all buffers have gone, and not before", async (t) => {
  const { world, look } = setUp();
  const kept: (SharedArrayBuffer | undefined)[] = [new SharedArrayBuffer(8), new SharedArrayBuffer(8)];
  hintUntilGone(world, kept as SharedArrayBuffer[]);
  kept[0] = undefined;
  await turn();
  collect();
  t.true(look());
  kept[1] = undefined;
  await turn();
  collect();
  t.false(look());
});

test("hints end at last where somebody keeps a buffer", (t) => {
  const { world, look } = setUp();
  const buffer = new SharedArrayBuffer(8);
  hintUntilGone(world, [buffer]);
  let hints = 1;
  while (look()) hints++;
  t.is(hints, 3000);
  t.is(buffer.byteLength, 8);
});
