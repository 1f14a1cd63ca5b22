/**
 * Does a plain SET in place: from the reader's bytes into the store.
 *
 * Owns which commands are plain: `SET k v`, the same with EX or PX, SETEX and PSETEX. Invariant: either the SET is done and
 * its whole reply is appended, or nothing has happened, and the command goes the general way, which does the same. Whatever
 * may end in an error goes that way, and so does every command while each is logged.
 */
import type { CommandReader } from "../../proto/command-reader.ts";
import type { PlainSets } from "../changes/plain-sets.ts";
import { isStoredAsIs } from "../store/database-key.ts";
import { ShardLockedError } from "../store/lock.ts";
import { isWord, type PlainClient, type PlainRoute, type PlainSetName, positiveAt } from "./plain.ts";

export interface SetRoute<Client> extends PlainRoute<Client> {
  /** Undefined on a thread or a node that can do none. */
  readonly sets: Pick<PlainSets, "set"> | undefined;
}

const OK = Buffer.from("+OK\r\n");
const SECOND_MS = 1000;

/** Where the value and the lifetime of the command last recognised are; a lifetime at -1: it has none. */
let valueAt = 0;
let lifeAt = -1;
let unitMs = 1;

/** Does a plain SET of a key of database 0; returns its name. Undefined: nothing has happened, it goes the general way. */
export function setInPlace<Client extends PlainClient>(
  reader: CommandReader,
  route: SetRoute<Client>,
  client: Client,
): PlainSetName | undefined {
  const { sets, conf, clock } = route;
  const name = sets === undefined || conf.loglevel === "debug" ? undefined : nameOf(reader);
  if (name === undefined || client.outgoing.replies > 0) return undefined;
  const startedMs = clock();
  if (!isSet(reader, sets!, conf.maxKeyBytes, startedMs)) return undefined;
  route.output.append(OK);
  route.plainDone(client, name, reader, clock() - startedMs);
  return name;
}

function isSet(
  { bytes, argStart, argEnd }: CommandReader,
  sets: Pick<PlainSets, "set">,
  maxKeyBytes: number,
  clockMs: number,
): boolean {
  const start = argStart[1]!;
  const end = argEnd[1]!;
  if (end - start > maxKeyBytes || !isStoredAsIs(bytes, start, end)) return false;
  const life = lifeAt < 0 ? undefined : positiveAt(bytes, argStart[lifeAt]!, argEnd[lifeAt]!) * unitMs;
  try {
    return life !== 0 && sets.set(bytes, start, end, argStart[valueAt]!, argEnd[valueAt]!, life, clockMs);
  } catch (error) {
    // The general way has a reply for it.
    if (error instanceof ShardLockedError) return false;
    throw error;
  }
}

/** The name of the command if it is a plain SET, by its name and the number of its words. */
function nameOf(reader: CommandReader): PlainSetName | undefined {
  switch (reader.argc) {
    case 3:
      return isWord(reader, 0, "set") ? found("set", 2, -1, 1) : undefined;
    case 4:
      if (isWord(reader, 0, "setex")) return found("setex", 3, 2, SECOND_MS);
      return isWord(reader, 0, "psetex") ? found("psetex", 3, 2, 1) : undefined;
    case 5:
      if (!isWord(reader, 0, "set")) return undefined;
      if (isWord(reader, 3, "ex")) return found("set", 2, 4, SECOND_MS);
      return isWord(reader, 3, "px") ? found("set", 2, 4, 1) : undefined;
    default:
      return undefined;
  }
}

function found(name: PlainSetName, value: number, life: number, unit: number): PlainSetName {
  valueAt = value;
  lifeAt = life;
  unitMs = unit;
  return name;
}
