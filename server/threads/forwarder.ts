/**
 * A worker's way to the main thread: commands that cannot be answered from the shared stores.
 *
 * Invariant: every command sent is settled once, by its own reply; those of one tick travel in one message. Knows no
 * command's meaning.
 */
import { encodeCommand } from "../../proto/command-writer.ts";
import { Encoded } from "../../proto/reply.ts";
import type { CommandBatch, ReplyBatch } from "./messages.ts";

interface Gathered {
  readonly ids: number[];
  readonly numbers: number[];
  readonly clients: number[];
  readonly protocols: (2 | 3)[];
  readonly commands: Buffer[];
}

/** Beyond it numbers would no longer be small integers to V8, which makes them dearer to look up and to send. */
const MAX_ID = 2 ** 30 - 1;

export class Forwarder {
  readonly #post: (batch: CommandBatch) => void;
  readonly #waiting = new Map<number, (reply: Encoded) => void>();
  #nextId: number;
  #gathered: Gathered = empty();

  /** `firstId`: where the numbers of the commands begin. */
  constructor(post: (batch: CommandBatch) => void, firstId = 1) {
    this.#post = post;
    this.#nextId = firstId;
  }

  /** Has the main thread run the command with this number; the words are copied at once. */
  send(number: number, args: readonly Uint8Array[], client: number, protocol: 2 | 3): Promise<Encoded> {
    const { ids, numbers, clients, protocols, commands } = this.#gathered;
    if (ids.length === 0) setImmediate(() => this.#flush());
    const id = this.#nextId;
    this.#nextId = id === MAX_ID ? 1 : id + 1;
    ids.push(id);
    numbers.push(number);
    clients.push(client);
    protocols.push(protocol);
    commands.push(encodeCommand(args));
    return new Promise((resolve) => this.#waiting.set(id, resolve));
  }

  /** Gives the replies of a batch to who waits for them. */
  settle({ ids, lengths, bytes }: ReplyBatch): void {
    const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let at = 0;
    for (const [i, id] of ids.entries()) {
      const end = at + lengths[i]!;
      this.#waiting.get(id)?.(new Encoded(kept(all, at, end)));
      this.#waiting.delete(id);
      at = end;
    }
  }

  #flush(): void {
    const { ids, numbers, clients, protocols, commands } = this.#gathered;
    this.#gathered = empty();
    this.#post({ kind: "commands", ids, numbers, clients, protocols, bytes: joined(commands) });
  }
}

/** A reply may wait long for its turn: a small one must not keep a batch with large ones in memory. */
function kept(all: Buffer, at: number, end: number): Buffer {
  const reply = all.subarray(at, end);
  return 2 * reply.length < all.length ? Buffer.from(reply) : reply;
}

function empty(): Gathered {
  return { ids: [], numbers: [], clients: [], protocols: [], commands: [] };
}

/** In memory of its own, which can change hands: a slice of Node's pool would take the whole pool along. */
export function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
