/**
 * Does commands of one key and no value in place: EXISTS, TTL, PTTL, DEL, UNLINK, EXPIRE and PEXPIRE.
 *
 * Invariant: as for plain-set.ts: either the command is done and its whole reply is appended, or nothing has happened, and the
 * command goes the general way, which does the same. Whatever may end in an error goes that way, and an EXPIRE that ends the
 * entry at once.
 */
import type { CommandReader } from "../../proto/command-reader.ts";
import { NOT_PLAIN, type PlainChanges } from "../changes/plain-changes.ts";
import { isStoredAsIs } from "../store/database-key.ts";
import { ShardLockedError } from "../store/lock.ts";
import { MISSING } from "../store/store.ts";
import { isWord, type PlainClient, type PlainKeyName, type PlainRoute, positiveAt } from "./plain.ts";

export interface KeyRoute<Client> extends PlainRoute<Client> {
  /** Undefined on a thread or a node that can do none. */
  readonly changes: Pick<PlainChanges, "lifeOf" | "remove" | "expire"> | undefined;
}

const SECOND_MS = 1000;

/** Does such a command of a key of database 0; returns its name. Undefined: nothing has happened, it goes the general way. */
export function keyInPlace<Client extends PlainClient>(
  reader: CommandReader,
  route: KeyRoute<Client>,
  client: Client,
): PlainKeyName | undefined {
  const { changes, conf, clock } = route;
  const name = changes === undefined || conf.loglevel === "debug" ? undefined : nameOf(reader);
  if (name === undefined) return undefined;
  const start = reader.argStart[1]!;
  const end = reader.argEnd[1]!;
  if (end - start > conf.maxKeyBytes || !isStoredAsIs(reader.bytes, start, end)) return undefined;
  const startedMs = clock();
  const answer = answerOf(name, reader, changes!, client, startedMs);
  if (answer === NOT_PLAIN) return undefined;
  route.output.appendInteger(answer);
  route.plainDone(client, name, reader, clock() - startedMs);
  return name;
}

/** The integer that the command answers with; NOT_PLAIN: nothing has happened. */
function answerOf(
  name: PlainKeyName,
  { bytes, argStart, argEnd }: CommandReader,
  changes: Pick<PlainChanges, "lifeOf" | "remove" | "expire">,
  client: PlainClient,
  clockMs: number,
): number {
  const start = argStart[1]!;
  const end = argEnd[1]!;
  switch (name) {
    case "exists":
      return existsOf(changes.lifeOf(bytes, start, end));
    case "ttl":
      return inUnits(changes.lifeOf(bytes, start, end), SECOND_MS);
    case "pttl":
      return inUnits(changes.lifeOf(bytes, start, end), 1);
  }
  // A change must not overtake a read of its client on another thread.
  if (client.outgoing.replies > 0) return NOT_PLAIN;
  try {
    if (name === "del" || name === "unlink") return changes.remove(bytes, start, end);
    const ttlMs = positiveAt(bytes, argStart[2]!, argEnd[2]!) * (name === "expire" ? SECOND_MS : 1);
    return ttlMs === 0 ? NOT_PLAIN : changes.expire(bytes, start, end, ttlMs, clockMs);
  } catch (error) {
    // The general way has a reply for it.
    if (error instanceof ShardLockedError) return NOT_PLAIN;
    throw error;
  }
}

function existsOf(life: number): number {
  if (life === NOT_PLAIN) return NOT_PLAIN;
  return life === MISSING ? 0 : 1;
}

/** A lifetime in units of `unitMs`, rounded as Redis rounds; MISSING, ENDLESS and NOT_PLAIN stay. */
function inUnits(life: number, unitMs: number): number {
  return life < 0 ? life : Math.floor((Math.ceil(life) + unitMs / 2) / unitMs);
}

const D = 0x64;
const E = 0x65;
const P = 0x70;
const T = 0x74;
const U = 0x75;

/** The name of the command if it is one of these, by its name and the number of its words. */
function nameOf(reader: CommandReader): PlainKeyName | undefined {
  const { argc } = reader;
  const first = reader.bytes[reader.argStart[0]!]! | 0x20;
  if (argc === 2) {
    if (first === E) return isWord(reader, 0, "exists") ? "exists" : undefined;
    if (first === T) return isWord(reader, 0, "ttl") ? "ttl" : undefined;
    if (first === D) return isWord(reader, 0, "del") ? "del" : undefined;
    if (first === P) return isWord(reader, 0, "pttl") ? "pttl" : undefined;
    return first === U && isWord(reader, 0, "unlink") ? "unlink" : undefined;
  }
  if (argc !== 3) return undefined;
  if (first === E) return isWord(reader, 0, "expire") ? "expire" : undefined;
  return first === P && isWord(reader, 0, "pexpire") ? "pexpire" : undefined;
}
