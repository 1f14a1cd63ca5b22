/**
 * The node as commands see it: the cache, the clients of all threads, the figures.
 *
 * Owns the interface only; the class that fulfils it is Node. Commands know nothing of how a node is put together.
 */
import type { Cache } from "../cache/cache.ts";
import type { DirectiveChange } from "../conf/change-directive.ts";
import type { NodeConf } from "../conf/conf.ts";
import type { Log } from "../machine/log.ts";
import type { NodeReport } from "../observe/node-report.ts";
import type { Sessions } from "../sessions/sessions.ts";

export interface NodeFace {
  readonly cache: Cache;
  readonly sessions: Sessions;
  readonly report: NodeReport;
  readonly conf: NodeConf;
  readonly log: Log;
  /** The time of day, in milliseconds since 1970. */
  readonly wallMs: () => number;
  /** Puts directives that have been changed into force; resolves when they are in force on every thread. */
  confChanged(changes: readonly DirectiveChange[]): Promise<void>;
  /** A client said SHUTDOWN. */
  requestShutdown(): void;
}
