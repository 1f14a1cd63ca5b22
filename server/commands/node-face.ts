/**
 * The node as commands see it: the cache, the clients of all threads, the figures.
 *
 * Owns the interface only; the class Node implements it. Commands do not know how a node is put together.
 */
import type { Cache } from "../cache/cache.ts";
import type { DirectiveChange } from "../conf/change-directive.ts";
import type { NodeConf } from "../conf/conf.ts";
import type { Log } from "../machine/log.ts";
import type { NodeReport } from "../observe/node-report.ts";
import type { Scripts } from "../scripts/scripts.ts";
import type { Sessions } from "../sessions/sessions.ts";
import type { RedisParameters } from "./redis-parameters.ts";

export interface NodeFace {
  readonly cache: Cache;
  readonly sessions: Sessions;
  readonly report: NodeReport;
  readonly scripts: Scripts;
  readonly conf: NodeConf;
  readonly log: Log;
  readonly parameters: RedisParameters;
  /** The time of day, in milliseconds since 1970. */
  readonly wallMs: () => number;
  /** What the system says now, in whole milliseconds since 1970. `wallMs` may be up to a second off. */
  readonly timeOfDayMs: () => number;
  /** The same in whole microseconds. */
  readonly timeOfDayUs: () => number;
  /** Bytes that nobody can guess. */
  readonly randomBytes: (count: number) => Uint8Array;
  /** Puts changed directives into force; resolves when every thread has them. */
  confChanged(changes: readonly DirectiveChange[]): Promise<void>;
  /** Stops the node, because a client said SHUTDOWN. */
  requestShutdown(): void;
}
