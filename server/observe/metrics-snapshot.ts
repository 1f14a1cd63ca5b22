/**
 * The figures of a node at one moment, as /metrics shows them.
 *
 * Owns the picking only: names and help texts are in metrics.ts, counting is where things happen.
 */
import { figuresOf } from "../groups/group-figures.ts";
import type { Node } from "../node.ts";
import type { MetricsSnapshot } from "./metrics.ts";

/** Everything /metrics needs of a node. */
export function metricsOf(node: Node): MetricsSnapshot {
  return {
    node: {
      connections: node.clientCount,
      connectionsReceived: node.clientFigures.connectionsReceived,
      rejectedConnections: node.clientFigures.connectionsRejected,
      commands: node.clientFigures.commands,
      uptimeSeconds: node.uptimeMs() / 1000,
      waitLatency: node.waitLatency.snapshot(),
      loadLatency: node.loadLatency.snapshot(),
    },
    groups: new Map(node.groups.all.map((group) => [group.name, figuresOf(group)])),
    peers: node.membership.others.flatMap((id) => {
      const figures = node.peers?.figures(id);
      return figures === undefined ? [] : [{ id, up: figures.state === "up", ...figures }];
    }),
  };
}
