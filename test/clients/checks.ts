/**
 * What every client is asked to do, and how a program reports the outcome.
 *
 * A program prints one line a check: `ok ping`, `none auth why not`, `fail ping what came instead`; `client NAME VERSION`
 * comes first, and the line `restart` asks for a restart of the node, after which it is sent an empty line.
 */

/** The checks in the order of the table, each with what it asks. */
export const CHECKS = {
  ping: "connects, and PING answers PONG",
  get: "GET loads what is missing, once, and then hits",
  absent: "GET of what the origin does not have is the client's null",
  mget: "MGET keeps the order, nulls included",
  pipeline: "100 GETs in one pipeline get their replies in order",
  binary: "keys and values may have any byte",
  unknown: "an unknown command is an error, after which the connection goes on",
  set: "SET, then GET of the same bytes",
  name: "the connection's name shows in CLIENT LIST",
  resp3: "HELLO 3, and a map comes as the client's map",
  auth: "a password lets in, a wrong one does not",
  multi: "MULTI, two GETs, EXEC",
  restart: "GET works again after the node was restarted",
} as const;

export type Check = keyof typeof CHECKS;
export const CHECK_NAMES = Object.keys(CHECKS) as Check[];

export interface Outcome {
  /** `none`: the library has nothing of the kind. */
  readonly result: "ok" | "none" | "fail";
  readonly note: string;
}

export interface Report {
  readonly client: string;
  readonly version: string;
  readonly outcomes: ReadonlyMap<Check, Outcome>;
}

/** The report in what a program printed; a check that it does not mention has failed. */
export function readReport(text: string): Report {
  const [, client = "?", version = "?"] = /^client (\S+) (\S+)$/m.exec(text) ?? [];
  const outcomes = new Map<Check, Outcome>();
  for (const check of CHECK_NAMES) {
    const line = new RegExp(`^(ok|none|fail) ${check}(?: (.*))?$`, "m").exec(text);
    const result = (line?.[1] ?? "fail") as Outcome["result"];
    outcomes.set(check, { result, note: line === null ? "not reported" : (line[2] ?? "") });
  }
  return { client, version, outcomes };
}
