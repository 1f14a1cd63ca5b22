/**
 * The node's figures as Prometheus reads them.
 *
 * Owns the names, help texts and units of the `carrot_` metrics. Invariant: every series of one answer comes from one
 * snapshot, so that they can be set against each other. Nothing here runs while commands are served: the counters
 * stay plain numbers where they are counted. Labels are groups' and peers' names, never a key.
 */
import { Counter, collectDefaultMetrics, Gauge, type Metric, Registry } from "prom-client";
import type { LatencySnapshot } from "../counters/latency.ts";
import type { GroupFigures } from "../groups/group-figures.ts";

export interface PeerFigures {
  readonly id: string;
  readonly up: boolean;
  readonly inFlight: number;
  /** undefined: not measured yet. */
  readonly rttMs: number | undefined;
  readonly sent: number;
  readonly received: number;
  readonly reconnects: number;
}

export interface NodeFigures {
  readonly connections: number;
  readonly connectionsReceived: number;
  readonly rejectedConnections: number;
  readonly commands: number;
  readonly uptimeSeconds: number;
  /** Of commands that could not be answered at once. */
  readonly waitLatency: LatencySnapshot;
  readonly loadLatency: LatencySnapshot;
}

export interface MetricsSnapshot {
  readonly node: NodeFigures;
  readonly groups: ReadonlyMap<string, GroupFigures>;
  readonly peers: readonly PeerFigures[];
}

export interface Metrics {
  readonly contentType: string;
  /** The exposition text of this moment. */
  text(): Promise<string>;
}

/** Name, help, how to get it, and a label of its own where one metric has several series. */
type Row<Figures> = readonly [
  name: string,
  help: string,
  pick: (figures: Figures) => number | undefined,
  label?: readonly [name: string, value: string],
];

const NODE: readonly Row<NodeFigures>[] = [
  ["carrot_connections", "Client connections open now.", (node) => node.connections],
  ["carrot_connections_received_total", "Client connections accepted.", (node) => node.connectionsReceived],
  ["carrot_connections_rejected_total", "Client connections refused.", (node) => node.rejectedConnections],
  ["carrot_commands_total", "Commands read from clients.", (node) => node.commands],
  ["carrot_uptime_seconds", "Time since the node started.", (node) => node.uptimeSeconds],
];

const HITS = "GETs answered without a load, by what answered them.";

const GROUP: readonly Row<GroupFigures>[] = [
  ["carrot_hits_total", HITS, (group) => group.hits, ["kind", "store"]],
  ["carrot_hits_total", HITS, (group) => group.mirrorHits, ["kind", "mirror"]],
  ["carrot_hits_total", HITS, (group) => group.negativeHits, ["kind", "negative"]],
  ["carrot_misses_total", "GETs that this node had no entry for.", (group) => group.misses],
  ["carrot_loads_total", "Loads started.", (group) => group.loads],
  ["carrot_load_failures_total", "Loads that gave no answer.", (group) => group.loadErrors],
  [
    "carrot_flights_joined_total",
    "GETs that waited for a load already under way.",
    (group) => group.flightsJoined,
  ],
  ["carrot_forwards_total", "GETs sent to the key's owner.", (group) => group.forwards],
  ["carrot_forward_failures_total", "GETs that the owner did not answer.", (group) => group.forwardErrors],
  ["carrot_evictions_total", "Entries dropped to stay within the byte limit.", (group) => group.evictions],
  ["carrot_expirations_total", "Entries dropped at the end of their life.", (group) => group.expirations],
  ["carrot_entries", "Entries owned.", (group) => group.entries],
  ["carrot_used_bytes", "Footprint of the owned entries.", (group) => group.usedBytes],
  ["carrot_max_bytes", "The group's byte limit.", (group) => group.maxBytes],
  [
    "carrot_mirror_entries",
    "Leased copies of entries that other members own.",
    (group) => group.mirrorEntries,
  ],
  ["carrot_mirror_bytes", "Footprint of the mirrors.", (group) => group.mirrorUsedBytes],
];

const PEER: readonly Row<PeerFigures>[] = [
  ["carrot_peer_up", "Whether the link to the peer works (1) or not (0).", (peer) => Number(peer.up)],
  ["carrot_peer_requests_in_flight", "Requests sent and not answered yet.", (peer) => peer.inFlight],
  ["carrot_peer_rtt_seconds", "Last round trip of a heartbeat.", ({ rttMs }) => rttMs && rttMs / 1000],
  ["carrot_peer_keys_sent_total", "Keys asked of the peer.", (peer) => peer.sent],
  ["carrot_peer_keys_received_total", "Keys that the peer asked for.", (peer) => peer.received],
  ["carrot_peer_reconnects_total", "Times the link was set up anew.", (peer) => peer.reconnects],
];

const DURATIONS: readonly [name: string, help: string, pick: (node: NodeFigures) => LatencySnapshot][] = [
  [
    "carrot_wait_duration_seconds",
    "Time to the reply of commands that had to wait for a load or a peer.",
    (node) => node.waitLatency,
  ],
  ["carrot_load_duration_seconds", "Time that loads took.", (node) => node.loadLatency],
];

/** The process' own metrics (`process_`, `nodejs_`): one for all nodes in it, since its observers cannot be stopped. */
let processRegistry: Registry | undefined;

export function createMetrics(snapshot: () => MetricsSnapshot): Metrics {
  if (!processRegistry) collectDefaultMetrics({ register: (processRegistry = new Registry()) });
  const ofProcess = processRegistry;
  const registry = new Registry();
  const node = new Table(registry, NODE, []);
  const groups = new Table(registry, GROUP, ["group"]);
  const peers = new Table(registry, PEER, ["peer"]);
  let latest: MetricsSnapshot;
  for (const [name, help, pick] of DURATIONS) addHistogram(registry, name, help, () => pick(latest.node));
  const text = async (): Promise<string> => {
    latest = snapshot();
    node.fill([[{}, latest.node]]);
    groups.fill(Array.from(latest.groups, ([group, figures]) => [{ group }, figures] as const));
    peers.fill(latest.peers.map((figures) => [{ peer: figures.id }, figures] as const));
    // The registry reads every series before it first waits: another scrape cannot get in between.
    const own = registry.metrics();
    return `${await own}\n${await ofProcess.metrics()}`;
  };
  return { contentType: registry.contentType, text };
}

type Labels = Readonly<Record<string, string>>;

/** The metrics of a table's rows; a name that ends in _total is a counter, any other a gauge. */
class Table<Figures> {
  readonly #rows: readonly Row<Figures>[];
  readonly #metrics = new Map<string, Counter | Gauge>();

  constructor(registry: Registry, rows: readonly Row<Figures>[], labelNames: readonly string[]) {
    this.#rows = rows;
    for (const [name, help, , label] of rows) {
      if (this.#metrics.has(name)) continue;
      const options = {
        name,
        help,
        labelNames: [...labelNames, ...(label ? [label[0]] : [])],
        registers: [registry],
      };
      this.#metrics.set(name, name.endsWith("_total") ? new Counter(options) : new Gauge(options));
    }
  }

  /** Replaces all series, so that those of a peer that left go with it. */
  fill(series: readonly (readonly [Labels, Figures])[]): void {
    for (const metric of this.#metrics.values()) metric.reset();
    for (const [labels, figures] of series) {
      for (const [name, , pick, label] of this.#rows) {
        const value = pick(figures);
        if (value === undefined) continue;
        this.#metrics.get(name)!.inc(label ? { ...labels, [label[0]]: label[1] } : labels, value);
      }
    }
  }
}

/** prom-client's own Histogram cannot be filled from counts; the registry only asks for `get`. */
function addHistogram(registry: Registry, name: string, help: string, latency: () => LatencySnapshot): void {
  const get = async () => {
    const { below, count, sumSeconds } = latency();
    const bucket = (le: number | string, value: number) => ({
      metricName: `${name}_bucket`,
      labels: { le },
      value,
    });
    const values = [
      ...below.map(({ seconds, count: less }) => bucket(seconds, less)),
      bucket("+Inf", count),
      { metricName: `${name}_sum`, labels: {}, value: sumSeconds },
      { metricName: `${name}_count`, labels: {}, value: count },
    ];
    return { name, help, type: "histogram", aggregator: "sum", values };
  };
  registry.registerMetric({ name, help, get } as unknown as Metric);
}
