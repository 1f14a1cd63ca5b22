/**
 * Goal: no client ever gets a value that is torn, with one thread and with several, alone and through another member, and the check would see one.
 * Method: a short slice of `npm run torn`. SEED replays the choices of the clients.
 */
import path from "node:path";
import { crc32 } from "node:zlib";
import test, { type ExecutionContext } from "ava";
import { hasReusePort } from "../../server/machine/reuse-port.ts";
import { ROOT, start } from "../e2e/processes.ts";
import { THREADS } from "../e2e/threads/rig.ts";
import { NODE_NEW, testWith } from "../needs.ts";
import { BulkReader } from "./bulk-reader.ts";
import { isWhole, tear } from "./torn.ts";

const seed = Number(process.env.SEED ?? Date.now() % 2 ** 31);

for (const [threads, members] of [
  [1, 1],
  [2, 1],
  [4, 1],
  [1, 2],
  [2, 2],
] as const) {
  const title = `no value is torn (threads ${threads}, members ${members})`;
  testWith(...(threads === 1 ? [] : [THREADS]))(title, async (t) => {
    const runtime = threads === 1 ? process.execPath : NODE_NEW;
    const report = await tear(t, { seconds: 3, seed, threads, members, runtime });
    const { values, written, pauses } = report;
    t.log(`SEED=${seed}: ${values} values read, ${written} written, ${pauses} pauses`);
    t.deepEqual(report.problems, []);
    t.true(values > 0 && written > 0);
  });
}

const title = "the script refuses several threads where it would run one, and says what it needs";
async function isRefused(t: ExecutionContext): Promise<void> {
  const { execPath } = process;
  const run = [execPath, path.join(ROOT, "dist/test/torn/run.js"), "--threads", "2"];
  const script = start(t, "env", [`CARROT_NODE_NEW=${execPath}`, ...run]);
  t.is(await script.ended, 2);
  t.regex(
    script.output(),
    /^torn: --threads 2: threads need Node 22\.12 or later on Linux \(CARROT_NODE_NEW\)/,
  );
}
if (hasReusePort()) test.skip(`${title} [this Node lets threads share a port]`, isRefused);
else test(title, isRefused);

test("a value with a byte of another one is not whole, nor is one of another key", (t) => {
  const body = " key:1 fill";
  const value = Buffer.from(crc32(body).toString(16).padStart(8, "0") + body);
  t.true(isWhole("key:1", value));
  t.false(isWhole("key:2", value));
  value[value.length - 1] = 0x21;
  t.false(isWhole("key:1", value));
});

test("replies are cut out of chunks that end anywhere", (t) => {
  const text = "$5\r\nab\r\nc\r\n$-1\r\n+OK\r\n$0\r\n\r\n";
  for (let cut = 1; cut < text.length; cut++) {
    const reader = new BulkReader();
    reader.push(Buffer.from(text.slice(0, cut)));
    reader.push(Buffer.from(text.slice(cut)));
    t.deepEqual(
      reader.take(reader.length).map((reply) => reply?.toString()),
      ["ab\r\nc", undefined, "OK", ""],
    );
  }
  const broken = new BulkReader();
  t.throws(() => broken.push(Buffer.from("$1\r\nabc\r\n")));
  t.throws(() => new BulkReader().push(Buffer.from("-ERR\r\n")));
});
