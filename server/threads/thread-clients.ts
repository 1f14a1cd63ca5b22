/**
 * The clients of one thread, the main thread or a worker: the same limits, the same log lines, the same way of a hit.
 *
 * Owns what is alike on every thread. The caller hands in what differs: how a command that needs the node is run.
 */

import { QuietLog } from "../../cluster/quiet-log.ts";
import { GetRun } from "../../proto/get-run.ts";
import type { Answer } from "../../proto/reply.ts";
import type { ClientCounts } from "../clients/client-counts.ts";
import { addressesOf } from "../clients/client-line.ts";
import { Clients, type ClientsOptions } from "../clients/clients.ts";
import type { CommandShape } from "../clients/command-shape.ts";
import type { Connection } from "../clients/connection.ts";
import type { ConnectionHost } from "../clients/connection-host.ts";
import { Departures } from "../clients/departures.ts";
import { LiveReaderLimits } from "../clients/reader-limits.ts";
import type { Command } from "../commands/command.ts";
import { execute } from "../commands/execute.ts";
import { COMMANDS } from "../commands/table.ts";
import type { NodeConf } from "../conf/conf.ts";
import type { Latency } from "../counters/latency.ts";
import type { Waiter } from "../groups/flights.ts";
import type { Groups, HeldGroup } from "../groups/groups.ts";
import { Output } from "../hits/output.ts";
import { RunHashes } from "../hits/run-hashes.ts";
import { clientRoom, descriptorLimit } from "../machine/descriptors.ts";
import type { Log } from "../machine/log.ts";
import type { ThreadSessions } from "../sessions/thread-sessions.ts";

export interface ThreadClientsOptions {
  readonly conf: NodeConf;
  readonly log: Log;
  /** Monotonic, in milliseconds. */
  readonly clock: () => number;
  readonly groups: Groups<HeldGroup>;
  readonly counters: ConnectionHost<Connection>["counters"];
  readonly waitLatency: Latency;
  /** The main thread is 1. */
  readonly thread: number;
  readonly counts: ClientCounts;
  readonly sharesPort: boolean;
  readonly sessions: ThreadSessions;
  /** Hears that a client is no longer connected. */
  gone(client: number): void;
  /** As in ConnectionHost. */
  readonly ask?: (key: Buffer, waiter: Waiter) => void;
  /** Runs a command that needs the node. */
  run(command: Command, args: readonly Buffer[], connection: Connection): Answer;
}

const GET: CommandShape = COMMANDS.get("get")!;
const GET_NAME = Buffer.from("GET");

/** The thread accepts no client before `listen` is called. */
export function createThreadClients(options: ThreadClientsOptions): Clients {
  const { conf, log, clock, thread, counts, sharesPort, sessions } = options;
  // A stranger whose connections are closed a thousand times a second must not fill the log.
  const quiet = new QuietLog({ info: (text) => log.info(text), warn: (text) => log.warn(text) }, clock);
  return new Clients({
    thread,
    counts,
    sharesPort,
    conf,
    room: clientRoom(descriptorLimit(), conf.peers.length, counts.threads),
    refused: (socket, why) => quiet.warn(why, `refused ${addressesOf(socket).addr}: ${why}`),
    gone: (connection) => {
      sessions.pubSub.forget(connection);
      options.gone(connection.id);
    },
    host: createHost(options, quiet),
  });
}

/** What each connection of the thread is given. */
function createHost(options: ThreadClientsOptions, quiet: QuietLog): ClientsOptions["host"] {
  const { conf, log, clock, groups, counters, waitLatency, sessions } = options;
  const limits = new LiveReaderLimits(conf);
  const output = new Output();
  const known = new RunHashes();
  return {
    groups,
    output,
    departures: new Departures(output),
    known,
    run: new GetRun((found) => known.prepare(found, groups)),
    conf,
    limits: (authenticated) => limits.of(authenticated),
    clock,
    counters,
    waitLatency,
    ask:
      options.ask &&
      ((key, waiter) => {
        sessions.stats.general++;
        options.ask!(key, waiter);
      }),
    asked: (connection, key, ms, isFailure) => {
      waitLatency.observe(ms / 1000);
      sessions.performed(GET, () => [GET_NAME, key], { ms, isFailure }, connection);
    },
    isObserved: () => sessions.isObserved,
    execute: (args, connection) =>
      execute(args, {
        connection,
        conf,
        log,
        sessions,
        commands: COMMANDS,
        runOnNode: (command, words) => options.run(command, words, connection),
      }),
    dropped: ({ id, socket }, why) =>
      quiet.warn(why, `closed client ${id}, ${addressesOf(socket).addr}: ${why}`),
    failed: (connection, error) => {
      const { id, lastCommand } = connection;
      log.error({ err: error, client: id, command: lastCommand }, "a reply broke an invariant");
    },
  };
}
