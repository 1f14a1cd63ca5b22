/**
 * The commands of a plain connection that are done in place, without the command table.
 *
 * Owns their list: hits (hits.ts) and plain SETs (plain-set.ts).
 */
import type { CommandReader } from "../../proto/command-reader.ts";
import type { Protocol } from "../../proto/reply.ts";
import { answerInPlace, type HitRoute } from "./hits.ts";
import { type PlainSetName, type SetClient, type SetRoute, setInPlace } from "./plain-set.ts";

export { missedKey } from "./hits.ts";

/** What the commands need to know of their client. */
export interface InPlaceClient extends SetClient {
  readonly protocol: Protocol;
  readonly session: { readonly database: number };
}

/** Does the command that the reader has found; returns its name. Undefined: nothing has happened, it goes the general way. */
export function doInPlace<Client extends InPlaceClient>(
  reader: CommandReader,
  route: HitRoute & SetRoute<Client>,
  client: Client,
): "get" | "mget" | PlainSetName | undefined {
  const { protocol, session } = client;
  if (answerInPlace(reader, route, protocol, session.database)) return reader.isGet ? "get" : "mget";
  return reader.isGet || session.database !== 0 ? undefined : setInPlace(reader, route, client);
}
