/**
 * The clients of one thread, the main thread or a worker: the same limits, the same log lines, the same way of a hit.
 *
 * Owns what is alike on every thread. The caller hands in what differs: how a command that needs the node is run.
 */

import { QuietLog } from "../../cluster/quiet-log.ts";
import type { World } from "../../cluster/world.ts";
import { GetRun } from "../../proto/get-run.ts";
import type { Answer } from "../../proto/reply.ts";
import type { PlainChanges } from "../changes/plain-changes.ts";
import type { PlainSets } from "../changes/plain-sets.ts";
import { addressesOf } from "../clients/client-line.ts";
import { clientRoom } from "../clients/client-room.ts";
import { Clients, type ClientsOptions } from "../clients/clients.ts";
import type { CommandShape } from "../clients/command-shape.ts";
import type { Connection } from "../clients/connection.ts";
import type { ConnectionHost } from "../clients/connection-host.ts";
import { Passwords } from "../clients/passwords.ts";
import { LiveReaderLimits } from "../clients/reader-limits.ts";
import type { SharedCounts } from "../clients/shared-counts.ts";
import { WriteQueue } from "../clients/write-queue.ts";
import type { Command } from "../commands/command.ts";
import { execute } from "../commands/execute.ts";
import { COMMANDS } from "../commands/table.ts";
import type { NodeConf } from "../conf/conf.ts";
import type { Latency } from "../counters/latency.ts";
import type { Waiter } from "../groups/flights.ts";
import type { Groups, HeldGroup } from "../groups/groups.ts";
import { Ahead } from "../hits/ahead.ts";
import { Output } from "../hits/output.ts";
import type { PlainKeyName, PlainSetName } from "../hits/plain.ts";
import { RunHashes } from "../hits/run-hashes.ts";
import type { Log } from "../machine/log.ts";
import type { ThreadSessions } from "../sessions/thread-sessions.ts";
import { clientKey } from "../store/database-key.ts";

export interface ThreadClientsOptions {
  readonly conf: NodeConf;
  readonly log: Log;
  readonly world: Pick<World, "clock" | "soon" | "after" | "quietlyAfter" | "quietlyEvery">;
  readonly groups: Groups<HeldGroup>;
  readonly counters: ConnectionHost<Connection>["counters"];
  readonly waitLatency: Latency;
  /** The main thread is 1. */
  readonly thread: number;
  readonly counts: SharedCounts;
  readonly sharesPort: boolean;
  readonly sessions: ThreadSessions;
  /** Hears that a client is no longer connected. */
  gone(client: number): void;
  /** As in ConnectionHost. */
  readonly missed?: (key: Buffer, waiter: Waiter) => void;
  /** As in SetRoute. */
  readonly sets?: Pick<PlainSets, "set"> | undefined;
  /** As in KeyRoute. */
  readonly changes?: Pick<PlainChanges, "lifeOf" | "remove" | "expire"> | undefined;
  /** Runs a command that needs the node. */
  run(command: Command, args: readonly Buffer[], connection: Connection): Answer;
}

const PLAIN: Readonly<Record<PlainSetName | PlainKeyName, CommandShape>> = {
  set: COMMANDS.get("set")!,
  setex: COMMANDS.get("setex")!,
  psetex: COMMANDS.get("psetex")!,
  del: COMMANDS.get("del")!,
  unlink: COMMANDS.get("unlink")!,
  exists: COMMANDS.get("exists")!,
  ttl: COMMANDS.get("ttl")!,
  pttl: COMMANDS.get("pttl")!,
  expire: COMMANDS.get("expire")!,
  pexpire: COMMANDS.get("pexpire")!,
};
const GET: CommandShape = COMMANDS.get("get")!;
const GET_NAME = Buffer.from("GET");

/** The thread accepts no client before `listen` is called. */
export function createThreadClients(options: ThreadClientsOptions): Clients {
  const { conf, log, world, thread, counts, sharesPort, sessions } = options;
  // A stranger whose connections are closed a thousand times a second must not fill the log.
  const quiet = new QuietLog({ info: (text) => log.info(text), warn: (text) => log.warn(text) }, world.clock);
  return new Clients({
    thread,
    counts,
    sharesPort,
    conf,
    world,
    room: clientRoom(conf, counts.threads).clients,
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
  const { conf, log, world, groups, counters, waitLatency, sessions } = options;
  const limits = new LiveReaderLimits(conf);
  const output = new Output();
  const known = new RunHashes();
  return {
    groups,
    output,
    writes: new WriteQueue(output, (run) => world.soon(run)),
    known,
    ahead: new Ahead(groups),
    run: new GetRun((found) => known.prepare(found, groups)),
    conf,
    limits: (authenticated) => limits.of(authenticated),
    clock: world.clock,
    world,
    passwords: new Passwords({
      ...{ conf, world, counters },
      warn: (text) => quiet.warn("wrong password over HTTP", text),
    }),
    counters,
    waitLatency,
    missed:
      options.missed &&
      ((key, waiter) => {
        sessions.stats.general++;
        options.missed!(key, waiter);
      }),
    sets: options.sets,
    changes: options.changes,
    ...countsOf(options),
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

/** What is told of commands that did not go through the command table. */
function countsOf({
  sessions,
  waitLatency,
}: ThreadClientsOptions): Pick<ConnectionHost<Connection>, "missAnswered" | "plainDone"> {
  return {
    missAnswered: (connection, key, ms, isFailure) => {
      waitLatency.observe(ms / 1000);
      const took = { ms, error: isFailure ? "ERR" : undefined };
      sessions.performed(GET, () => [GET_NAME, clientKey(key)], took, connection);
    },
    plainDone: (connection, name, words, ms) => sessions.performedInPlace(PLAIN[name], words, ms, connection),
  };
}
