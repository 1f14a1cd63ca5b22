/**
 * The callers that wait for an answer, by the id of their request.
 *
 * Invariant: ids ascend, and go on from 0 behind the largest, by default that of 32 bits; an id whose place is still taken is skipped. So requests
 * made one after the other nearly always have ids that follow each other. The places are a circular array, because a Map
 * with steady adding and deleting would keep making new tables.
 */

const FIRST_PLACES = 256;

export class InFlight<Waiting> {
  #waiting: (Waiting | undefined)[] = new Array(FIRST_PLACES).fill(undefined);
  /** The id in each place. */
  #ids = new Uint32Array(FIRST_PLACES);
  #size = 0;
  #lastId: number;
  readonly #largest: number;

  /** The first id is the one after `lastId`. */
  constructor(lastId = 0, largest = 0xffffffff) {
    this.#lastId = lastId;
    this.#largest = largest;
  }

  get size(): number {
    return this.#size;
  }

  /** Keeps `waiting`; returns its id. */
  add(waiting: Waiting): number {
    if (2 * this.#size >= this.#waiting.length) this.#grow();
    let id = this.#lastId;
    let place: number;
    do {
      id = id === this.#largest ? 0 : id + 1;
      place = id & (this.#waiting.length - 1);
    } while (this.#waiting[place] !== undefined);
    this.#waiting[place] = waiting;
    this.#ids[place] = id;
    this.#lastId = id;
    this.#size++;
    return id;
  }

  /** What waits under this id, if anything does. */
  get(id: number): Waiting | undefined {
    const place = id & (this.#waiting.length - 1);
    return this.#ids[place] === id ? this.#waiting[place] : undefined;
  }

  /** Forgets what waits under this id. */
  delete(id: number): void {
    if (this.get(id) === undefined) return;
    this.#waiting[id & (this.#waiting.length - 1)] = undefined;
    this.#size--;
  }

  /** Forgets all that wait, and returns them in no order. */
  clear(): Waiting[] {
    const all = this.#waiting.filter((waiting) => waiting !== undefined);
    this.#waiting.fill(undefined);
    this.#size = 0;
    return all;
  }

  /** Two ids with different places also have different places among twice as many. */
  #grow(): void {
    const waiting = this.#waiting;
    const ids = this.#ids;
    this.#waiting = new Array(2 * waiting.length).fill(undefined);
    this.#ids = new Uint32Array(2 * waiting.length);
    for (let place = 0; place < waiting.length; place++) {
      if (waiting[place] === undefined) continue;
      const grown = ids[place]! & (this.#waiting.length - 1);
      this.#waiting[grown] = waiting[place];
      this.#ids[grown] = ids[place]!;
    }
  }
}
