/**
 * The commands of a plain connection that are done in place, without the command table.
 *
 * Owns their list: hits (hits.ts), plain SETs (plain-set.ts) and commands of one key and no value (plain-key.ts).
 */
import type { CommandReader } from "../../proto/command-reader.ts";
import type { Protocol } from "../../proto/reply.ts";
import type { Ahead } from "./ahead.ts";
import { answerInPlace, type HitRoute } from "./hits.ts";
import type { PlainClient, PlainKeyName, PlainSetName } from "./plain.ts";
import { type KeyRoute, keyInPlace } from "./plain-key.ts";
import { type SetRoute, setInPlace } from "./plain-set.ts";

export { missedKey } from "./hits.ts";

/** What the commands need to know of their client. */
export interface InPlaceClient extends PlainClient {
  readonly protocol: Protocol;
  readonly session: { readonly database: number };
}

/** Does the command that the reader has found; returns its name. Undefined: nothing has happened, it goes the general way. */
export function doInPlace<Client extends InPlaceClient>(
  reader: CommandReader,
  route: HitRoute & SetRoute<Client> & KeyRoute<Client> & { readonly ahead: Ahead },
  client: Client,
): "get" | "mget" | PlainSetName | PlainKeyName | undefined {
  const { protocol, session } = client;
  if (answerInPlace(reader, route, protocol, session.database)) return reader.isGet ? "get" : "mget";
  if (reader.isGet || session.database !== 0) return undefined;
  if (route.sets === undefined) return undefined;
  route.ahead.read(reader.bytes, reader.argEnd[reader.argc - 1]! + 2);
  return setInPlace(reader, route, client) ?? keyInPlace(reader, route, client);
}
