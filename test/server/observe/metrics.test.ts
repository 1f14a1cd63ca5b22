/**
 * Goal: the text of /metrics has every figure of the node, of one moment, in Prometheus' format.
 * Method: figures that are all different, looked up by name; a small parser that every line has to pass.
 */
import test from "ava";
import { zeroGroupCounters } from "../../../server/counters/group-counters.ts";
import { Latency } from "../../../server/counters/latency.ts";
import { sumWorkerFigures } from "../../../server/counters/worker-figures.ts";
import type { GroupFigures } from "../../../server/groups/group-figures.ts";
import type { MetricSource } from "../../../server/observe/metric-table.ts";
import { createMetrics } from "../../../server/observe/metrics.ts";
import type { PeerFigures } from "../../../server/observe/node-report.ts";
import { turn } from "../fakes.ts";

const GROUP: GroupFigures = {
  ...zeroGroupCounters(),
  hits: 101,
  mirrorHits: 102,
  negativeHits: 103,
  misses: 104,
  loads: 105,
  loadErrors: 106,
  flightsJoined: 108,
  forwards: 109,
  forwardErrors: 110,
  evictions: 111,
  expirations: 112,
  entries: 113,
  expiring: 0,
  ttlSumMs: 0,
  usedBytes: 114,
  maxBytes: 115,
  mirrorEntries: 116,
  mirrorUsedBytes: 117,
  mirrorMaxBytes: 118,
  absents: 119,
  escapedErrors: 120,
  loadsUnderWay: 0,
  loadsQueued: 0,
};
const PEER: PeerFigures = {
  id: "10.0.0.2:16390",
  state: "up",
  sinceMs: 0,
  bytesSent: 0,
  bytesReceived: 0,
  lastError: undefined,
  inFlight: 201,
  rttUs: 1500,
  sent: 202,
  received: 203,
  reconnects: 204,
  version: undefined,
  refused: undefined,
};

/** The figures of a node. A test may change what it is handed. */
function figures(): { -readonly [Name in keyof MetricSource]: MetricSource[Name] } & {
  gather(): Promise<void>;
} {
  const loadLatency = new Latency();
  loadLatency.observe(0.001);
  loadLatency.observe(0.02);
  return {
    clients: { count: 1, max: 10 },
    clientFigures: {
      ...sumWorkerFigures([]).clients,
      connectionsReceived: 2,
      connectionsRejected: 3,
      commands: 4,
    },
    uptimeMs: 5000,
    waitLatency: new Latency(),
    loadLatency,
    groups: new Map([["scores", GROUP]]),
    peers: [PEER],
    gather: async () => {},
  };
}

/** Every carrot series of the text with its value. */
async function seriesOf(source: Parameters<typeof createMetrics>[0]): Promise<Map<string, string>> {
  const lines = (await createMetrics(source).text()).split("\n");
  return new Map(
    lines.flatMap((line) => {
      const found = /^(carrot_.*) (\S+)$/.exec(line);
      return found ? [[found[1]!, found[2]!] as const] : [];
    }),
  );
}

test("every figure has its series", async (t) => {
  const series = await seriesOf(figures());
  const expected: Record<string, number> = {
    carrot_connections: 1,
    carrot_connections_received_total: 2,
    carrot_connections_rejected_total: 3,
    carrot_commands_total: 4,
    carrot_uptime_seconds: 5,
    'carrot_hits_total{group="scores",kind="store"}': 101,
    'carrot_hits_total{group="scores",kind="mirror"}': 102,
    'carrot_hits_total{group="scores",kind="negative"}': 103,
    'carrot_misses_total{group="scores"}': 104,
    'carrot_loads_total{group="scores"}': 105,
    'carrot_load_failures_total{group="scores"}': 106,
    'carrot_escaped_errors_total{group="scores"}': 120,
    'carrot_flights_joined_total{group="scores"}': 108,
    'carrot_forwards_total{group="scores"}': 109,
    'carrot_forward_failures_total{group="scores"}': 110,
    'carrot_evictions_total{group="scores"}': 111,
    'carrot_expirations_total{group="scores"}': 112,
    'carrot_entries{group="scores"}': 113,
    'carrot_used_bytes{group="scores"}': 114,
    'carrot_max_bytes{group="scores"}': 115,
    'carrot_mirror_entries{group="scores"}': 116,
    'carrot_mirror_bytes{group="scores"}': 117,
    'carrot_peer_up{peer="10.0.0.2:16390"}': 1,
    'carrot_peer_requests_in_flight{peer="10.0.0.2:16390"}': 201,
    'carrot_peer_rtt_seconds{peer="10.0.0.2:16390"}': 0.0015,
    'carrot_peer_keys_sent_total{peer="10.0.0.2:16390"}': 202,
    'carrot_peer_keys_received_total{peer="10.0.0.2:16390"}': 203,
    'carrot_peer_reconnects_total{peer="10.0.0.2:16390"}': 204,
    'carrot_load_duration_seconds_bucket{le="0.0004096"}': 0,
    'carrot_load_duration_seconds_bucket{le="0.0016384"}': 1,
    'carrot_load_duration_seconds_bucket{le="107.3741824"}': 2,
    'carrot_load_duration_seconds_bucket{le="+Inf"}': 2,
    carrot_load_duration_seconds_sum: 0.021,
    carrot_load_duration_seconds_count: 2,
    carrot_wait_duration_seconds_count: 0,
  };
  for (const [name, value] of Object.entries(expected)) t.is(series.get(name), String(value), name);
  const others = [...series.keys()].filter((name) => !(name in expected) && !name.includes("_bucket"));
  t.deepEqual(others, ["carrot_wait_duration_seconds_sum"]);
});

test("a second text shows the new figures, without groups and peers that have gone", async (t) => {
  const node = figures();
  const metrics = createMetrics(node);
  await metrics.text();
  node.peers = [{ ...PEER, id: "b", state: "down", rttUs: undefined }];
  node.groups = new Map();
  const text = await metrics.text();
  t.false(text.includes("10.0.0.2:16390"));
  t.false(text.includes('group="scores"'));
  t.true(text.includes('carrot_peer_keys_sent_total{peer="b"} 202\n'));
  t.true(text.includes('carrot_peer_up{peer="b"} 0\n'));
  t.false(text.includes("carrot_peer_rtt_seconds{"));
  t.true(text.includes("carrot_commands_total 4\n"));
});

test("two scrapes at once do not mix: each text has the figures of its own moment", async (t) => {
  const node = figures();
  let moment = 0;
  // The figures are new whenever a scrape has asked the threads for theirs.
  node.gather = async () => {
    moment++;
    node.uptimeMs = 1000 * moment;
    node.clientFigures = { ...node.clientFigures, commands: moment };
    node.waitLatency = new Latency();
    for (let i = 0; i < moment; i++) node.waitLatency.observe(1);
  };
  const metrics = createMetrics(node);
  const scrape = async (delayTurns: number) => {
    for (let i = 0; i < delayTurns; i++) await turn();
    return metrics.text();
  };
  const texts = await Promise.all([scrape(0), scrape(1), scrape(2)]);
  for (const [i, text] of texts.entries()) {
    t.true(text.includes(`carrot_uptime_seconds ${i + 1}\n`));
    t.true(text.includes(`carrot_commands_total ${i + 1}\n`));
    t.true(text.includes(`carrot_wait_duration_seconds_count ${i + 1}\n`));
  }
});

test("the text is Prometheus' exposition format, each metric declared once", async (t) => {
  const metrics = createMetrics({ ...figures(), groups: new Map([['a"b\\c\nd', GROUP]]) });
  t.is(metrics.contentType, "text/plain; version=0.0.4; charset=utf-8");
  const text = await metrics.text();
  t.true(text.endsWith("\n"));
  const label = String.raw`[a-z_]+="(?:[^"\\\n]|\\["\\n])*"`;
  const sample = new RegExp(
    String.raw`^[a-z_][a-z0-9_]*(?:\{${label}(?:,${label})*\})? (?:[0-9.eE+-]+|NaN|Nan)$`,
  );
  for (const line of text.split("\n")) {
    t.true(line === "" || /^# (HELP|TYPE) [a-z]/.test(line) || sample.test(line), line);
  }
  const declared = text.match(/(?<=^# TYPE )\S+/gm)!;
  t.is(new Set(declared).size, declared.length);
  t.true(declared.includes("process_resident_memory_bytes"));
  t.true(declared.includes("nodejs_eventloop_lag_max_seconds"));
});
