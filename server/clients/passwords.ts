/**
 * The passwords of a node: which user has given which, and what a wrong one costs, over RESP and over HTTP.
 *
 * Invariants: a comparison takes the same time wherever two passwords differ and however long they are. Every wrong
 * password is counted and costs 100 ms; the tenth of one RESP connection costs the connection. Knows no command.
 */
import { createHash, timingSafeEqual } from "node:crypto";
import type { World } from "../../cluster/world.ts";
import type { NodeConf } from "../conf/conf.ts";
import type { ClientCounters } from "../counters/client-counters.ts";

/** `default` may say everything but what needs `admin-password`; `admin` may say that, too. */
export type User = "default" | "admin";

/** Ten guesses a second on a connection at most. */
const WRONG_PASSWORD_MS = 100;
/** A person who mistypes needs fewer; a program that guesses has to connect again. */
const MAX_WRONG_PASSWORDS = 10;

/** A connection that gives passwords. */
export interface Guesser {
  readonly session: { wrongPasswords: number };
  /** Takes no further command until this has settled. */
  waitFor(done: Promise<unknown>): void;
  /** Closes after the replies to the commands so far, for a reason that is logged and counted. */
  expel(why: string, counter: "wrongPasswordCloses"): void;
}

export interface PasswordsOptions {
  /** Read at each use, because CONFIG SET changes it in place. */
  readonly conf: Pick<NodeConf, "requirePass" | "adminPassword">;
  readonly world: Pick<World, "quietlyAfter" | "soon">;
  readonly counters: Pick<ClientCounters, "wrongPasswords">;
  /** Told of a wrong password that came over HTTP. */
  warn(text: string): void;
}

export class Passwords {
  readonly #options: PasswordsOptions;

  constructor(options: PasswordsOptions) {
    this.#options = options;
  }

  /** Clients have to give a password. */
  get areNeeded(): boolean {
    return this.#options.conf.requirePass !== "";
  }

  /** The user with this name and password; undefined: there is none. */
  userOf(name: string, password: Buffer): User | undefined {
    const { requirePass, adminPassword } = this.#options.conf;
    if (name === "default" && (!this.areNeeded || isSame(password, requirePass))) return name;
    if (name === "admin" && adminPassword !== "" && isSame(password, adminPassword)) return name;
    return undefined;
  }

  /** Counts a wrong password of a connection, which takes no further command until the promise resolves. */
  denyClient(client: Guesser): Promise<void> {
    const over = this.#deny();
    if (++client.session.wrongPasswords === MAX_WRONG_PASSWORDS)
      client.expel(`${MAX_WRONG_PASSWORDS} wrong passwords`, "wrongPasswordCloses");
    // Not before the refusal has been counted and logged: the next command may ask for the log.
    client.waitFor(over.then(() => new Promise<void>((resolve) => this.#options.world.soon(resolve))));
    return over;
  }

  /** Counts a wrong password that came over HTTP; it is to be answered when the promise resolves. */
  denyHttp(address: string | undefined): Promise<void> {
    this.#options.warn(`wrong password over HTTP from ${address ?? "?"}`);
    return this.#deny();
  }

  #deny(): Promise<void> {
    const { counters, world } = this.#options;
    counters.wrongPasswords++;
    return new Promise((resolve) => world.quietlyAfter(WRONG_PASSWORD_MS, resolve));
  }
}

function isSame(given: Buffer, expected: string): boolean {
  return timingSafeEqual(digest(given), digest(Buffer.from(expected)));
}

function digest(bytes: Buffer): Buffer {
  return createHash("sha256").update(bytes).digest();
}
