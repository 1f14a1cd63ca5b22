/**
 * Announcements for tests, in virtual time: links that take frames or not, and members that confirm when the test says so.
 */

import { Announcements } from "../../cluster/announcements.ts";
import { ChangeCounter } from "../../cluster/change.ts";
import { tellOf } from "../../cluster/tell-message.ts";
import { decodeFrame, FrameReader } from "../../proto/frame.ts";
import { carrot } from "../../proto/generated/carrot.js";
import { VirtualTime } from "../sim/virtual-time.ts";

export const bytes = (...texts: string[]) => texts.map((text) => Buffer.from(text));

/** The other end of a link: notes what it is told. */
export class Ear {
  /** Each frame as text: `after-through`, then what each of its changes says. */
  readonly heard: string[] = [];
  readonly frames: Uint8Array[] = [];
  /** How many more frames the link takes. */
  takes = Number.POSITIVE_INFINITY;
  most = 0;

  post(frame: Uint8Array, maxWaitingBytes: number): boolean {
    this.most = maxWaitingBytes;
    if (this.takes-- <= 0) return false;
    const reader = new FrameReader(1 << 20);
    reader.push(Buffer.from(frame));
    const { after, through, changes, forgotten, counter } = tellOf(
      decodeFrame(carrot.Frame, reader.next()!).tell!,
    );
    const words = changes.map(({ number, keys, flush, isBar }) => {
      const what = flush ? `flush ${flush.database}` : keys.map((key) => Buffer.from(key).toString()).join();
      return `${number}${isBar ? " bar" : ""} ${what.slice(0, 20)}`;
    });
    this.heard.push([`${after}-${through}`, ...(forgotten ? ["everything"] : words)].join(": "));
    this.frames.push(frame);
    this.counter = counter;
    return true;
  }

  /** How often what was asked for had to be sent. */
  batches = 0;
  /** Of the last frame. */
  counter = 0;

  sendBatch(): void {
    this.batches++;
  }
}

export function setUp(...linked: string[]) {
  const time = new VirtualTime(1);
  const state = { timeoutMs: 5000 };
  const counter = new ChangeCounter();
  const announcements = new Announcements({ world: time, counter, timeoutMs: () => state.timeoutMs });
  const ears: Record<string, Ear> = {};
  const add = (id: string) => {
    ears[id] = new Ear();
    announcements.add(id, ears[id]);
    return ears[id];
  };
  for (const id of linked) {
    add(id);
    announcements.opened(id, 0);
  }
  /** Announces the delete of keys; the answer is there when the promise is settled. */
  const announce = (...keys: string[]) => follow(announcements.announce({ keys: bytes(...keys) }));
  const told = (id: string, through: number, ...counts: number[]) =>
    announcements.told(id, { through, counts });
  return { time, state, counter, announcements, ears, add, announce, told, tick: () => time.advance(0) };
}

/** What a promise has come to by now. */
export function follow(promise: Promise<number>) {
  const followed: { answer: number | undefined } = { answer: undefined };
  void promise.then((answer) => {
    followed.answer = answer;
  });
  return followed;
}
