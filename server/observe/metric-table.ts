/**
 * The metrics: one row each, with name, help and the figure it shows.
 *
 * Owns the names, help texts and units of all `carrot_` metrics. Nothing here runs while commands are served: the
 * counters stay plain numbers where they are counted. A label is the name of a group or the id of a peer, never a key.
 */
import type { LatencySnapshot } from "../counters/latency.ts";
import type { GroupFigures } from "../groups/group-figures.ts";
import type { NodeReport, PeerFigures } from "./node-report.ts";

/** The part of a node's report that the metrics read. */
export type MetricSource = Pick<
  NodeReport,
  ("clients" | "clientFigures" | "uptimeMs") | ("waitLatency" | "loadLatency") | ("groups" | "peers")
>;

/** A metric of one node, group or peer. One that ends in `_total` is a counter, any other a gauge. */
export type MetricRow<Figures> = readonly [
  name: string,
  help: string,
  /** Undefined: there is no figure yet, and the series is left out. */
  pick: (figures: Figures) => number | undefined,
  /** The label that tells the series of one metric apart. Undefined: the metric has one series. */
  label?: readonly [name: string, value: string],
];

export const NODE_METRICS: readonly MetricRow<MetricSource>[] = [
  ["carrot_connections", "Client connections open now.", (node) => node.clients.count],
  [
    "carrot_connections_received_total",
    "Client connections accepted.",
    (node) => node.clientFigures.connectionsReceived,
  ],
  [
    "carrot_connections_rejected_total",
    "Client connections refused.",
    (node) => node.clientFigures.connectionsRejected,
  ],
  ["carrot_commands_total", "Commands read from clients.", (node) => node.clientFigures.commands],
  ["carrot_uptime_seconds", "Time since the node started.", (node) => node.uptimeMs / 1000],
];

const HITS = "GETs answered without a load, by what answered them.";

export const GROUP_METRICS: readonly MetricRow<GroupFigures>[] = [
  ["carrot_hits_total", HITS, (group) => group.hits, ["kind", "store"]],
  ["carrot_hits_total", HITS, (group) => group.mirrorHits, ["kind", "mirror"]],
  ["carrot_hits_total", HITS, (group) => group.negativeHits, ["kind", "negative"]],
  ["carrot_misses_total", "GETs that this node had no entry for.", (group) => group.misses],
  ["carrot_loads_total", "Loads started.", (group) => group.loads],
  ["carrot_load_failures_total", "Loads that gave no answer.", (group) => group.loadErrors],
  ["carrot_escaped_errors_total", "Errors of the loader that nobody caught.", (group) => group.escapedErrors],
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

export const PEER_METRICS: readonly MetricRow<PeerFigures>[] = [
  [
    "carrot_peer_up",
    "Whether the link to the peer works (1) or not (0).",
    ({ state }) => Number(state === "up"),
  ],
  ["carrot_peer_requests_in_flight", "Requests sent and not answered yet.", (peer) => peer.inFlight],
  ["carrot_peer_rtt_seconds", "Last round trip of a heartbeat.", ({ rttUs }) => rttUs && rttUs / 1e6],
  ["carrot_peer_keys_sent_total", "Keys asked of the peer.", (peer) => peer.sent],
  ["carrot_peer_keys_received_total", "Keys that the peer asked for.", (peer) => peer.received],
  ["carrot_peer_reconnects_total", "Times the link was set up anew.", (peer) => peer.reconnects],
];

export const DURATION_METRICS: readonly (readonly [
  name: string,
  help: string,
  pick: (node: MetricSource) => LatencySnapshot,
])[] = [
  [
    "carrot_wait_duration_seconds",
    "Time to the reply of commands that had to wait for a load or a peer.",
    (node) => node.waitLatency.snapshot(),
  ],
  ["carrot_load_duration_seconds", "Time that loads took.", (node) => node.loadLatency.snapshot()],
];
