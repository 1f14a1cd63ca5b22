/**
 * INFO: the figures of this node, in Redis' sections and under Redis' names.
 *
 * Invariant: a field that Redis has means the same here. Fields of carrotCache's own are in `# Carrot`.
 */
import os from "node:os";
import type { Eviction } from "../conf/conf.ts";
import { sumFigures } from "../groups/group-figures.ts";
import { dropped } from "../machine/guarded-target.ts";
import { REDIS_VERSION, version } from "../machine/version.ts";
import type { ClientStates } from "../sessions/thread-questions.ts";
import { commandStats, errorCount, errorStats, latencyStats } from "./command-lines.ts";
import type { NodeReport } from "./node-report.ts";

type Fields = Record<string, string | number>;
type SectionFields = (report: NodeReport, states: ClientStates) => Fields;

/** The sections in the order of the report. */
const SECTIONS: Record<string, SectionFields> = {
  Server: serverFields,
  Clients: clientFields,
  Memory: memoryFields,
  Persistence: persistenceFields,
  Stats: statsFields,
  Replication: () => ({ role: "master", connected_slaves: 0, master_repl_offset: 0 }),
  CPU: cpuFields,
  Modules: () => ({}),
  Commandstats: commandStats,
  Errorstats: errorStats,
  Latencystats: latencyStats,
  Cluster: () => ({ cluster_enabled: 0 }),
  Keyspace: keyspaceFields,
  Carrot: carrotFields,
};

/** The words that ask for all sections. */
const EVERYTHING = ["all", "everything"];
/** As in Redis, the default report leaves them out. */
const ON_DEMAND = ["Commandstats", "Latencystats"];

function serverFields(report: NodeReport): Fields {
  const uptime = Math.floor(report.uptimeMs / 1000);
  return {
    redis_version: REDIS_VERSION,
    redis_mode: "standalone",
    os: `${os.type()} ${os.release()} ${os.machine()}`,
    arch_bits: 64,
    process_id: process.pid,
    run_id: report.runId,
    tcp_port: report.port,
    uptime_in_seconds: uptime,
    uptime_in_days: Math.floor(uptime / 86400),
    executable: process.argv[1] ?? process.execPath,
    config_file: report.cache.conf.file ?? "",
  };
}

/** A client whose command waits for the end of a pause is blocked; one that waits for a load is not. */
function clientFields({ clients, cache }: NodeReport, states: ClientStates): Fields {
  return {
    connected_clients: clients.count,
    maxclients: clients.max,
    blocked_clients: states.held,
    tracking_clients: cache.tracking.figures.clients,
    pubsub_clients: states.subscribed,
    watching_clients: states.watching,
  };
}

/**
 * `used_memory` is what `maxmemory` limits: entries and mirrors. The fragmentation compares the process with all that it has
 * allocated, its own heaps included.
 */
function memoryFields({ cache, memory, scripts }: NodeReport): Fields {
  const { used, peak, own, rss } = memory;
  return {
    used_memory: used,
    used_memory_human: human(used),
    used_memory_rss: rss,
    used_memory_rss_human: human(rss),
    used_memory_peak: peak,
    used_memory_peak_human: human(peak),
    used_memory_peak_perc: `${(peak === 0 ? 0 : (100 * used) / peak).toFixed(2)}%`,
    used_memory_dataset: used,
    total_system_memory: os.totalmem(),
    total_system_memory_human: human(os.totalmem()),
    used_memory_scripts: scripts.bytes,
    number_of_cached_scripts: scripts.count,
    maxmemory: cache.conf.maxBytes,
    maxmemory_human: human(cache.conf.maxBytes),
    maxmemory_policy: policyOf(cache.conf.eviction),
    mem_fragmentation_ratio: (rss / (used + own)).toFixed(2),
    mem_fragmentation_bytes: rss - used - own,
  };
}

/** Nothing is ever saved: the last save is the start, as in a Redis that has not saved yet. */
function persistenceFields({ startedSeconds }: NodeReport): Fields {
  return {
    loading: 0,
    rdb_bgsave_in_progress: 0,
    rdb_last_save_time: startedSeconds,
    rdb_last_bgsave_status: "ok",
    aof_enabled: 0,
  };
}

function statsFields(report: NodeReport): Fields {
  const { cache, clientFigures, rates } = report;
  const sum = sumFigures(cache.groups.all);
  const tracking = cache.tracking.figures;
  return {
    total_connections_received: clientFigures.connectionsReceived,
    total_commands_processed: clientFigures.commands,
    instantaneous_ops_per_sec: rates.commands,
    total_net_input_bytes: clientFigures.netInputBytes,
    total_net_output_bytes: clientFigures.netOutputBytes,
    instantaneous_input_kbps: (rates.inputBytes / 1024).toFixed(2),
    instantaneous_output_kbps: (rates.outputBytes / 1024).toFixed(2),
    rejected_connections: clientFigures.connectionsRejected,
    acl_access_denied_auth: clientFigures.wrongPasswords,
    acl_access_denied_cmd: clientFigures.denied,
    expired_keys: sum.expirations,
    evicted_keys: sum.evictions,
    keyspace_hits: sum.hits + sum.mirrorHits + sum.negativeHits,
    keyspace_misses: sum.misses,
    tracking_total_keys: tracking.keys,
    tracking_total_items: tracking.items,
    tracking_total_prefixes: tracking.prefixes,
    total_error_replies: errorCount(report),
    client_query_buffer_limit_disconnections: clientFigures.queryLimitCloses,
    client_output_buffer_limit_disconnections: clientFigures.outputLimitCloses,
  };
}

function cpuFields(): Fields {
  const { system, user } = process.cpuUsage();
  return { used_cpu_sys: (system / 1e6).toFixed(6), used_cpu_user: (user / 1e6).toFixed(6) };
}

function keyspaceFields({ cache }: NodeReport): Fields {
  const numbers = Array.from({ length: cache.conf.databases }, (_, database) => database);
  const lines = numbers.flatMap((database) => {
    const { values, expiring, ttlSumMs } = cache.holdings.populationHere(database);
    const averageMs = expiring === 0 ? 0 : Math.round(ttlSumMs / expiring);
    // Parsers want all three numbers.
    return values > 0 ? [[`db${database}`, `keys=${values},expires=${expiring},avg_ttl=${averageMs}`]] : [];
  });
  return Object.fromEntries(lines);
}

function carrotFields({ cache, clientFigures, threads }: NodeReport): Fields {
  const { membership, peers } = cache;
  const sum = sumFigures(cache.groups.all);
  return {
    carrotcache_version: version,
    node_version: process.version,
    node_id: membership.self,
    members: membership.members.length,
    members_up: membership.others.filter((id) => peers?.isUp(id)).length + 1,
    ring_epoch: membership.epoch,
    groups: cache.groups.all.length,
    threads,
    protocol_errors: clientFigures.protocolErrors,
    closed_idle: clientFigures.idleCloses,
    closed_stalled: clientFigures.stallCloses,
    closed_cross_protocol: clientFigures.crossProtocolCloses,
    closed_wrong_passwords: clientFigures.wrongPasswordCloses,
    log_lines_dropped: dropped.lines,
    publications_dropped: peers?.publications.dropped ?? 0,
    mirror_keys: sum.mirrorEntries,
    mirror_memory: sum.mirrorUsedBytes,
    mirror_hits: sum.mirrorHits,
    negative_hits: sum.negativeHits,
    loads: sum.loads,
    load_errors: sum.loadErrors,
    escaped_errors: sum.escapedErrors,
    loads_under_way: sum.loadsUnderWay,
    flights_joined: sum.flightsJoined,
    forwards: sum.forwards,
    forward_errors: sum.forwardErrors,
    stand_ins: sum.standIns,
    peer_requests: sum.peerRequests,
  };
}

/** The report. `wanted` are names of sections in lower case; none means all that are not on demand. */
export function infoText(report: NodeReport, wanted: readonly string[], states: ClientStates): string {
  const everything = wanted.some((word) => EVERYTHING.includes(word));
  const byDefault = everything || wanted.length === 0 || wanted.includes("default");
  return Object.entries(SECTIONS)
    .filter(([name]) => {
      if (wanted.includes(name.toLowerCase())) return true;
      return ON_DEMAND.includes(name) ? everything : byDefault;
    })
    .map(([name, fields]) => {
      const lines = Object.entries(fields(report, states)).map(([field, value]) => `${field}:${value}\r\n`);
      return `# ${name}\r\n${lines.join("")}`;
    })
    .join("\r\n");
}

/** The name of Redis' nearest policy. s3fifo counts uses, as Redis' LFU does. */
const POLICIES = { lru: "allkeys-lru", s3fifo: "allkeys-lfu", noeviction: "noeviction" } as const;

/** The policy that has this name in Redis; undefined: there is none. */
export function evictionOf(policy: string): Eviction | undefined {
  return (Object.keys(POLICIES) as Eviction[]).find((eviction) => POLICIES[eviction] === policy);
}

export function policyOf(eviction: Eviction): string {
  return POLICIES[eviction];
}

/** `1.50M`, as Redis shows bytes. */
function human(bytes: number): string {
  if (bytes < 1024) return `${bytes}B`;
  const power = Math.min(4, Math.floor(Math.log2(bytes) / 10));
  return `${(bytes / 1024 ** power).toFixed(2)}${"BKMGT"[power]}`;
}
