/**
 * An HTTP origin that counts its loads, so that a test sees what a group's loader has asked.
 *
 * Owns the values: `originValue(key)` is derived from the key, so that any answer can be checked against its question.
 */
import { createHash } from "node:crypto";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Owner } from "../started-once.ts";

export interface Origin {
  readonly port: number;
  /** Loads by key (percent-encoded as it came). */
  readonly loads: Map<string, number>;
  /** The number of all loads. */
  total(): number;
  /** Takes over from the usual answer when set. */
  respond: ((key: string, response: ServerResponse) => void) | undefined;
  /** Makes the origin answer as usual again, and sets its counts to zero. */
  reset(): void;
}

/** The value of a key: its name and a digest of it. */
export function originValue(key: string): string {
  return `${key}=${createHash("sha256").update(key).digest("hex").slice(0, 16)}`;
}

/** Starts an origin that answers `/items/KEY` after `delayMs`; keys that begin with `none` are not found. */
export async function startOrigin(t: Owner, delayMs = 0): Promise<Origin> {
  const loads = new Map<string, number>();
  const origin = {
    port: 0,
    loads,
    total: () => [...loads.values()].reduce((sum, count) => sum + count, 0),
    respond: undefined as Origin["respond"],
    reset: () => {
      loads.clear();
      origin.respond = undefined;
    },
  };
  const answer = (key: string, response: ServerResponse) => {
    if (origin.respond !== undefined) origin.respond(key, response);
    else if (key.startsWith("none")) response.writeHead(404).end();
    else response.end(originValue(key));
  };
  // Keys of 8 KiB are three times as long when percent-encoded.
  const server = createServer({ maxHeaderSize: 1 << 16 }, (request, response) => {
    const key = (request.url ?? "").replace("/items/", "");
    loads.set(key, (loads.get(key) ?? 0) + 1);
    setTimeout(() => answer(key, response), delayMs);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  origin.port = (server.address() as AddressInfo).port;
  return origin;
}
