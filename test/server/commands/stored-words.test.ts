/**
 * Goal: each key of a command, and no other word, becomes a stored key.
 * Method: commands with keys at all kinds of places.
 */
import test from "ava";
import { withStoredKeys } from "../../../server/commands/stored-words.ts";
import { COMMANDS } from "../../../server/commands/table.ts";

function stored(database: number, ...texts: string[]): string[] {
  const words = texts.map((text) => Buffer.from(text, "latin1"));
  const command = COMMANDS.get(texts[0]!)!;
  const own = command.subcommands?.get(texts[1]!) ?? command;
  return withStoredKeys(own, words, database).map((word) => word.toString("latin1"));
}

test("in another database than 0 every key gets its number, and no other word does", (t) => {
  t.deepEqual(stored(3, "get", "k"), ["get", "\0\x03k"]);
  t.deepEqual(stored(3, "mset", "a", "1", "b", "2"), ["mset", "\0\x03a", "1", "\0\x03b", "2"]);
  t.deepEqual(stored(3, "del", "a", "", "b"), ["del", "\0\x03a", "\0\x03", "\0\x03b"]);
  t.deepEqual(stored(3, "object", "encoding", "k"), ["object", "encoding", "\0\x03k"]);
  t.deepEqual(stored(3, "scan", "0"), ["scan", "0"]);
});

test("in database 0 only keys with a zero byte in front change", (t) => {
  const words = ["get", "k"].map((word) => Buffer.from(word));
  t.is(withStoredKeys(COMMANDS.get("get")!, words, 0), words);
  t.deepEqual(stored(0, "mget", "a", "\0b", "\0"), ["mget", "a", "\0\0b", "\0\0"]);
});
