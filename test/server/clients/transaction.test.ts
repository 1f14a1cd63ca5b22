/**
 * Goal: a transaction keeps copies, knows what they take, and keeps nothing once it is spoiled.
 * Method: words whose memory is overwritten after they have been added.
 */
import test from "ava";
import type { Connection } from "../../../server/clients/connection.ts";
import { Session } from "../../../server/clients/session.ts";
import { endTransaction, keptSize, Transaction } from "../../../server/clients/transaction.ts";
import type { Command } from "../../../server/commands/command.ts";
import { key } from "../fakes.ts";

const command = { name: "echo" } as Command;

test("words are copied and counted", (t) => {
  const transaction = new Transaction();
  const args = [key("ECHO"), key("hello")];
  transaction.add({ command, name: "echo", args });
  for (const word of args) word.fill(0);
  t.deepEqual(transaction.queue[0]!.args.map(String), ["ECHO", "hello"]);
  t.is(transaction.bytes, keptSize([key("ECHO"), key("hello")]));
  t.true(transaction.bytes > 9);
});

test("what is spoiled keeps nothing, now or later", (t) => {
  const transaction = new Transaction();
  transaction.add({ command, name: "echo", args: [key("ECHO")] });
  transaction.spoil();
  transaction.add({ command, name: "echo", args: [key("ECHO")] });
  t.true(transaction.spoiled);
  t.deepEqual([transaction.queue.length, transaction.bytes], [0, 0]);
});

test("ending it gives it out and lets hits be answered in place again", (t) => {
  const session = new Session();
  const said: [string, boolean][] = [];
  const connection = {
    session,
    setReason: (reason: string, holds: boolean) => said.push([reason, holds]),
  } as unknown as Connection;
  t.is(endTransaction(connection), undefined);
  const transaction = new Transaction();
  Object.assign(session, { transaction });
  t.is(endTransaction(connection), transaction);
  t.falsy(session.transaction);
  t.deepEqual(said.at(-1), ["queueing", false]);
});
