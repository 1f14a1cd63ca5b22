/**
 * Goal: the keys of the commands behind one are read ahead, once each; no bytes whatever do harm.
 * Method: a real group whose store notes what it is to read ahead; chunks cut at every position, and random bytes.
 */
import test from "ava";
import fc from "fast-check";
import { Groups } from "../../../server/groups/groups.ts";
import { Ahead } from "../../../server/hits/ahead.ts";
import { command } from "../../proto/read-commands.ts";
import { createGroup, key } from "../fakes.ts";

function setUp() {
  const group = createGroup();
  const { store } = group;
  const names = new Map<number, string>();
  const hashOf = store.hashOf.bind(store);
  store.hashOf = (chunk, start, end) => {
    const hash = hashOf(chunk, start, end);
    names.set(hash, Buffer.from(chunk.subarray(start, end)).toString("latin1"));
    return hash;
  };
  const read: string[] = [];
  store.readAhead = (hashes, from, to) => {
    read.push([...hashes.subarray(from, to)].map((hash) => names.get(hash)).join(" "));
  };
  return { ahead: new Ahead(new Groups([group])), read };
}

const COMMANDS = [
  ["SET", "scores:a", "1"],
  ["SET", "scores:b", "x".repeat(300), "EX", "10"],
  ["DEL", "scores:c"],
  ["EXPIRE", "scores:d", "7"],
  ["MGET", "scores:e", "scores:f"],
];

test("the keys of all commands behind one are read ahead, and not again at the next one", (t) => {
  const { ahead, read } = setUp();
  const parts = COMMANDS.map((words) => command(...words));
  const chunk = Buffer.from(parts.join(""));
  let from = 0;
  for (const part of parts) {
    from += part.length;
    ahead.read(chunk, from);
  }
  t.deepEqual(read, ["scores:b scores:c scores:d scores:e"]);
  ahead.read(Buffer.from(chunk), parts[0]!.length);
  t.is(read.length, 2, "another chunk has other keys");
});

test("one key alone, what no group takes, and what is no command is not read ahead", (t) => {
  const { ahead, read } = setUp();
  const set = command("SET", "scores:a", "1");
  for (const rest of [
    set,
    command("SET", "other", "1").repeat(3),
    `PING\r\n${set}${set}`,
    `${command("PING")}${set}${set}`,
    command(...Array.from({ length: 10 }, () => "scores:a")).repeat(2),
    `*3\r\n$3\r\nSET\r\n$-1\r\n${set}${set}`,
  ])
    ahead.read(Buffer.from(set + rest), set.length);
  t.deepEqual(read, []);
});

test("64 commands are read ahead at a time", (t) => {
  const { ahead, read } = setUp();
  const set = command("SET", "scores:a", "1");
  const chunk = Buffer.from(set.repeat(101));
  for (let i = 1; i <= 101; i++) ahead.read(chunk, i * set.length);
  t.deepEqual(
    read.map((line) => line.split(" ").length),
    [64, 36],
  );
});

test("a chunk that is cut anywhere gives the keys of its whole commands", (t) => {
  const parts = COMMANDS.map((words) => command(...words));
  const text = parts.join("");
  for (let length = 0; length <= text.length; length++) {
    const { ahead } = setUp();
    ahead.read(Buffer.from(text.slice(0, length)), 0);
    let [whole, bytes] = [0, 0];
    while (whole < parts.length && bytes + parts[whole]!.length <= length) bytes += parts[whole++]!.length;
    t.is(ahead.count, whole, `${length}`);
  }
});

test("bytes that were put together from many chunks are not kept", (t) => {
  const { ahead } = setUp();
  const large = Buffer.from(
    command("SET", "scores:a", "x".repeat(1 << 16)) + command("DEL", "scores:a").repeat(2),
  );
  ahead.read(large, large.length - 60);
  t.not(ahead.bytes, large);
});

test("no bytes make it read beyond them", (t) => {
  const piece = fc.constantFrom(
    "*3\r\n",
    "*2\r\n",
    "$3\r\n",
    "$8\r\nscores:a\r\n",
    "SET\r\n",
    "$99999\r\n",
    "*",
    "$",
    "\r\n",
    "9",
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), fc.nat(50), (pieces, from) => {
      const { ahead } = setUp();
      const bytes = Buffer.from(pieces.join(""));
      ahead.read(bytes, from);
      for (let i = 0; i < ahead.count; i++)
        if (
          ahead.keyStart[i]! < from ||
          ahead.keyEnd[i]! > bytes.length ||
          ahead.keyEnd[i]! < ahead.keyStart[i]!
        )
          return false;
      return true;
    }),
  );
  t.pass();
});

test("a key that the group holds is read ahead with the hash that its store has for it", (t) => {
  const group = createGroup();
  const seen: number[] = [];
  group.store.readAhead = (hashes, from, to) => void seen.push(...hashes.subarray(from, to));
  const ahead = new Ahead(new Groups([group]));
  ahead.read(Buffer.from(command("DEL", "scores:a") + command("TTL", "scores:b")), 0);
  t.deepEqual(seen, [group.store.hashOf(key("scores:a"), 0, 8), group.store.hashOf(key("scores:b"), 0, 8)]);
});
