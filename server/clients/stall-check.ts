/**
 * Whether a client has been stuck for too long: the rest of a command does not come, the client does not read a reply, or
 * more than `client-output-soft-limit` has waited for it for too long.
 *
 * Invariant: a command pays nothing; a sweep looks at each connection about once a second. A slow client is not stuck: a
 * command or a reply has a second more for every 64 kB of it. Knows no connection but what it looks at.
 */
import type { Socket } from "node:net";
import type { NodeConf } from "../conf/conf.ts";

/** A client that is slow but not stuck moves so many bytes a millisecond: 64 kB a second. */
const SLOWEST_PACE = 64;

/** What the check looks at; a connection is one. */
export interface Watched {
  readonly socket: Pick<Socket, "bytesWritten" | "writableLength">;
  readonly pendingBytes: number;
  readonly outgoing: { readonly bytes: number };
}

export type StallLimits = Pick<NodeConf, "stallTimeoutMs" | "softOutputBytes" | "softOutputMs">;

export type Verdict = "half a command" | "replies not read" | "soft output limit reached";

/** Looks at one connection again and again. */
export class StallCheck {
  /** Since when a part of a command has waited for the rest; undefined: no part waits. */
  #halfSinceMs: number | undefined;
  #unreadSinceMs: number | undefined;
  #taken = 0;
  #muchSinceMs: number | undefined;

  /** A chunk was read; `bytes` of an incomplete command are left. `isNew`: not the command of the last call. */
  noteRest(bytes: number, isNew: boolean, nowMs: number): void {
    if (bytes === 0) this.#halfSinceMs = undefined;
    else if (isNew || this.#halfSinceMs === undefined) this.#halfSinceMs = nowMs;
  }

  /** Why the client is to be closed; undefined: it is not. */
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
