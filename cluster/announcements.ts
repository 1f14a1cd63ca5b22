/**
 * Tells every other member of the changes that this node makes, and knows when all have heard.
 *
 * Owns this process' log, and how far each member has heard it. Keeps: a member hears every change once and in order: what
 * it has not confirmed when its link breaks, it hears when the link is back, before anything else. So a change never takes
 * effect a second time, however late it is. The changes of one tick go out in one frame, the same bytes for all. Does not
 * know what a change does.
 *
 *     announce ─▶ log ─▶ a frame a tick ─▶ each member that is linked ─▶ told ─▶ the caller, when all have told
 *                  └───▶ after a break: what the member has not heard ─▶ "
 */

import type { carrot } from "../proto/generated/carrot.js";
import type { Change, ChangeCounter, Deletion } from "./change.ts";
import { ChangeLog } from "./change-log.ts";
import { MAX_KEY_BYTES, MAX_OUTGOING_BYTES } from "./requests.ts";
import { forgottenFrame, lengthOf, partsOf, type TellFrame, tellFrames } from "./tell-message.ts";
import type { Timer, World } from "./world.ts";

/** What is announced in a tick goes out before its end beyond this. */
const MAX_GATHERED_BYTES = 4 << 20;
/** Some ten million entries. */
const SLOW_FLUSH_MS = 60_000;

interface AnnouncementsOptions {
  readonly world: Pick<World, "clock" | "soon" | "quietlyAfter">;
  readonly counter: ChangeCounter;
  /** How long a member may take to confirm before the change is answered without it; read at each use. */
  readonly timeoutMs: () => number;
}

/** The part of a DialedLink that this needs. */
export interface TellingLink {
  post(frame: Uint8Array, maxWaitingBytes: number): boolean;
  sendBatch(): void;
}

interface Listener {
  readonly link: TellingLink;
  isLinked: boolean;
  /** The last change that was sent on the present link. */
  sent: number;
  /** The last change that the member has confirmed. */
  heard: number;
}

interface Pending {
  readonly first: number;
  readonly last: number;
  /** The members that have not confirmed. */
  readonly waiting: Set<string>;
  readonly dueMs: number;
  removed: number;
  readonly resolve: (removed: number) => void;
}

export class Announcements {
  readonly #options: AnnouncementsOptions;
  readonly #log = new ChangeLog();
  readonly #listeners = new Map<string, Listener>();
  /** The announcements that are not answered, the oldest first. */
  readonly #pending: Pending[] = [];
  #gathered: Change[] = [];
  #gatheredBytes = 0;
  #gatheredAfter = 0;
  #timer: Timer | undefined;

  constructor(options: AnnouncementsOptions) {
    this.#options = options;
  }

  /** The number of this process' last change. */
  get last(): number {
    return this.#log.last;
  }

  /**
   * Tells all members to delete; resolves with the number of live entries removed by their owners, when each member has
   * confirmed, has no link, or takes too long. A member that does not confirm hears the change later. The keys are copied.
   */
  announce({ keys, flush, ...flags }: Deletion): Promise<number> {
    // Copies the keys, which may be remembered for longer than the caller keeps them. No member stores a key that is too long.
    const own = keys.filter((key) => key.length <= MAX_KEY_BYTES).map((key) => Buffer.from(key));
    const first = this.#log.last + 1;
    for (const { link } of this.#listeners.values()) link.sendBatch();
    if (flush !== undefined) this.#gather({ keys: [], flush });
    for (const part of partsOf(own)) this.#gather({ keys: part, ...flags });
    const last = this.#log.last;
    const waiting = new Set<string>();
    for (const [id, { isLinked }] of this.#listeners) if (isLinked) waiting.add(id);
    if (last < first || waiting.size === 0) return Promise.resolve(0);
    const timeoutMs = this.#options.timeoutMs() + (flush?.isSlow ? SLOW_FLUSH_MS : 0);
    return new Promise((resolve) => {
      const dueMs = this.#options.world.clock() + timeoutMs;
      this.#pending.push({ first, last, waiting, dueMs, removed: 0, resolve });
      this.#timer ??= this.#options.world.quietlyAfter(this.#options.timeoutMs(), () => this.#expire());
    });
  }

  /** Sends what has been announced: before a request, which must not overtake it. A pipeline does not wait for each answer. */
  flush(): void {
    if (this.#gathered.length === 0) return;
    const frames = tellFrames(this.#gatheredAfter, this.#log.last, this.#gathered);
    const after = this.#gatheredAfter;
    this.#gathered = [];
    this.#gatheredBytes = 0;
    for (const listener of this.#listeners.values()) {
      if (listener.sent === after && listener.isLinked) post(listener, frames);
      else this.#catchUp(listener);
    }
  }

  /** To be called now and then: a member that was behind may have taken what waited for it. */
  nudge(id: string): void {
    const listener = this.#listeners.get(id);
    if (listener !== undefined) this.#catchUp(listener);
  }

  /** A member of the ring, whose link is not up yet. */
  add(id: string, link: TellingLink): void {
    this.#listeners.set(id, { link, isLinked: false, sent: 0, heard: 0 });
  }

  remove(id: string): void {
    this.closed(id);
    this.#listeners.delete(id);
    this.#forget();
  }

  /** The link to a member is up, and nothing has been sent on it. `heard`: how far the member has heard this process. */
  opened(id: string, heard: number): void {
    const listener = this.#listeners.get(id);
    if (listener === undefined) return;
    listener.isLinked = true;
    listener.heard = heard;
    listener.sent = heard;
    this.flush();
    this.#catchUp(listener);
  }

  /** The link to a member has ended: nobody waits for it any more. */
  closed(id: string): void {
    const listener = this.#listeners.get(id);
    if (listener === undefined) return;
    listener.isLinked = false;
    for (const pending of this.#pending) confirm(pending, id);
    this.#dropAnswered();
  }

  /** A member has done everything up to a number. */
  told(id: string, { through, counts }: carrot.Told.$Properties): void {
    const listener = this.#listeners.get(id);
    if (listener === undefined || !through || through > this.#log.last) return;
    const removed = counts ?? [];
    for (let at = this.#firstAfter(listener.heard); at < this.#pending.length; at++) {
      const pending = this.#pending[at]!;
      if (pending.first > through) break;
      const offset = pending.first - (through - removed.length + 1);
      const length = Math.min(pending.last, through) - pending.first + 1;
      for (let i = 0; i < length; i++) pending.removed += removed[offset + i] ?? 0;
      if (pending.last <= through) confirm(pending, id);
    }
    listener.heard = Math.max(listener.heard, through);
    this.#dropAnswered();
    this.#forget();
    this.#catchUp(listener);
  }

  /** Ends what waits. */
  close(): void {
    this.#timer?.cancel();
    for (const { resolve, removed } of this.#pending) resolve(removed);
    this.#pending.length = 0;
  }

  /** The last change that is not gathered. */
  get #gatheredStart(): number {
    return this.#gathered.length > 0 ? this.#gatheredAfter : this.#log.last;
  }

  #gather(deletion: Deletion): void {
    if (this.#gathered.length === 0) {
      this.#gatheredAfter = this.#log.last;
      this.#options.world.soon(() => this.flush());
    }
    const counter = this.#options.counter.tick();
    const number = this.#log.add(counter, deletion);
    this.#gathered.push({ number, counter, ...deletion });
    this.#gatheredBytes += lengthOf(deletion);
    if (this.#gatheredBytes > MAX_GATHERED_BYTES) this.flush();
  }

  /** Not while something is on the way, which will be confirmed. */
  #catchUp(listener: Listener): void {
    const { isLinked, sent, heard } = listener;
    const through = this.#gatheredStart;
    if (!isLinked || sent >= through || heard < sent) return;
    const missed = this.#log.after(sent)?.filter(({ number }) => number <= through);
    post(
      listener,
      missed
        ? tellFrames(sent, through, missed)
        : [forgottenFrame(sent, through, this.#options.counter.value)],
    );
  }

  /** The place of the first announcement that goes beyond a number. */
  #firstAfter(number: number): number {
    let [low, high] = [0, this.#pending.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#pending[middle]!.last > number) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  #dropAnswered(): void {
    let count = 0;
    while (this.#pending[count]?.waiting.size === 0) count++;
    if (count > 0) this.#pending.splice(0, count);
  }

  /** What every member has heard needs no keeping. */
  #forget(): void {
    let heard = this.#log.last;
    for (const listener of this.#listeners.values()) heard = Math.min(heard, listener.heard);
    this.#log.forget(heard);
  }

  #expire(): void {
    this.#timer = undefined;
    const now = this.#options.world.clock();
    let nextMs = Number.POSITIVE_INFINITY;
    for (const pending of this.#pending) {
      if (pending.waiting.size === 0) continue;
      if (pending.dueMs > now) nextMs = Math.min(nextMs, pending.dueMs);
      else {
        pending.waiting.clear();
        pending.resolve(pending.removed);
      }
    }
    this.#dropAnswered();
    if (nextMs < Number.POSITIVE_INFINITY)
      this.#timer = this.#options.world.quietlyAfter(nextMs - now, () => this.#expire());
  }
}

function confirm(pending: Pending, id: string): void {
  if (pending.waiting.delete(id) && pending.waiting.size === 0) pending.resolve(pending.removed);
}

/**
 * Sends frames until so much waits that the link refuses GETs and edits as well, so none overtakes what is not sent. The rest
 * follows when the member has confirmed what it got.
 */
function post(listener: Listener, frames: readonly TellFrame[]): void {
  for (const { bytes, through } of frames) {
    if (!listener.link.post(bytes, MAX_OUTGOING_BYTES)) return;
    listener.sent = through;
  }
}
