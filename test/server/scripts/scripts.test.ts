/**
 * Goal: scripts are known by the SHA-1 of their text, as many as the limits allow, the last used ones; a script that may only
 * read says so.
 */
import { createHash } from "node:crypto";
import test from "ava";
import { ErrorReply, encodeReply } from "../../../proto/reply.ts";
import type { ScriptHost } from "../../../server/scripts/redis-library.ts";
import { Scripts } from "../../../server/scripts/scripts.ts";

const HOST: ScriptHost = { call: () => null, knows: () => true, log: () => {} };
const shaOf = (text: string) => createHash("sha1").update(text).digest("hex");

function setUp() {
  const scripts = new Scripts(() => performance.now());
  const asked: boolean[] = [];
  const run = (text: string, isReadOnly = false, ms = 5000) => {
    const hostOf = (readsOnly: boolean) => {
      asked.push(readsOnly);
      return HOST;
    };
    const { reply, isEnded } = scripts.run(Buffer.from(text), { keys: [], args: [], isReadOnly, ms, hostOf });
    return { text: encodeReply(reply, 2).toString(), isEnded };
  };
  return { scripts, run, asked };
}

test("a text is known after it ran or was added, until all are forgotten", (t) => {
  const { scripts, run } = setUp();
  t.is(scripts.textOf(shaOf("return 1")), undefined);
  run("return 1");
  t.is(scripts.add(Buffer.from("return 2")), shaOf("return 2"));
  t.is(String(scripts.textOf(shaOf("return 1").toUpperCase())), "return 1");
  t.deepEqual(scripts.figures, { count: 2, bytes: 16 });
  scripts.flush();
  t.deepEqual(scripts.figures, { count: 0, bytes: 0 });
  t.is(scripts.textOf(shaOf("return 2")), undefined);
  t.is(run("return 2").text, ":2\r\n");
});

test("a text that does not compile, or is too long, is not kept", (t) => {
  const { scripts } = setUp();
  t.deepEqual(
    scripts.add(Buffer.from("x y")),
    new ErrorReply("ERR Error compiling script (new function): user_script:1: '=' expected near 'y'"),
  );
  t.regex((scripts.add(Buffer.alloc((256 << 10) + 1, " ")) as ErrorReply).text, /script is too long/);
  t.is(scripts.figures.count, 0);
});

test("of more than 1,000 scripts the one that was not used for longest is forgotten", (t) => {
  const { scripts, run } = setUp();
  for (let i = 0; i < 1000; i++) scripts.add(Buffer.from(`return ${i}`));
  run("return 0");
  scripts.add(Buffer.from("return 'new'"));
  t.is(scripts.figures.count, 1000);
  t.not(scripts.textOf(shaOf("return 0")), undefined);
  t.is(scripts.textOf(shaOf("return 1")), undefined);
  t.is(run("return 1").text, ":1\r\n");
});

test("texts take 16 MiB at most", (t) => {
  const { scripts } = setUp();
  for (let i = 0; i < 70; i++) scripts.add(Buffer.from(`return ${i}`.padEnd(250_000)));
  t.is(scripts.figures.count, 67);
  t.true(scripts.figures.bytes <= 16 << 20);
});

test("a script that was ended says so, and the next ones run as ever", (t) => {
  const { run, scripts } = setUp();
  run("return 1");
  const { text, isEnded } = run("while true do end", false, 20);
  t.true(isEnded);
  t.regex(text, /^-ERR script ended: it ran longer than busy-reply-threshold; nothing that it wrote is kept/);
  t.deepEqual(run("return 1"), { text: ":1\r\n", isEnded: false });
  t.is(scripts.figures.count, 2);
});

test("what may only read is told to its host, and a script that may write does not run so", (t) => {
  const { run, asked } = setUp();
  run("return 1", true);
  run("return 1");
  run("#!lua flags=no-writes\nreturn 1");
  t.deepEqual(asked, [true, false, true]);
  t.is(
    run("#!lua\nreturn 1", true).text,
    "-ERR Can not execute a script with write flag using *_ro command.\r\n",
  );
});
