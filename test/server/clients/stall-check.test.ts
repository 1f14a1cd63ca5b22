/**
 * Goal: stuck clients are found, in whichever way they are stuck, and slow ones are not taken for them.
 * Method: what a sweep would see, second by second.
 */
import test from "ava";
import { StallCheck } from "../../../server/clients/stall-check.ts";

const LIMITS = { stallTimeoutMs: 30_000, softOutputBytes: 1000, softOutputMs: 10_000 };

/** The second in which each of these states, one a second, is found to be stuck. */
function stuckAt(
  state: (second: number) => { half?: number; pending?: number; waiting?: number; written?: number },
  limits: Partial<typeof LIMITS> = {},
  seconds = 1000,
) {
  const check = new StallCheck();
  let before: number | undefined;
  for (let second = 0; second < seconds; second++) {
    const { half, pending = half === undefined ? 0 : 1, waiting = 0, written = waiting } = state(second);
    check.noteRest(pending, half !== undefined && half !== before, half ?? 0);
    before = half;
    const socket = { writableLength: waiting, bytesWritten: written };
    const client = { socket, pendingBytes: pending, outgoing: { bytes: waiting } };
    const verdict = check.look(client, second * 1000, { ...LIMITS, ...limits });
    if (verdict !== undefined) return [second, verdict];
  }
  return undefined;
}

test("half a command has 30 s from its first byte, however it trickles", (t) => {
  t.deepEqual(
    stuckAt(() => ({ half: 0 })),
    [31, "half a command"],
  );
  t.deepEqual(
    stuckAt((second) => ({ half: 0, pending: 2 * second })),
    [31, "half a command"],
  );
});

test("a large command has a second more for every 64 kB that have come", (t) => {
  t.is(
    stuckAt((second) => ({ half: 0, pending: 64_000 * second }), {}, 500),
    undefined,
  );
  t.deepEqual(
    stuckAt(() => ({ half: 0, pending: 640_000 })),
    [40, "half a command"],
  );
});

test("a client that begins commands again and again is not stuck", (t) => {
  t.is(
    stuckAt((second) => ({ half: second * 1000 - 500 })),
    undefined,
  );
});

test("replies that are not read have 30 s, and a second more for every 64 kB", (t) => {
  t.deepEqual(
    stuckAt(() => ({ waiting: 900 })),
    [31, "replies not read"],
  );
  t.deepEqual(
    stuckAt(() => ({ waiting: 640_000 }), { softOutputBytes: 0 }),
    [40, "replies not read"],
  );
  t.is(
    stuckAt((second) => ({ waiting: 900, written: 900 + second })),
    undefined,
    "some of it is taken",
  );
  t.is(
    stuckAt((second) => ({ waiting: second % 30 === 0 ? 0 : 900 })),
    undefined,
    "all is taken now and then",
  );
});

test("more than the soft limit may wait for its time, and not longer", (t) => {
  const taking = (second: number) => ({ written: 2000 + second });
  t.deepEqual(
    stuckAt((second) => ({ waiting: 1001, ...taking(second) })),
    [10, "soft output limit reached"],
  );
  t.is(
    stuckAt((second) => ({ waiting: 1000, ...taking(second) })),
    undefined,
  );
  t.is(
    stuckAt((second) => ({ waiting: second % 10 === 9 ? 0 : 5000, ...taking(second) })),
    undefined,
  );
});

test("0 is no limit", (t) => {
  t.is(
    stuckAt(() => ({ half: 0, waiting: 900 }), { stallTimeoutMs: 0 }),
    undefined,
  );
  t.is(
    stuckAt((second) => ({ waiting: 5000, written: 5000 + second }), { softOutputBytes: 0 }),
    undefined,
  );
});

test("a command that comes to its end in time is forgotten", (t) => {
  const check = new StallCheck();
  const client = { socket: { writableLength: 0, bytesWritten: 0 }, pendingBytes: 5, outgoing: { bytes: 0 } };
  check.noteRest(5, false, 0);
  check.noteRest(0, true, 29_000);
  t.is(check.look(client, 60_000, LIMITS), undefined);
  check.noteRest(5, false, 60_000);
  t.is(check.look(client, 89_999, LIMITS), undefined);
});
