/**
 * The figures of a node at one moment, as /metrics shows them.
 *
 * Owns the picking only: names and help texts are in metrics.ts, counting is where things happen.
 */
import { figuresOf } from "../groups/group-figures.ts";
import type { MetricsSnapshot } from "./metrics.ts";
import type { NodeReport } from "./node-report.ts";

/** Everything that /metrics shows. */
export function metricsOf(report: NodeReport): MetricsSnapshot {
  return {
    node: {
      connections: report.clients.count,
      connectionsReceived: report.clientFigures.connectionsReceived,
      rejectedConnections: report.clientFigures.connectionsRejected,
      commands: report.clientFigures.commands,
      uptimeSeconds: report.uptimeMs / 1000,
      waitLatency: report.waitLatency.snapshot(),
      loadLatency: report.cache.loadLatency.snapshot(),
    },
    groups: new Map(report.cache.groups.all.map((group) => [group.name, figuresOf(group)])),
    peers: report.cache.membership.others.flatMap((id) => {
      const figures = report.cache.peers?.figures(id);
      return figures === undefined ? [] : [{ id, up: figures.state === "up", ...figures }];
    }),
  };
}
