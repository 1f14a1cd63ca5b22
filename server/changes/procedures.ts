/**
 * Commands that run whole, at once, at the one member that owns all of their keys: what works on several keys, and
 * scripts.
 *
 * Invariants: a procedure runs at most once. While it runs, nothing else changes an entry of its member. Before it is
 * answered, no other member has an older value of a key that it has changed. Knows no command: what a procedure does, it
 * gets from `find`, and words go to the owner as they are.
 *
 *     RENAME a b ─▶ this node ─▶ the owner of a and b: runs, notes what changed ─▶ every other member hears of it
 */

import type { Version } from "../../cluster/change.ts";
import type { Outcome } from "../../cluster/outcome.ts";
import { PeerUnreachable } from "../../cluster/peer-unreachable.ts";
import type { Ran } from "../../cluster/run.ts";
import { refusedRun } from "../../cluster/run-message.ts";
import { editErrors, errors } from "../../proto/error-texts.ts";
import { ByDialect, Encoded, ErrorReply, encodeReply, type Reply } from "../../proto/reply.ts";
import { type Groups, heldOf } from "../groups/groups.ts";
import type { Owners } from "../members/owners.ts";
import { MAX_MEMBERS_ASKED } from "../members/reach.ts";
import { type FreeWrites, inSteps } from "../store/free-writes.ts";
import type { Actor } from "../tracking/actor.ts";
import type { ClusterChanges } from "./cluster-changes.ts";
import { MAX_LOADS } from "./loaded-edits.ts";
import { ProcedureLoads, type ProcedureLoadsOptions } from "./procedure-loads.ts";
import type { RecordedChanges } from "./recorded-changes.ts";

export interface Procedure {
  readonly keys: readonly Buffer[];
  /** It reads the keys as a GET does: what is not held is loaded before it runs. */
  readonly loads: boolean;
  /** It changes nothing, so it may run at a second member when the first does not answer. */
  readonly isReadOnly: boolean;
  /** How long it may take at another member, beyond `peer-timeout` and a load. */
  readonly extraMs: number;
  /** Runs it on the entries of this node. `undo`: take back what it has changed. Never throws. */
  run(): { readonly reply: Reply; readonly undo: boolean };
}

/** The procedure that words stand for. They may be those of another member. */
export type FindProcedure = (words: readonly Buffer[]) => Procedure | ErrorReply;

export interface ProceduresOptions extends ProcedureLoadsOptions {
  readonly groups: Groups;
  readonly owners: Owners;
  /** Undefined on a node that is alone. */
  readonly peers:
    | { run(id: string, words: readonly Uint8Array[], extraMs: number): Promise<Ran> }
    | undefined;
  readonly changes: ClusterChanges;
  readonly recorded: RecordedChanges;
  /** Undefined: no other thread writes. */
  readonly freeWrites?: FreeWrites | undefined;
  readonly find: FindProcedure;
}

interface Performed {
  readonly reply: Reply;
  readonly changed: readonly Buffer[];
}

const NOTHING_LOADED: ReadonlyMap<string, Outcome> = new Map();
const CROSS_SLOT = new ErrorReply(errors.crossSlot);

export class Procedures {
  readonly #options: ProceduresOptions;
  /** What was loaded for the procedure that runs now, by the key's latin1 text. */
  #loaded = NOTHING_LOADED;

  constructor(options: ProceduresOptions) {
    this.#options = options;
  }

  /** Runs a command whole, here or at another member. `words` are used no longer than this call when it answers at once. */
  run(words: readonly Buffer[], { by }: Actor = {}): Reply | Promise<Reply> {
    const { owners, find } = this.#options;
    const procedure = find(words);
    if (procedure instanceof ErrorReply) return procedure;
    const owner = this.#ownerOf(procedure.keys);
    if (owner === undefined) return CROSS_SLOT;
    const refusal = owner === owners.self ? this.#refusal(procedure.keys) : undefined;
    if (refusal !== undefined) return refusal;
    const done = owner === owners.self ? this.#performIfHeld(procedure, by) : undefined;
    if (done !== undefined) return this.#announced(done);
    // The words die before the procedure runs.
    const own = words.map((word) => Buffer.from(word));
    return this.#runLater(owner, own, find(own) as Procedure, by);
  }

  /** Runs a command here because another member asks for it. */
  runForPeer(words: readonly Buffer[], version: Version): Ran | Promise<Ran> {
    const procedure = this.#options.find(words);
    if (procedure instanceof ErrorReply) return ranOf({ reply: procedure, changed: [] });
    const overtakenBy = this.#options.changes.overtaker(procedure.keys, version);
    if (overtakenBy !== undefined) return { ...refusedRun(editErrors.deletedAgain), overtakenBy };
    const performed = this.#runHere(procedure, undefined);
    return performed instanceof Promise
      ? performed.then((done) => this.#ranOf(done))
      : this.#ranOf(performed);
  }

  /** Answered when all others have heard. */
  #ranOf(performed: Performed): Ran | Promise<Ran> {
    const ran = ranOf(performed);
    return this.#options.changes.announce(performed.changed)?.then(() => ran) ?? ran;
  }

  /** What was loaded of a key for the procedure that runs now, unless the procedure has changed the key. */
  loadedOf(key: Buffer): Outcome | undefined {
    return this.#options.recorded.hasChanged(key) ? undefined : this.#loaded.get(key.toString("latin1"));
  }

  /** The member that answers for all keys; undefined: there are several. */
  #ownerOf(keys: readonly Buffer[], failed?: ReadonlySet<string>): string | undefined {
    const { owners } = this.#options;
    const all = new Set(keys.map((key) => owners.of(key, failed)));
    if (all.size === 0) return owners.self;
    return all.size === 1 ? [...all][0] : undefined;
  }

  /** Has all other members drop what the procedure has changed here. */
  #announced({ reply, changed }: Performed): Reply | Promise<Reply> {
    const { changes } = this.#options;
    return changes.announce(changed)?.then(() => reply) ?? reply;
  }

  #runHere(procedure: Procedure, by: number | undefined): Performed | Promise<Performed> {
    return this.#performIfHeld(procedure, by) ?? this.#runLoaded(procedure, by);
  }

  /** Nothing comes between the look at what is held and the run. Undefined: some key has to be loaded. */
  #performIfHeld(
    procedure: Procedure,
    by: number | undefined,
    loads?: ProcedureLoads,
  ): Performed | undefined {
    return inSteps(this.#options.freeWrites, () =>
      this.#missing(procedure, loads).length === 0
        ? this.#perform(procedure, by, loads?.outcomes)
        : undefined,
    );
  }

  async #runLoaded(procedure: Procedure, by: number | undefined): Promise<Performed> {
    const loads = new ProcedureLoads(this.#options);
    try {
      for (let rounds = 0; ; rounds++) {
        const done = this.#performIfHeld(procedure, by, loads);
        if (done !== undefined) return done;
        if (rounds === MAX_LOADS) return failed(editErrors.deletedAgain);
        await loads.load(this.#missing(procedure, loads));
        if (loads.failure !== undefined) return failed(loads.failure);
      }
    } finally {
      loads.end();
    }
  }

  #perform(procedure: Procedure, by: number | undefined, loaded = NOTHING_LOADED): Performed {
    const { recorded } = this.#options;
    this.#loaded = loaded;
    recorded.begin(by);
    try {
      const { reply, undo } = procedure.run();
      if (undo) recorded.takeBack();
      return { reply, changed: recorded.end() };
    } finally {
      // Taking back may find a shard locked. What comes next must not be held back as a part of this.
      recorded.end();
    }
  }

  /** The keys that have to be loaded before the procedure runs here. */
  #missing({ loads, keys }: Procedure, loaded?: ProcedureLoads): readonly Buffer[] {
    if (!loads) return [];
    return keys.filter((key) => {
      if (loaded?.has(key)) return false;
      const group = this.#options.groups.of(key, 0, key.length);
      return group !== undefined && group.conf.loader.kind !== "none" && heldOf(group, key) === undefined;
    });
  }

  /** Asks the owner, or its stand-in when the owner has not been asked, and at last this node. */
  async #runLater(
    owner: string,
    words: readonly Buffer[],
    procedure: Procedure,
    by: number | undefined,
  ): Promise<Reply> {
    const { owners, peers, changes } = this.#options;
    const extraMs = procedure.extraMs + this.#loadMs(procedure);
    const failed = new Set<string>();
    for (let target: string | undefined = owner; target !== owners.self; ) {
      try {
        const ran = await peers!.run(target, words, extraMs);
        changes.dropHere(ran.changed.map(asBuffer), { by });
        return replyOf(ran);
      } catch (error) {
        if (!(error instanceof PeerUnreachable)) throw error;
        if (error.wasSent && !procedure.isReadOnly) {
          changes.dropHere(procedure.keys, { by });
          await changes.bar(procedure.keys);
          return new ErrorReply(errors.mayHaveRun);
        }
        failed.add(target);
        target = failed.size < MAX_MEMBERS_ASKED ? this.#ownerOf(procedure.keys, failed) : owners.self;
        if (target === undefined) return CROSS_SLOT;
      }
    }
    return this.#refusal(procedure.keys) ?? this.#announced(await this.#runHere(procedure, by));
  }

  /** The error when this node must not run it: another member has the group of one of the keys, and this node lacks it. */
  #refusal(keys: readonly Buffer[]): ErrorReply | undefined {
    const texts = keys.map((key) => this.#options.owners.refusal(key));
    const text = texts.find((each) => each !== undefined);
    return text === undefined ? undefined : new ErrorReply(`ERR ${text}`);
  }

  /** How long the loads of a procedure's keys may take. */
  #loadMs({ loads, keys }: Procedure): number {
    if (!loads) return 0;
    return Math.max(
      0,
      ...keys.map((key) => this.#options.groups.of(key, 0, key.length)?.conf.loaderTimeoutMs ?? 0),
    );
  }
}

function failed(text: string): Performed {
  return { reply: new ErrorReply(`ERR ${text}`), changed: [] };
}

function ranOf({ reply, changed }: Performed): Ran {
  const resp2 = encodeReply(reply, 2);
  const resp3 = encodeReply(reply, 3);
  return {
    ...refusedRun(""),
    error: undefined,
    reply: resp2,
    reply3: resp2.equals(resp3) ? undefined : resp3,
    changed,
  };
}

function replyOf({ reply, reply3, error }: Ran): Reply {
  if (error !== undefined) return new ErrorReply(`ERR ${error}`);
  const resp2 = new Encoded(asBuffer(reply));
  return reply3 === undefined ? resp2 : new ByDialect(resp2, new Encoded(asBuffer(reply3)));
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
