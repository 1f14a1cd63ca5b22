/**
 * Goal: SLOWLOG keeps what was slow, as Redis cuts it, and no more than it may.
 * Method: a conf that the test changes; words as long and as many as clients can send.
 */
import test from "ava";
import { cutWords, SlowLog } from "../../../server/sessions/slow-log.ts";
import { key } from "../fakes.ts";

const CLIENT = { addr: "1.2.3.4:5", name: "me" };

test("the newest entries stay, as many as are allowed now", (t) => {
  const conf = { slowlogMicros: 10, slowlogEntries: 3 };
  let id = 0;
  const log = new SlowLog({ conf, wallMs: () => 1_700_000_000_999.9, nextSlowId: () => id++ });
  const ids = () => log.entries.map((entry) => entry.id);
  for (let i = 0; i < 5; i++) log.add(i, [key("x")], CLIENT);
  t.deepEqual(ids(), [2, 3, 4]);
  t.is(log.entries[0]!.time, 1_700_000_000);
  conf.slowlogEntries = 1;
  log.add(1, [key("x")], CLIENT);
  t.deepEqual(ids(), [5]);
  log.clear();
  t.deepEqual(ids(), []);
});

test("the conf says which commands are slow; a negative number says that none is", (t) => {
  const conf = { slowlogMicros: 10, slowlogEntries: 3 };
  const log = new SlowLog({ conf, wallMs: () => 0, nextSlowId: () => 0 });
  t.deepEqual(
    [9, 10, 11].map((micros) => log.isSlow(micros)),
    [false, true, true],
  );
  conf.slowlogMicros = -1;
  t.false(log.isSlow(1e9));
  t.false(log.isOn);
});

test("words are copies, cut at 128 bytes, and at 32 of them", (t) => {
  const words = [key("GET"), key("k")];
  const cut = cutWords(words);
  for (const word of words) word.fill(0);
  t.deepEqual(cut.map(String), ["GET", "k"]);
  t.deepEqual(cutWords([key("x".repeat(130))]).map(String), [`${"x".repeat(128)}... (2 more bytes)`]);
  const many = cutWords(Array.from({ length: 33 }, (_, i) => key(`${i}`)));
  t.deepEqual([many.length, String(many[30]), String(many[31])], [32, "30", "... (2 more arguments)"]);
  t.is(cutWords(Array(32).fill(key("x"))).length, 32);
});

test("passwords are not among them", (t) => {
  t.deepEqual(cutWords(["AUTH", "secret"].map(key)).map(String), ["AUTH", "(redacted)"]);
  t.deepEqual(cutWords(["config", "SET", "timeout", "1", "RequirePass", "secret"].map(key)).map(String), [
    ...["config", "SET", "timeout", "1", "RequirePass", "(redacted)"],
  ]);
});
