/**
 * Goal: a command that is written is the command that is read.
 * Method: any words by chance, read back by the reader that clients' bytes go through; the bytes themselves by example.
 */
import test from "ava";
import fc from "fast-check";
import { encodeCommand } from "../../proto/command-writer.ts";
import { bytes, command, read } from "./read-commands.ts";

test("writes what clients write", (t) => {
  t.is(encodeCommand([bytes("GET"), bytes("scores:Tom")]).toString(), command("GET", "scores:Tom"));
  t.is(encodeCommand([bytes("ECHO"), bytes("")]).toString(), "*2\r\n$4\r\nECHO\r\n$0\r\n\r\n");
});

test("any words are read back unchanged, one command behind the other", (t) => {
  const words = fc.array(fc.uint8Array({ maxLength: 20 }), { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(fc.array(words, { minLength: 1, maxLength: 5 }), (commands) => {
      // The first word has no special meaning: for the reader, POST and Host: are no commands, and GET is a special one.
      const written = commands.map((args) => [bytes("X"), ...args]);
      const { commands: found, end, pendingBytes } = read([Buffer.concat(written.map(encodeCommand))]);
      t.deepEqual(
        found,
        written.map((args) => args.map((arg) => Buffer.from(arg).toString("latin1"))),
      );
      t.is(end, "more");
      t.is(pendingBytes, 0);
    }),
  );
});

test("has exactly the bytes of the command, at every number of digits", (t) => {
  for (const length of [9, 10, 99, 100, 999, 1000, 99_999, 100_000]) {
    t.is(encodeCommand([Buffer.alloc(length)]).length, `*1\r\n$${length}\r\n`.length + length + 2);
    t.is(
      encodeCommand(Array.from({ length }, () => Buffer.alloc(0))).length,
      `*${length}\r\n`.length + 6 * length,
    );
  }
});

test("the words are copied", (t) => {
  const word = bytes("GET");
  const written = encodeCommand([word]);
  word.fill(0);
  t.is(written.toString(), "*1\r\n$3\r\nGET\r\n");
});
