/**
 * A worker without a thread: notes the messages to it, and speaks and dies when the test says so.
 */
import { EventEmitter } from "node:events";
import { sumWorkerFigures, type WorkerFigures } from "../../../server/counters/worker-figures.ts";
import { joinedBytes } from "../../../server/threads/joined-bytes.ts";
import type { ReplyBatch, ToMain, ToWorker } from "../../../server/threads/messages.ts";
import type { WorkerThread } from "../../../server/threads/worker-proxy.ts";
import { bytes, command } from "../../proto/read-commands.ts";

export class FakeWorker extends EventEmitter {
  readonly told: ToWorker[] = [];
  terminated = 0;

  /** Like a real one, it takes messages without an error when it is dead. */
  postMessage(message: ToWorker): void {
    this.told.push(message);
  }

  async terminate(): Promise<number> {
    this.terminated++;
    this.die(1);
    return 1;
  }

  say(message: ToMain): void {
    this.emit("message", message);
  }

  die(code: number): void {
    this.emit("exit", code);
  }

  get asThread(): WorkerThread {
    return this as unknown as WorkerThread;
  }

  /** The messages to it of this kind. */
  toldOf<Kind extends ToWorker["kind"]>(kind: Kind): Extract<ToWorker, { kind: Kind }>[] {
    return this.told.filter((message) => message.kind === kind) as Extract<ToWorker, { kind: Kind }>[];
  }

  /** Hands over the commands of one tick, with ids from `firstId` on, for client 77. */
  handOver(commands: readonly string[][], firstId = 1, protocol: 2 | 3 = 2): void {
    this.say({
      kind: "commands",
      ids: commands.map((_, i) => firstId + i),
      numbers: commands.map((_, i) => i),
      clients: commands.map(() => 77),
      protocols: commands.map(() => protocol),
      databases: commands.map(() => 0),
      bytes: joinedBytes(commands.map((words) => bytes(command(...words)))),
    });
  }

  /** Answers every question for figures that it has been asked. */
  tellFigures(figures: WorkerFigures): void {
    for (const { question } of this.toldOf("figures")) this.say({ kind: "figures", question, figures });
  }

  /** Answers that it has stopped listening. */
  hasStoppedListening(): void {
    const [{ question } = { question: 0 }] = this.toldOf("stopListening");
    this.say({ kind: "figures", question, figures: figuresWith(0) });
  }
}

/** The replies in a batch, by id; behind a `|` what the command has pushed to its own client. */
export function textsOf({ ids, lengths, behind, bytes: all }: ReplyBatch): Record<number, string> {
  let at = 0;
  const take = (length: number) => {
    const text = Buffer.from(all.subarray(at, at + length)).toString("latin1");
    at += length;
    return text;
  };
  const pairs = ids.map((id, i) => {
    const text = take(lengths[i]!);
    const pushed = behind?.get(i);
    return [id, pushed === undefined ? text : `${text}|${take(pushed)}`] as const;
  });
  return Object.fromEntries(pairs);
}

/** Figures of a worker that has counted this many commands. */
export function figuresWith(commands: number, lines: readonly string[] = []): WorkerFigures {
  const zero = sumWorkerFigures([]);
  return { ...zero, clients: { ...zero.clients, commands }, lines };
}
