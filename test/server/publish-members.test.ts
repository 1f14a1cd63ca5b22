/**
 * Goal: what a client publishes reaches the clients of all members at most once, in order a channel and sender; the sender
 * learns how many of its own member's clients got it, as in Redis Cluster.
 * Method: three members in this process, and clients that show every byte.
 */
import test from "ava";
import { command } from "../proto/read-commands.ts";
import { startMembers } from "./linked-members.ts";
import { bulk, type Rig } from "./rig.ts";

/** A client of this member that listens. */
async function listener({ client }: Rig, ...words: string[]) {
  const raw = await client();
  raw.send(command(...words));
  await raw.until((text) => text.endsWith(":1\r\n"));
  raw.take();
  return raw;
}

const array = (...words: string[]) => `*${words.length}\r\n${words.map(bulk).join("")}`;

test("clients of all members hear a message once; the reply and PUBSUB count this member's", async (t) => {
  const rigs = await startMembers(t, 3);
  const [a, b, c] = rigs as [Rig, Rig, Rig];
  const onA = await listener(a, "SUBSCRIBE", "news");
  const onB = await listener(b, "PSUBSCRIBE", "n*");
  const onC = await listener(c, "SSUBSCRIBE", "news");
  t.is(
    await a.ask(["PUBLISH", "news", "1"], ["PUBSUB", "NUMSUB", "news"], ["PUBSUB", "CHANNELS"]),
    [...[":1\r\n", `*2\r\n${bulk("news")}:1\r\n`, array("news")]].join(""),
  );
  t.is(
    await b.ask(["PUBLISH", "news", "2"], ["PUBSUB", "NUMPAT"], ["PUBSUB", "CHANNELS"]),
    ":1\r\n:1\r\n*0\r\n",
  );
  t.is(await c.ask(["PUBLISH", "news", "\0\r\n"], ["SPUBLISH", "news", "s"]), ":0\r\n:1\r\n");
  t.is(await a.ask(["SPUBLISH", "news", "t"], ["PUBLISH", "end", ""]), ":0\r\n:0\r\n");
  const expected = {
    a: ["1", "2", "\0\r\n"].map((text) => array("message", "news", text)).join(""),
    b: ["1", "2", "\0\r\n"].map((text) => array("pmessage", "n*", "news", text)).join(""),
    c: ["s", "t"].map((text) => array("smessage", "news", text)).join(""),
  };
  for (const [client, text] of [
    [onA, expected.a],
    [onB, expected.b],
    [onC, expected.c],
  ] as const) {
    t.is(await client.until((got) => got.length >= text.length), text);
  }
});

test("messages of one sender come in their order, whatever the pipeline and whoever else sends", async (t) => {
  const rigs = await startMembers(t, 2);
  const listeners = await Promise.all(rigs.map((rig) => listener(rig, "SUBSCRIBE", "news")));
  const senders = await Promise.all([0, 0, 1].map((at) => rigs[at]!.client()));
  const count = 500;
  for (const [i, sender] of senders.entries()) {
    const texts = Array.from({ length: count }, (_, n) => command("PUBLISH", "news", `${i}-${n}`));
    sender.send(texts.join(""));
  }
  const messages = (text: string) => [...text.matchAll(/\r\n(\d)-(\d+)\r\n/g)];
  for (const each of listeners) {
    const text = await each.until((got) => messages(got).length >= count * senders.length);
    const heard = messages(text);
    t.is(heard.length, count * senders.length);
    for (const i of senders.keys()) {
      const own = heard.filter(([, sender]) => sender === `${i}`).map(([, , n]) => Number(n));
      t.deepEqual(
        own,
        Array.from({ length: count }, (_, n) => n),
      );
    }
  }
  t.regex(await rigs[0]!.ask(["INFO"]), /\r\npublications_dropped:0\r\n/);
});
