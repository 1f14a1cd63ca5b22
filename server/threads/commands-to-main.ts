/**
 * The commands that a worker hands to the main thread, and the replies that come back.
 *
 * Invariant: each command gets exactly one reply, its own. The commands of one tick travel in one message. Knows no
 * command's meaning.
 */
import { InFlight } from "../../cluster/in-flight.ts";
import { encodeCommand } from "../../proto/command-writer.ts";
import { Encoded } from "../../proto/reply.ts";
import { outcomeOf } from "../clients/outcome-reply.ts";
import type { Waiter } from "../groups/flights.ts";
import { joinedBytes } from "./joined-bytes.ts";
import type { CommandBatch, ReplyBatch } from "./messages.ts";

/** The commands of this tick, a column for each field of CommandBatch. */
interface Gathered {
  readonly ids: number[];
  readonly numbers: number[];
  readonly clients: number[];
  readonly protocols: (2 | 3)[];
  readonly databases: number[];
  readonly commands: Buffer[];
}

/** The client that has said a command. */
interface Sender {
  readonly id: number;
  readonly protocol: 2 | 3;
  readonly database: number;
}

/** Hears that the reply is `all[at, end)`, and what the command has pushed to its own client `all[end, last)`. */
type Answered = (all: Buffer, at: number, end: number, last: number) => void;

/** In place of a number of NODE_COMMANDS: a GET that missed. Its one word is the stored key, its reply is in RESP2. */
export const MISSED = -1;
/** A miss is answered alike for every client. */
const NOBODY: Sender = { id: 0, protocol: 2, database: 0 };
/** The largest small integer of V8. Larger ids would cost more to look up and to send. */
const MAX_ID = 2 ** 30 - 1;

export class CommandsToMain {
  readonly #post: (batch: CommandBatch) => void;
  readonly #waiting: InFlight<Answered>;
  #gathered: Gathered = noCommands();

  /** The first id is the one after `lastId`. */
  constructor(post: (batch: CommandBatch) => void, lastId = 0) {
    this.#post = post;
    this.#waiting = new InFlight(lastId, MAX_ID);
  }

  /** Has the main thread run a command. `number` is its place in NODE_COMMANDS. The words are copied at once. */
  send(
    number: number,
    args: readonly Uint8Array[],
    { id: client, protocol, database }: Sender,
  ): Promise<Encoded> {
    return new Promise((resolve) =>
      this.#gather(number, args, { id: client, protocol, database }, (all, at, end, last) => {
        const pushed = last > end ? viewOrCopy(all, end, last) : undefined;
        resolve(new Encoded(viewOrCopy(all, at, end), pushed));
      }),
    );
  }

  /** Has the main thread answer a GET that missed, with the value or by a load. The key is the stored one. */
  sendMiss(key: Buffer, waiter: Waiter): void {
    this.#gather(MISSED, [key], NOBODY, (all, at, end) => waiter(outcomeOf(all.subarray(at, end))));
  }

  #gather(
    number: number,
    args: readonly Uint8Array[],
    { id: client, protocol, database }: Sender,
    answered: Answered,
  ): void {
    const { ids, numbers, clients, protocols, databases, commands } = this.#gathered;
    if (ids.length === 0) setImmediate(() => this.#flush());
    ids.push(this.#waiting.add(answered));
    numbers.push(number);
    clients.push(client);
    protocols.push(protocol);
    databases.push(database);
    commands.push(encodeCommand(args));
  }

  /** Resolves the commands whose replies are in the batch. */
  settle({ ids, lengths, behind, bytes }: ReplyBatch): void {
    const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let at = 0;
    for (const [i, id] of ids.entries()) {
      const end = at + lengths[i]!;
      const last = end + (behind?.get(i) ?? 0);
      const answered = this.#waiting.get(id);
      this.#waiting.delete(id);
      answered?.(all, at, end, last);
      at = last;
    }
  }

  #flush(): void {
    const { commands, ...columns } = this.#gathered;
    this.#gathered = noCommands();
    this.#post({ kind: "commands", ...columns, bytes: joinedBytes(commands) });
  }
}

/** A copy of a small part. A view would keep the whole batch in memory while the reply waits for those before it. */
function viewOrCopy(all: Buffer, at: number, end: number): Buffer {
  const view = all.subarray(at, end);
  return 2 * view.length < all.length ? Buffer.from(view) : view;
}

function noCommands(): Gathered {
  return { ids: [], numbers: [], clients: [], protocols: [], databases: [], commands: [] };
}
