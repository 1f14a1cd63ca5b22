/**
 * Goal: a transaction keeps copies, knows what they take, and keeps nothing once it is spoiled.
 * Method: words whose memory is overwritten after they have been added.
 */
import test from "ava";
import { keptSize, Transaction } from "../../../server/clients/transaction.ts";
import { key } from "../fakes.ts";

const shape = { name: "echo", flags: ["fast"] } as const;

test("words are copied and counted", (t) => {
  const transaction = new Transaction();
  const args = [key("ECHO"), key("hello")];
  transaction.add({ ...shape, args });
  for (const word of args) word.fill(0);
  t.deepEqual(transaction.queue[0]!.args.map(String), ["ECHO", "hello"]);
  t.is(transaction.bytes, keptSize([key("ECHO"), key("hello")]));
  t.true(transaction.bytes > 9);
});

test("a spoiled transaction keeps nothing, now or later", (t) => {
  const transaction = new Transaction();
  transaction.add({ ...shape, args: [key("ECHO")] });
  transaction.spoil();
  transaction.add({ ...shape, args: [key("ECHO")] });
  t.true(transaction.spoiled);
  t.deepEqual([transaction.queue.length, transaction.bytes], [0, 0]);
});
