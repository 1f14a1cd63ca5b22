/** Goal: redis-parser gives what the scanner has found, or the command fails loudly. Method: right and wrong frames. */
import test from "ava";
import { parseArgs } from "../../proto/parse-args.ts";
import { bytes, command } from "./read-commands.ts";

test("gives the arguments as views on the command", (t) => {
  const stream = bytes(command("SET", "k\r\n$1", "\xff\0"));
  const args = parseArgs(stream, 3);
  t.deepEqual(
    args.map((arg) => arg.toString("latin1")),
    ["SET", "k\r\n$1", "\xff\0"],
  );
  t.is(args[1]!.buffer, stream.buffer);
});

test("gives a great many arguments", (t) => {
  const keys = Array.from({ length: 100_000 }, (_, i) => String(i));
  t.deepEqual(parseArgs(bytes(command(...keys)), keys.length).map(String), keys);
});

for (const [name, frame] of [
  ["an unfinished command", "*2\r\n$3\r\nGET\r\n$1\r\n"],
  ["bytes behind the command", `${command("GET", "a")}*`],
  ["a second command behind it", command("GET", "a") + command("GET", "b")],
  ["something that is no array", "+OK\r\n"],
  ["another number of arguments", command("GET", "a", "b")],
  ["an error", "-ERR\r\n"],
  ["a byte that begins no reply", "!2\r\n"],
] as const) {
  test(`fails on ${name}, and the next command is not affected`, (t) => {
    t.throws(() => parseArgs(bytes(frame), 2), { code: "ERR_ASSERTION" });
    t.deepEqual(parseArgs(bytes(command("GET", "c")), 2).map(String), ["GET", "c"]);
  });
}
