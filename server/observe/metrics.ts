/**
 * The text that Prometheus reads from /metrics.
 *
 * Owns the way from the rows of metric-table.ts to prom-client. Invariant: all series of one text are of one moment, so
 * that they can be compared with each other. Imported only by a node with HTTP, because of prom-client.
 */
import { Counter, collectDefaultMetrics, Gauge, type Metric, Registry } from "prom-client";
import type { LatencySnapshot } from "../counters/latency.ts";
import {
  DURATION_METRICS,
  GROUP_METRICS,
  type MetricRow,
  type MetricSource,
  NODE_METRICS,
  PEER_METRICS,
} from "./metric-table.ts";
import type { NodeReport } from "./node-report.ts";

export interface Metrics {
  readonly contentType: string;
  /** The text of this moment, of all threads. */
  text(): Promise<string>;
}

/** The metrics of the process (`process_`, `nodejs_`). All nodes of a process share them: their observers cannot be stopped. */
let processRegistry: Registry | undefined;

export function createMetrics(node: MetricSource & Pick<NodeReport, "gather">): Metrics {
  if (!processRegistry) collectDefaultMetrics({ register: (processRegistry = new Registry()) });
  const ofProcess = processRegistry;
  const registry = new Registry();
  const ofNode = new MetricSeries(registry, NODE_METRICS, []);
  const ofGroups = new MetricSeries(registry, GROUP_METRICS, ["group"]);
  const ofPeers = new MetricSeries(registry, PEER_METRICS, ["peer"]);
  for (const [name, help, pick] of DURATION_METRICS) addHistogram(registry, name, help, () => pick(node));
  const text = async (): Promise<string> => {
    await node.gather();
    ofNode.replace([[{}, node]]);
    ofGroups.replace(Array.from(node.groups, ([group, figures]) => [{ group }, figures] as const));
    ofPeers.replace(node.peers.map((figures) => [{ peer: figures.id }, figures] as const));
    // The registry reads every series before it waits for anything: another scrape cannot come in between.
    const own = registry.metrics();
    return `${await own}\n${await ofProcess.metrics()}`;
  };
  return { contentType: registry.contentType, text };
}

type Labels = Readonly<Record<string, string>>;

/** The series of a table's rows. */
class MetricSeries<Figures> {
  readonly #rows: readonly MetricRow<Figures>[];
  readonly #metrics = new Map<string, Counter | Gauge>();

  constructor(registry: Registry, rows: readonly MetricRow<Figures>[], labelNames: readonly string[]) {
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

  /** Replaces all series: those of a peer that has left the ring end. */
  replace(series: readonly (readonly [Labels, Figures])[]): void {
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

/** prom-client's own Histogram cannot be filled from counts. The registry needs `get` only. */
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
