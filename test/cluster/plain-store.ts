/** Handlers of a member's requests over a plain Map, which note what they were asked, and what hears changes for them. */

import { ChangeCounter, type Deletion } from "../../cluster/change.ts";
import type { Edit, Edited } from "../../cluster/edit.ts";
import { Hearing } from "../../cluster/hearing.ts";
import type { Outcome } from "../../cluster/outcome.ts";
import type { PeerHandlers, ScanPiece, ValueLoan, WantedKeys } from "../../cluster/peer-handlers.ts";
import type { Publication } from "../../cluster/publications.ts";
import type { Ran } from "../../cluster/run.ts";
import type { Tracker } from "../../cluster/tracker.ts";

/** The hearing of member a:1, which has made no change. */
export function hearingFor(store: PlainStore): Hearing {
  return new Hearing({
    own: { id: "a:1", instance: "0a" },
    last: () => 0,
    counter: new ChangeCounter(),
    change: (deletion) => store.change(deletion),
  });
}

export class PlainStore implements PeerHandlers {
  readonly entries = new Map<string, Uint8Array>();
  /** What the handlers were asked, in order. */
  readonly calls: string[] = [];
  readonly edits: Edit[] = [];
  /** When a slow flush is done; undefined: at once. */
  flushing: Promise<void> | undefined;
  readonly trackers = new Set<Tracker>();
  takesRings = true;
  onRing: (epoch: number, members: readonly string[]) => void = () => {};

  get(key: Uint8Array, _timeoutMs: number, _loan?: ValueLoan): Outcome | Promise<Outcome> | undefined {
    this.calls.push(`get ${Buffer.from(key).toString("latin1")}`);
    const value = this.entries.get(Buffer.from(key).toString("latin1"));
    return value === undefined ? { kind: "absent", ttlMs: 1000 } : { kind: "value", value, ttlMs: undefined };
  }

  look(key: Uint8Array) {
    const value = this.entries.get(Buffer.from(key).toString("latin1"));
    const kind = value === undefined ? ("missing" as const) : ("value" as const);
    return { kind, bytes: value?.length ?? 0, ttlMs: 5_000_000_000_000.5, footprintBytes: 77 };
  }

  track(read: readonly Uint8Array[], lookedAt: readonly Uint8Array[], member: Tracker): void {
    const names = [...read, ...lookedAt].map((key) => Buffer.from(key).toString("latin1"));
    this.calls.push(`track ${names.join()}`);
    this.trackers.add(member);
  }

  untrack(member: Tracker): void {
    this.trackers.delete(member);
  }

  /** Answers with the words, and changes the second one. A promise where the first word is `later`. */
  run(words: readonly Buffer[]): Ran | Promise<Ran> {
    this.calls.push(`run ${words.join()}`);
    const reply = Buffer.from(words.join());
    const ran = { reply, reply3: undefined, changed: words.slice(1, 2), error: undefined };
    return String(words[0]) === "later" ? Promise.resolve(ran) : ran;
  }

  /** Deletes whatever the version is. */
  change({ keys, flush, keepsEntries }: Deletion): number | Promise<number> {
    const names = keys.map((key) => Buffer.from(key).toString("latin1"));
    if (flush === undefined) {
      this.calls.push(`${keepsEntries ? "bar" : "remove"} ${names.join()}`);
      return keepsEntries ? 0 : names.filter((name) => this.entries.delete(name)).length;
    }
    this.calls.push(flush.isSlow ? "flush slowly" : "flush");
    this.entries.clear();
    return (flush.isSlow && this.flushing?.then(() => 0)) || 0;
  }

  heard({ isShard, channel, message }: Publication): void {
    this.calls.push(
      `${isShard ? "spublish" : "publish"} ${Buffer.from(channel)} ${Buffer.from(message).subarray(0, 20)}`,
    );
  }

  /** Sets, removes and looks; conditions and lifetimes are noted only. */
  edit(key: Uint8Array, edit: Edit): Edited | Promise<Edited> {
    const name = Buffer.from(key).toString("latin1");
    this.edits.push({ ...edit, value: edit.value && Buffer.from(edit.value) });
    const before = this.entries.get(name);
    if (edit.value === null) this.entries.delete(name);
    else if (edit.value !== undefined) this.entries.set(name, Buffer.from(edit.value));
    return {
      held: before !== undefined,
      changed: edit.value !== undefined,
      noRoom: false,
      bytes: before?.length ?? 0,
      value: edit.wanted && before,
      uses: 3,
      idleMs: 0,
      error: undefined,
    };
  }

  /** One key a piece. */
  scan(cursor: number, count: number, { pattern }: WantedKeys): ScanPiece {
    this.calls.push(`scan ${cursor} ${count} ${pattern && Buffer.from(pattern)}`);
    const names = [...this.entries.keys()];
    const name = names[cursor];
    const next = cursor + 1 < names.length ? cursor + 1 : 0;
    return { cursor: next, keys: name === undefined ? [] : [Buffer.from(name, "latin1")], seen: 1 };
  }

  count(): number {
    return this.entries.size;
  }

  ring(epoch: number, members: readonly string[]): boolean {
    this.calls.push(`ring ${epoch} ${members.join()}`);
    if (this.takesRings) this.onRing(epoch, members);
    return this.takesRings;
  }
}
