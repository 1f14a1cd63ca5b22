/**
 * INFO: this node's figures in Redis' sections and under Redis' names, with a section of its own.
 *
 * Invariant: a field that Redis has means here what it means there (but for `expires` and `avg_ttl`, which nobody
 * counts); what carrotCache adds is in `# Carrot`.
 */
import os from "node:os";
import type { Eviction } from "../conf/conf.ts";
import { sumFigures } from "../groups/group-figures.ts";
import { dropped } from "../machine/guarded-target.ts";
import { REDIS_VERSION, version } from "../machine/version.ts";
import type { NodeReport } from "./node-report.ts";

type Fields = Record<string, string | number>;

const SECTIONS: Record<string, (report: NodeReport) => Fields> = {
  Server: (report) => {
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
  },
  Clients: (report) => ({
    connected_clients: report.clients.count,
    maxclients: report.clients.max,
    blocked_clients: 0,
    tracking_clients: report.cache.tracking.figures.clients,
  }),
  Memory: (report) => {
    const { usedBytes, mirrorUsedBytes } = sumFigures(report.cache.groups.all);
    const memory = process.memoryUsage();
    const used = usedBytes + mirrorUsedBytes;
    return {
      used_memory: used,
      used_memory_human: human(used),
      used_memory_rss: memory.rss,
      used_memory_rss_human: human(memory.rss),
      total_system_memory: os.totalmem(),
      maxmemory: report.cache.conf.maxBytes,
      maxmemory_human: human(report.cache.conf.maxBytes),
      maxmemory_policy: policyOf(report.cache.conf.eviction),
      mem_fragmentation_ratio: used === 0 ? 0 : (memory.rss / used).toFixed(2),
    };
  },
  Persistence: () => ({ loading: 0, rdb_bgsave_in_progress: 0, aof_enabled: 0 }),
  Stats: (report) => {
    const sum = sumFigures(report.cache.groups.all);
    return {
      total_connections_received: report.clientFigures.connectionsReceived,
      total_commands_processed: report.clientFigures.commands,
      instantaneous_ops_per_sec: report.opsPerSecond,
      rejected_connections: report.clientFigures.connectionsRejected,
      acl_access_denied_auth: report.clientFigures.wrongPasswords,
      acl_access_denied_cmd: report.clientFigures.denied,
      expired_keys: sum.expirations,
      evicted_keys: sum.evictions,
      keyspace_hits: sum.hits + sum.mirrorHits + sum.negativeHits,
      keyspace_misses: sum.misses,
      tracking_total_keys: report.cache.tracking.figures.keys,
      tracking_total_items: report.cache.tracking.figures.items,
      tracking_total_prefixes: report.cache.tracking.figures.prefixes,
      client_query_buffer_limit_disconnections: report.clientFigures.queryLimitCloses,
      client_output_buffer_limit_disconnections: report.clientFigures.outputLimitCloses,
    };
  },
  Replication: () => ({ role: "master", connected_slaves: 0, master_repl_offset: 0 }),
  CPU: () => {
    const usage = process.cpuUsage();
    return {
      used_cpu_sys: (usage.system / 1e6).toFixed(6),
      used_cpu_user: (usage.user / 1e6).toFixed(6),
    };
  },
  Cluster: () => ({ cluster_enabled: 0 }),
  Keyspace: (report) => {
    const { entries } = sumFigures(report.cache.groups.all);
    const fields: Fields = {};
    // Parsers want all three fields.
    if (entries > 0) fields.db0 = `keys=${entries},expires=0,avg_ttl=0`;
    return fields;
  },
  Carrot: (report) => {
    const sum = sumFigures(report.cache.groups.all);
    return {
      carrotcache_version: version,
      node_version: process.version,
      node_id: report.cache.membership.self,
      members: report.cache.membership.members.length,
      members_up: report.cache.membership.others.filter((id) => report.cache.peers?.isUp(id)).length + 1,
      ring_epoch: report.cache.membership.epoch,
      groups: report.cache.groups.all.length,
      threads: report.threads,
      protocol_errors: report.clientFigures.protocolErrors,
      closed_idle: report.clientFigures.idleCloses,
      closed_stalled: report.clientFigures.stallCloses,
      closed_cross_protocol: report.clientFigures.crossProtocolCloses,
      closed_wrong_passwords: report.clientFigures.wrongPasswordCloses,
      log_lines_dropped: dropped.lines,
      mirror_keys: sum.mirrorEntries,
      mirror_memory: sum.mirrorUsedBytes,
      mirror_hits: sum.mirrorHits,
      negative_hits: sum.negativeHits,
      loads: sum.loads,
      load_errors: sum.loadErrors,
      loads_under_way: sum.loadsUnderWay,
      flights_joined: sum.flightsJoined,
      forwards: sum.forwards,
      forward_errors: sum.forwardErrors,
      stand_ins: sum.standIns,
      peer_requests: sum.peerRequests,
    };
  },
};

/** Only these have what is not in the default report. */
const EVERYTHING = ["all", "everything"];

/** Hits that were answered in place count as GETs, in no time; an MGET among them too. */
function commandStats(report: NodeReport): Fields {
  const { all, general } = report.commandStats;
  const inPlace = Math.max(0, report.clientFigures.commands - general);
  const stats = new Map(all);
  if (inPlace > 0) {
    const got = stats.get("get") ?? { calls: 0, micros: 0, rejected: 0, failed: 0 };
    stats.set("get", { ...got, calls: got.calls + inPlace });
  }
  const fields = Array.from(stats, ([name, { calls, micros, rejected, failed }]) => {
    const each = calls === 0 ? 0 : micros / calls;
    const text = `calls=${calls},usec=${micros},usec_per_call=${each.toFixed(2)}`;
    return [`cmdstat_${name}`, `${text},rejected_calls=${rejected},failed_calls=${failed}`];
  });
  return Object.fromEntries(fields);
}

/** The report, with the sections asked for (lower case); none asked for means all but commandstats. */
export function infoText(report: NodeReport, wanted: readonly string[]): string {
  const everything = wanted.some((word) => EVERYTHING.includes(word));
  const byDefault = everything || wanted.length === 0 || wanted.includes("default");
  return Object.entries({ ...SECTIONS, Commandstats: commandStats })
    .filter(([name]) => {
      if (wanted.includes(name.toLowerCase())) return true;
      return name === "Commandstats" ? everything : byDefault;
    })
    .map(([name, fields]) => {
      const lines = Object.entries(fields(report)).map(([field, value]) => `${field}:${value}\r\n`);
      return `# ${name}\r\n${lines.join("")}`;
    })
    .join("\r\n");
}

/** Redis' names for what comes nearest: s3fifo goes by how often an entry was used. */
const POLICIES = { lru: "allkeys-lru", s3fifo: "allkeys-lfu", noeviction: "noeviction" } as const;

export function policyOf(eviction: Eviction): string {
  return POLICIES[eviction];
}

/** `1.50M`, as Redis shows bytes. */
export function human(bytes: number): string {
  if (bytes < 1024) return `${bytes}B`;
  const power = Math.min(4, Math.floor(Math.log2(bytes) / 10));
  return `${(bytes / 1024 ** power).toFixed(2)}${"BKMGT"[power]}`;
}
