/**
 * ACL LOG: the newest wrong passwords and refused commands of this node's clients, on all threads.
 *
 * Invariant: there are no more than 128 entries, each of a bounded size, and no password is in one. What happens again
 * within a minute counts in its entry. Lives on the main thread; the other threads tell it. Knows no connection.
 */

/** What was refused, and to whom. */
export interface Denial {
  /** `auth`: a wrong password. `command`: a command that the user may not say. */
  readonly reason: "auth" | "command";
  readonly context: "toplevel" | "multi";
  /** The word that the client said (`AUTH`), or the full name of the command. */
  readonly object: string;
  /** The user that the client is, or wants to be; one character a byte. */
  readonly username: string;
  /** The client's line of CLIENT LIST. */
  readonly client: string;
}

export interface AclEntry extends Denial {
  readonly id: number;
  readonly count: number;
  /** Milliseconds since 1970. */
  readonly createdMs: number;
  readonly updatedMs: number;
}

/** Redis' acllog-max-len. */
const MAX_ENTRIES = 128;
/** So many of the newest entries are compared with a new one, as in Redis. */
const COMPARED = 10;
const SAME_WITHIN_MS = 60_000;
/** A client without a password may send a name of 64 kB. */
const MAX_NAME = 256;

export class AclLog {
  readonly #wallMs: () => number;
  #entries: AclEntry[] = [];
  #nextId = 0;

  /** The time of day in milliseconds since 1970. */
  constructor(wallMs: () => number) {
    this.#wallMs = wallMs;
  }

  add(denial: Denial): void {
    const nowMs = Math.floor(this.#wallMs());
    const username = denial.username.slice(0, MAX_NAME);
    const at = this.#entries.slice(0, COMPARED).findIndex((entry) => {
      return isSame(entry, { ...denial, username }) && nowMs - entry.updatedMs <= SAME_WITHIN_MS;
    });
    const known = at < 0 ? undefined : this.#entries.splice(at, 1)[0]!;
    this.#entries.unshift({
      ...{ ...denial, username, id: known?.id ?? this.#nextId++, count: (known?.count ?? 0) + 1 },
      ...{ createdMs: known?.createdMs ?? nowMs, updatedMs: nowMs },
    });
    this.#entries.length = Math.min(this.#entries.length, MAX_ENTRIES);
  }

  /** The newest first. */
  get entries(): readonly AclEntry[] {
    return this.#entries;
  }

  clear(): void {
    this.#entries = [];
  }
}

function isSame(a: Denial, b: Denial): boolean {
  return (
    a.reason === b.reason && a.context === b.context && a.object === b.object && a.username === b.username
  );
}
