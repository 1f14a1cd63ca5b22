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
  readonly clients: number[];
  readonly protocols: (2 | 3)[];
  readonly commands: Buffer[];
}

export class Forwarder {
  readonly #post: (batch: CommandBatch) => void;
  readonly #waiting = new Map<number, (reply: Encoded) => void>();
  #nextId = 1;
  #gathered: Gathered = empty();

  constructor(post: (batch: CommandBatch) => void) {
    this.#post = post;
  }

  /** Has the main thread run a command; the words are copied at once. */
  send(args: readonly Uint8Array[], client: number, protocol: 2 | 3): Promise<Encoded> {
    const { ids, clients, protocols, commands } = this.#gathered;
    if (ids.length === 0) setImmediate(() => this.#flush());
    const id = this.#nextId;
    this.#nextId = id === 0xffffffff ? 1 : id + 1;
    ids.push(id);
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
      const length = Math.max(0, lengths[i]!);
      this.#waiting.get(id)?.(new Encoded(all.subarray(at, at + length)));
      this.#waiting.delete(id);
      at += length;
    }
  }

  #flush(): void {
    const { ids, clients, protocols, commands } = this.#gathered;
    this.#gathered = empty();
    this.#post({ kind: "commands", ids, clients, protocols, bytes: joined(commands) });
  }
}

function empty(): Gathered {
  return { ids: [], clients: [], protocols: [], commands: [] };
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
