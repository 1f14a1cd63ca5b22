/**
 * Goal: whatever a client or an origin sends, a command has exactly one reply: no text of theirs can end the line of a reply
 * and forge another reply.
 * Method: random words of bytes that mean something in RESP, in commands of every kind, and loaders that fail with such
 * texts. The test's own parser takes exactly one reply for each command. SEED=... replays a run.
 */
import test from "ava";
import fc from "fast-check";
import { command } from "../proto/read-commands.ts";
import { startRig } from "./rig.ts";

const PIECES = [
  "\r",
  "\n",
  "\r\n",
  "+OK",
  "-ERR x",
  ":1",
  "$-1",
  "*2",
  "\0",
  "'",
  '"',
  "\\",
  "\xff",
  "é",
  " ",
  "a",
];
const word = fc.array(fc.constantFrom(...PIECES), { maxLength: 6 }).map((pieces) => pieces.join(""));

/** Commands of which a word may come back in an error or a status. */
const shapes = fc.oneof(
  fc.tuple(word, word, word).map((words) => [`X${words[0]}`, ...words.slice(1)]),
  fc
    .constantFrom("CONFIG", "CLIENT", "COMMAND", "CARROT.PEERS", "MEMORY")
    .chain((name) => fc.tuple(fc.constant(name), word)),
  word.map((text) => ["GET", `scores:${text}`]),
  word.map((text) => ["HELLO", "2", text]),
  word.map((text) => ["CONFIG", "SET", text, "1"]),
  word.map((text) => ["CONFIG", "SET", "timeout", text]),
  word.map((text) => ["CLIENT", "SETINFO", text, "1"]),
  word.map((text) => ["CLIENT", "LIST", "TYPE", text]),
  word.map((text) => ["CARROT.STATS", text]),
  word.map((text) => ["CARROT.PEERS", "ADD", text]),
  word.map((text) => ["PING", text]),
);

/** Takes one reply off the text; undefined when there is none. */
function afterReply(text: string): string | undefined {
  const end = text.indexOf("\r\n");
  if (end < 0) return undefined;
  const [type, line, rest] = [text[0]!, text.slice(1, end), text.slice(end + 2)];
  if (/[\r\n]/.test(line)) return undefined;
  if (type === "+" || type === "-" || type === ":") return rest;
  if (type === "$") return Number(line) < 0 ? rest : rest.slice(Number(line) + 2);
  let left: string | undefined = rest;
  for (let i = 0; i < Number(line) && left !== undefined; i++) left = afterReply(left);
  return type === "*" ? left : undefined;
}

test("10,000 commands full of line ends have 10,000 replies, whatever the loader says", async (t) => {
  const load = (loaderKey: Buffer | string): string => {
    throw new Error(`no ${loaderKey}\r\n+OK\r\n-ERR forged\n:1`);
  };
  const { ask } = await startRig(t, ["group scores ttl 0"], { loader: { load } });
  const seed = Number(process.env.SEED ?? Date.now() % 2 ** 31);
  await fc.assert(
    fc.asyncProperty(fc.array(shapes, { minLength: 100, maxLength: 100 }), async (commands) => {
      let left: string | undefined = await ask(...commands);
      for (const words of commands) {
        left = afterReply(left);
        // Without the end of this reply, the next one cannot be found.
        if (left === undefined) throw new Error(`no single reply to ${JSON.stringify(command(...words))}`);
      }
      t.is(left, "");
    }),
    { seed, numRuns: 100 },
  );
});
