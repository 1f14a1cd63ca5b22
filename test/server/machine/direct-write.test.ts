/**
 * Goal: bytes go past a socket only where nothing overtakes anything. Method: the two ends of a connection.
 */
import { PassThrough } from "node:stream";
import test from "ava";
import { isDirect, takenAtOnce } from "../../../server/machine/direct-write.ts";
import { socketPair } from "../../cluster/sockets.ts";
import { until } from "../../until.ts";

test("the kernel says how many bytes it takes, and the other end gets these", async (t) => {
  const [near, far] = await socketPair(t);
  const parts = [Buffer.from("head"), Buffer.alloc(24 << 20, "v")];
  t.true(isDirect(near));
  const taken = takenAtOnce(near, parts);
  parts[1]!.fill("x");
  t.true(taken > 4 && taken < parts[1]!.length);
  // The kernel may find room for more meanwhile, but not for ever.
  await until("a full socket", () => takenAtOnce(near, parts) === 0);
  const chunks: Buffer[] = [];
  far.on("data", (chunk: Buffer) => chunks.push(chunk));
  await until("all that was taken", () => far.bytesRead >= taken);
  const expected = Buffer.concat([Buffer.from("head"), Buffer.alloc(taken - 4, "v")]);
  t.true(Buffer.concat(chunks).subarray(0, taken).equals(expected));
});

test("no bytes go past a socket in which others wait, that has ended, or that encrypts", async (t) => {
  const [near, far] = await socketPair(t);
  near.cork();
  near.write("first");
  t.false(isDirect(near));
  near.uncork();
  await until("an empty socket", () => isDirect(near));
  t.false(isDirect(Object.assign(far, { encrypted: true })));
  near.destroy();
  t.false(isDirect(near));
  t.is(takenAtOnce(near, [Buffer.from("late")]), 0);
  t.false(isDirect(new PassThrough() as never));
});
