/**
 * Goal: keys are bytes: none is mistaken for another, on its owner, over the peer link or at the origin.
 * Method: three real processes; every one-byte key, names that mean something to JavaScript, an 8 KiB key; each
 * asked for through every node, with ioredis 5 and 6.
 */
import test from "ava";
import { Redis } from "ioredis";
import { Redis as Redis5 } from "ioredis5";
import { linkedNodes } from "./linked-nodes.ts";

/** A key as the origin gets it: `%0A` and the like for every byte that is not an unreserved one of RFC 3986. */
function percentEncoded(key: Buffer): string {
  return [...key]
    .map((byte) => {
      const character = String.fromCharCode(byte);
      return /[A-Za-z0-9._~-]/.test(character)
        ? character
        : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
    })
    .join("");
}

const freshNodes = linkedNodes(() => ["max-key-size 8kb"]);

test.serial("all one-byte keys, __proto__ and an 8 KiB key stay apart on every node", async (t) => {
  const { origin, nodes } = await freshNodes();
  origin.respond = (key, response) => void response.end(`value of ${key}`);
  const prefix = Buffer.from("item:");
  const names = [
    ...Array.from({ length: 256 }, (_, i) => Buffer.from([i])),
    ...["__proto__", "constructor", "toString", "hasOwnProperty"].map((name) => Buffer.from(name)),
    Buffer.alloc(8192 - prefix.length, 0xfe),
    Buffer.alloc(8192 - prefix.length - 1, 0xfe),
    // A lone "." cannot be a part of a URL; the loader refuses it.
  ].filter((name) => !name.equals(Buffer.from(".")));
  for (const [i, { port }] of nodes.entries()) {
    const client = i === 0 ? new Redis5(port, "127.0.0.1") : new Redis(port, "127.0.0.1");
    t.teardown(() => client.disconnect());
    const keys = names.map((name) => Buffer.concat([prefix, name]));
    const values = await Promise.all(keys.map((key) => client.getBuffer(key)));
    for (const [at, name] of names.entries()) {
      t.is(
        values[at]?.toString(),
        `value of ${percentEncoded(name)}`,
        `${name.subarray(0, 20).toString("hex")}`,
      );
    }
    const many = await client.mgetBuffer(keys);
    t.deepEqual(many, values);
  }
  t.is(origin.total(), names.length);
  t.is(({} as Record<string, unknown>).polluted, undefined);
});

test.serial("a key longer than max-key-size is an error and the connection lives on", async (t) => {
  const { clients } = await freshNodes();
  const client = clients[0]!;
  await t.throwsAsync(client.get("k".repeat(8193)), { message: "ERR key is too long (max 8192 bytes)" });
  t.is(await client.ping(), "PONG");
});
