/**
 * A client that costs little CPU: sends batches of commands over several connections, and counts the bytes of the replies.
 *
 * Invariant: every expected byte has come, or the promise is rejected. The client does not read replies: a value of the wrong
 * length, or an error in place of a value, shows as bytes that are missing or too many.
 */
import { createConnection, type Socket } from "node:net";

/** Commands that are sent in one piece, and the length of all their replies together. */
export interface Batch {
  readonly commands: string | Buffer;
  readonly replyBytes: number;
}

/** After this long without a byte, the replies that are missing count as not sent. */
const SILENCE_MS = 20_000;

/** A command in RESP. */
export function command(words: readonly string[]): string {
  return `*${words.length}\r\n${words.map((word) => `$${word.length}\r\n${word}\r\n`).join("")}`;
}

/** The length of a reply with a value of this many bytes. */
export function bulkBytes(valueBytes: number): number {
  return `$${valueBytes}\r\n`.length + valueBytes + 2;
}

/** The key that redis-benchmark makes of this number, 16 bytes. */
export function keyOf(i: number): string {
  return `key:${String(i).padStart(12, "0")}`;
}

/** GETs of these keys, whose values all have `valueBytes` bytes. */
export function getBatch(keys: readonly string[], valueBytes: number): Batch {
  const commands = keys.map((key) => command(["GET", key])).join("");
  return { commands: Buffer.from(commands), replyBytes: keys.length * bulkBytes(valueBytes) };
}

/** Sends batches until there are no more. Each connection sends its next batch when it has all replies to the last. */
export async function drive(port: number, connections: number, next: () => Batch | undefined): Promise<void> {
  await Promise.all(Array.from({ length: connections }, () => driveOne(port, next)));
}

function driveOne(port: number, next: () => Batch | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = createConnection({ port, host: "127.0.0.1", noDelay: true });
    let missing = 0;
    const send = () => {
      const batch = next();
      if (batch === undefined) {
        socket.destroy();
        return resolve();
      }
      missing = batch.replyBytes;
      socket.write(batch.commands);
    };
    const fail = failing(socket, reject);
    socket.on("connect", send);
    socket.on("data", (chunk) => {
      missing -= chunk.length;
      if (missing === 0) send();
      if (missing < 0) fail(`a reply is too long: ${chunk.toString("latin1", 0, 100)}`);
    });
  });
}

/** Rejects when the socket fails, ends or falls silent; returns a function that rejects for any other reason. */
function failing(socket: Socket, reject: (error: Error) => void): (why: string) => void {
  const fail = (why: string) => {
    socket.destroy();
    reject(new Error(why));
  };
  socket.setTimeout(SILENCE_MS, () => fail("replies are missing: errors, or nothing, came instead"));
  socket.on("error", reject);
  socket.on("end", () => fail("the server closed the connection"));
  return fail;
}

/** Sends one command over a connection of its own. Resolves to the text of the reply, a bulk string or a line. */
export function ask(port: number, words: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(port, "127.0.0.1");
    let text = "";
    failing(socket, reject);
    socket.on("data", (chunk) => {
      text += chunk.toString("latin1");
      const head = text.indexOf("\r\n");
      if (head < 0) return;
      const length = text.startsWith("$") ? Number(text.slice(1, head)) : -2;
      const body = length < 0 ? text.slice(1, head) : text.slice(head + 2, head + 2 + length);
      if (length >= 0 && text.length < head + 4 + length) return;
      socket.destroy();
      if (text.startsWith("-")) reject(new Error(body));
      else resolve(body);
    });
    socket.write(command(words));
  });
}
