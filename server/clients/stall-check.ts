/**
 * Whether a client has been stuck for too long: in a command of which the rest does not come, in a reply that it does
 * not take, or with more waiting for it than may wait for long.
 *
 * Invariant: costs nothing per command; a sweep looks at each connection about once a second. Slow is not stuck: what
 * is large has a second more for every 64 kB of it, whichever way it travels.
 */
import type { Socket } from "node:net";
import type { NodeConf } from "../conf/conf.ts";

/** The pace of a client that is slow but not stuck, in bytes a millisecond: 64 kB a second. */
const SLOWEST_PACE = 64;

/** What is looked at. */
export interface Watched {
  readonly socket: Pick<Socket, "bytesWritten" | "writableLength">;
  readonly pendingBytes: number;
  readonly outgoing: { readonly bytes: number };
}

export type StallLimits = Pick<NodeConf, "stallTimeoutMs" | "softOutputBytes" | "softOutputMs">;

export type Verdict = "half a command" | "replies not read" | "soft output limit reached";

/** Looks at one connection again and again. */
export class StallCheck {
  /** When the command of which a part has come began; undefined when there is none. */
  #halfSinceMs: number | undefined;
  #unreadSinceMs: number | undefined;
  #taken = 0;
  #muchSinceMs: number | undefined;

  /** What is left of a chunk that has been read: bytes of half a command; `isNew`: another one than last time. */
  noteRest(bytes: number, isNew: boolean, nowMs: number): void {
    if (bytes === 0) this.#halfSinceMs = undefined;
    else if (isNew || this.#halfSinceMs === undefined) this.#halfSinceMs = nowMs;
  }

  /** Why the client is to be closed; undefined while it is not. */
  look(client: Watched, nowMs: number, limits: StallLimits): Verdict | undefined {
    const { stallTimeoutMs, softOutputBytes, softOutputMs } = limits;
    const waiting = client.outgoing.bytes;
    this.#note(client, nowMs, softOutputBytes > 0 && waiting > softOutputBytes);
    if (this.#muchSinceMs !== undefined && nowMs - this.#muchSinceMs >= softOutputMs)
      return "soft output limit reached";
    if (stallTimeoutMs === 0) return undefined;
    const isOver = (sinceMs: number | undefined, bytes: number) =>
      sinceMs !== undefined && nowMs - sinceMs >= stallTimeoutMs + bytes / SLOWEST_PACE;
    if (isOver(this.#halfSinceMs, client.pendingBytes)) return "half a command";
    return isOver(this.#unreadSinceMs, waiting) ? "replies not read" : undefined;
  }

  #note({ socket }: Watched, nowMs: number, isMuch: boolean): void {
    if (!isMuch) this.#muchSinceMs = undefined;
    else this.#muchSinceMs ??= nowMs;
    if (socket.writableLength === 0) {
      this.#unreadSinceMs = undefined;
      return;
    }
    const taken = socket.bytesWritten - socket.writableLength;
    if (this.#unreadSinceMs === undefined || taken !== this.#taken) this.#unreadSinceMs = nowMs;
    this.#taken = taken;
  }
}
