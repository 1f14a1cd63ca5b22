/**
 * What `carrotcache --check` prints for a conf without mistakes.
 *
 * Owns the few lines in which an operator sees whether the conf says what was meant. They show no secret and no
 * arguments of a loader, since a URL may contain one.
 */

import { clientHosts } from "./client-hosts.ts";
import type { GroupConf, NodeConf } from "./conf.ts";
import { wordOf } from "./quoting.ts";
import { formatBytes, formatDuration } from "./units.ts";

export function summaryOf(conf: NodeConf): string {
  const http = conf.httpPort === 0 ? "" : `, http on ${conf.httpPort}`;
  const members = conf.peers.length === 0 ? "alone" : `${conf.peers.length}, this is ${conf.peerAddress}`;
  const endpoints = clientHosts(conf).map((host) => endpoint(host, conf.port));
  if (conf.unixSocket !== "") endpoints.push(conf.unixSocket);
  return [
    `${conf.file ?? "defaults"}: OK`,
    `  listens  ${endpoints.join(" ")}${http}`,
    `  members  ${members}`,
    `  memory   ${formatBytes(conf.maxBytes)}, eviction ${conf.eviction}, threads ${conf.threads}`,
    ...conf.groups.map((group) => `  group    ${groupText(group)}`),
    "",
  ].join("\n");
}

function endpoint(host: string, port: number): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

function groupText({ name, prefix, loader, maxBytes, ttlMs }: GroupConf): string {
  const keys = prefix.length === 0 ? "all other keys" : `keys ${JSON.stringify(wordOf(prefix))}...`;
  const ttl = ttlMs === 0 ? "for ever" : formatDuration(ttlMs);
  return `${name}: ${keys}, loader ${loader.kind}, ${formatBytes(maxBytes)}, ttl ${ttl}`;
}
