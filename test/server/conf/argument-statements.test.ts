/**
 * Goal: the command line reads as in redis-server.
 * Method: lists of arguments, and the statements that they become.
 */

import test from "ava";
import { readArgumentStatements } from "../../../server/conf/argument-statements.ts";

function read(...args: string[]): string[][] {
  return readArgumentStatements(args, "/srv").map(({ name, words }) => [name, ...words]);
}

test("a directive takes all words until the next one", (t) => {
  t.deepEqual(read("--port", "7001", "--BIND", "127.0.0.1", "::1", "--logfile"), [
    ["port", "7001"],
    ["bind", "127.0.0.1", "::1"],
    ["logfile"],
  ]);
});

test("a group's words come one by one or as one", (t) => {
  const words = ["group", "scores", "prefix", "a b"];
  t.deepEqual(read("--group", "scores", "prefix", "a b"), [words]);
  t.deepEqual(read("--group", 'scores prefix "a b"'), [words]);
});

test("after = comes a value, whatever it looks like", (t) => {
  t.deepEqual(read("--requirepass=--x=y", "--port=1"), [
    ["requirepass", "--x=y"],
    ["port", "1"],
  ]);
});

test("a word keeps its blanks, quotes and letters", (t) => {
  t.deepEqual(read("--requirepass", ' "ü" # '), [["requirepass", ' "\xc3\xbc" # ']]);
});

test("a directive's place is the command line, and its paths start at the working directory", (t) => {
  const [statement] = readArgumentStatements(["--port", "1"], "/srv");
  t.deepEqual(statement?.place, { where: "command line", directory: "/srv", onCommandLine: true });
});

test("a word before the first directive is refused", (t) => {
  t.throws(() => read("port", "1"), { message: 'command line: unexpected "port"' });
  t.throws(() => read("--group", 'a "b'), {
    message: "command line: --group: unbalanced quotes (a blank must follow a closing quote)",
  });
});
