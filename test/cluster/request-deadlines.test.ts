/**
 * Goal: an id is reported never early and never twice, and no timer is left over. Method: virtual time, which runs until
 * no timer is left in it.
 */

import test from "ava";
import { RequestDeadlines } from "../../cluster/request-deadlines.ts";
import { VirtualTime } from "../sim/virtual-time.ts";

function setUp(reported: (id: number) => void = () => {}) {
  const time = new VirtualTime(1);
  const due: number[] = [];
  const deadlines = new RequestDeadlines(time, (id) => {
    due.push(id);
    reported(id);
  });
  const dueAt = async (ms: number) => {
    await time.advance(ms - time.now);
    return due.splice(0);
  };
  return { time, deadlines, dueAt };
}

test("an id is reported when its time has passed, not before, at most two slots late, and once", async (t) => {
  const { time, deadlines, dueAt } = setUp();
  await time.advance(3);
  deadlines.add(1, 92);
  deadlines.add(2, 200);
  t.deepEqual(await dueAt(94), []);
  t.deepEqual(await dueAt(115), [1]);
  t.deepEqual(await dueAt(202), []);
  t.deepEqual(await dueAt(223), [2]);
  t.deepEqual(await dueAt(1000), []);
});

test("ids added while others are reported are kept for their own time", async (t) => {
  const { deadlines, dueAt } = setUp((id) => {
    if (id === 1) deadlines.add(3, 50);
  });
  deadlines.add(1, 10);
  t.deepEqual(await dueAt(20), [1]);
  t.deepEqual(await dueAt(80), [3]);
});

test("closed deadlines report nothing and leave no timer", async (t) => {
  const { time, deadlines, dueAt } = setUp();
  deadlines.add(1, 10);
  deadlines.close();
  await time.run();
  t.is(time.now, 0);
  t.deepEqual(await dueAt(100), []);
});

test("without ids there is no timer", async (t) => {
  const { time, deadlines } = setUp();
  deadlines.add(1, 10);
  await time.run();
  t.true(time.now >= 10 && time.now <= 30, `${time.now}`);
});

test("ids are reported after what has arrived at that moment is handled", async (t) => {
  const order: string[] = [];
  const { time, deadlines } = setUp(() => order.push("due"));
  deadlines.add(1, 10);
  time.at(10, () => order.push("arrived"));
  await time.run();
  t.deepEqual(order, ["arrived", "due"]);
});
