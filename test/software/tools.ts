/**
 * Operators' tools, unmodified, with a node where they expect Redis: proxies that check its health, a sentinel that watches
 * it, and collectors of figures. Each use rejects when something is wrong.
 *
 * Owns their conf files, in a directory of the test. Every tool was tried on redis-server first.
 */
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { Redis } from "ioredis";
import { type NodeProcess, reservePorts, start, temporaryDirectory } from "../e2e/processes.ts";
import type { Owner } from "../started-once.ts";
import { until } from "../until.ts";

export interface Tool {
  readonly name: string;
  readonly debian: string;
  readonly does: string;
  /** As in Software. */
  readonly inCi: boolean;
  use(t: Owner, node: NodeProcess, httpPort: number): Promise<void>;
}

/** A file in a directory that is removed with the test. */
function file(directory: string, name: string, lines: readonly string[]): string {
  const place = path.join(directory, name);
  writeFileSync(place, `${lines.join("\n")}\n`);
  return place;
}

/** The reply to one command, as text; empty when there is none. */
async function ask(port: number, ...[name, ...args]: [string, ...string[]]): Promise<string> {
  const client = new Redis(port, "127.0.0.1", { enableReadyCheck: false, retryStrategy: () => null });
  client.on("error", () => {});
  try {
    return String(await client.call(name, ...args));
  } catch {
    return "";
  } finally {
    client.disconnect();
  }
}

async function textAt(url: string): Promise<string> {
  return (await fetch(url).catch(() => undefined))?.text() ?? "";
}

/** HAProxy's documented check of a Redis master. A dead server behind it is passed over. */
async function haproxy(t: Owner, { port }: NodeProcess): Promise<void> {
  const [front, dead] = await reservePorts(t, 2);
  const conf = file(temporaryDirectory(t), "haproxy.cfg", [
    ...["global", "  maxconn 100", "defaults", "  mode tcp", "  timeout connect 1s"],
    ...["  timeout client 10s", "  timeout server 10s", "listen redis", `  bind 127.0.0.1:${front}`],
    ...[
      "  option tcp-check",
      "  tcp-check connect",
      "  tcp-check send PING\\r\\n",
      "  tcp-check expect string +PONG",
    ],
    ...["  tcp-check send info\\ replication\\r\\n", "  tcp-check expect string role:master"],
    ...["  tcp-check send QUIT\\r\\n", "  tcp-check expect string +OK"],
    `  server dead 127.0.0.1:${dead} check inter 100ms`,
    `  server node 127.0.0.1:${port} check inter 100ms`,
  ]);
  start(t, "haproxy", ["-f", conf, "-db"]);
  for (let i = 0; i < 5; i++)
    await until("HAProxy passes a command on", async () => (await ask(front!, "PING")) === "PONG");
}

/** nginx in front of the HTTP port, with the node and a dead server behind it. */
async function nginx(t: Owner, _node: NodeProcess, httpPort: number): Promise<void> {
  const [front, dead] = await reservePorts(t, 2);
  const directory = temporaryDirectory(t);
  const conf = file(directory, "nginx.conf", [
    ...[
      "daemon off;",
      "master_process off;",
      "pid nginx.pid;",
      "error_log stderr;",
      "events {}",
      "http {",
      "access_log off;",
    ],
    ...["client_body_temp_path .;", "proxy_temp_path .;", "fastcgi_temp_path .;", "uwsgi_temp_path .;"],
    "scgi_temp_path .;",
    `upstream cache { server 127.0.0.1:${dead} max_fails=1; server 127.0.0.1:${httpPort} max_fails=1; }`,
    `server { listen 127.0.0.1:${front}; location / { proxy_pass http://cache; } }`,
    "}",
  ]);
  start(t, "nginx", ["-p", directory, "-c", conf, "-e", "stderr"]);
  await until("nginx passes /healthz on", async () =>
    /ok/i.test(await textAt(`http://127.0.0.1:${front}/healthz`)),
  );
}

/** A sentinel sees the node up, and sees that it is gone. */
async function sentinel(t: Owner, node: NodeProcess): Promise<void> {
  const [own] = await reservePorts(t, 1);
  const conf = file(temporaryDirectory(t), "sentinel.conf", [
    ...[`port ${own}`, "bind 127.0.0.1", `sentinel monitor node 127.0.0.1 ${node.port} 2`],
    "sentinel down-after-milliseconds node 500",
  ]);
  start(t, "redis-sentinel", [conf]);
  const flags = async () =>
    /,flags,([^,]*(?:,(?:s_down|o_down|disconnected))*)/.exec(
      await ask(own!, "SENTINEL", "MASTER", "node"),
    )?.[1];
  await until("the sentinel says that the node is a master", async () => (await flags()) === "master");
  node.kill("SIGKILL");
  await until("the sentinel says that the node is down", async () => /s_down/.test((await flags()) ?? ""));
}

async function exporter(t: Owner, { port }: NodeProcess): Promise<void> {
  await ask(port, "SET", "a", "1");
  await ask(port, "SET", "b", "1", "EX", "100");
  const [own] = await reservePorts(t, 1);
  const args = ["-redis.addr", `127.0.0.1:${port}`, "-web.listen-address", `127.0.0.1:${own}`];
  start(t, "prometheus-redis-exporter", args);
  const has = (line: string) => async () =>
    (await textAt(`http://127.0.0.1:${own}/metrics`)).includes(`\n${line}\n`);
  await until("the exporter says that the node is up", has("redis_up 1"));
  await until("the exporter counts the keys", has('redis_db_keys{db="db0"} 2'));
  await until("the exporter counts the keys that expire", has('redis_db_keys_expiring{db="db0"} 1'));
}

async function prometheus(t: Owner, _node: NodeProcess, httpPort: number): Promise<void> {
  const [own] = await reservePorts(t, 1);
  const directory = temporaryDirectory(t);
  const conf = file(directory, "prometheus.yml", [
    ...["scrape_configs:", "  - job_name: carrot", "    scrape_interval: 1s", "    static_configs:"],
    `      - targets: ["127.0.0.1:${httpPort}"]`,
  ]);
  start(t, "prometheus", [
    ...["--config.file", conf, "--storage.tsdb.path", path.join(directory, "data")],
    ...["--web.listen-address", `127.0.0.1:${own}`],
  ]);
  const ask = () => textAt(`http://127.0.0.1:${own}/api/v1/query?query=up`);
  await until("Prometheus has read the node's figures", async () =>
    /"value":\[[^\]]*"1"\]/.test(await ask()),
  );
}

async function collectd(t: Owner, { port }: NodeProcess): Promise<void> {
  const directory = temporaryDirectory(t);
  const data = path.join(directory, "data");
  mkdirSync(data);
  const conf = file(directory, "collectd.conf", [
    ...['Hostname "test"', "Interval 1", `BaseDir "${directory}"`, `PIDFile "${directory}/pid"`],
    ...["LoadPlugin redis", "LoadPlugin csv", "<Plugin redis>", "<Node node>", "Host 127.0.0.1"],
    ...[`Port "${port}"`, "</Node>", "</Plugin>", "<Plugin csv>", `DataDir "${data}"`, "</Plugin>"],
  ]);
  start(t, "collectd", ["-f", "-C", conf]);
  const files = () => readdirSync(data, { recursive: true }).map(String);
  await until("collectd has figures of the node", () =>
    files().some((name) => /redis-node\/memory/.test(name)),
  );
}

export const TOOLS: readonly Tool[] = [
  {
    name: "HAProxy",
    inCi: true,

    debian: "haproxy",
    does: "its health check of a Redis master",
    use: haproxy,
  },
  {
    name: "nginx",
    inCi: false,

    debian: "nginx-light",
    does: "passes HTTP on, past a dead server",
    use: nginx,
  },
  {
    name: "redis-sentinel",
    inCi: true,

    debian: "redis-sentinel",
    does: "watches a node and says when it is down",
    use: sentinel,
  },
  {
    name: "redis_exporter",
    inCi: true,

    debian: "prometheus-redis-exporter",
    does: "up, keys and keys that expire",
    use: exporter,
  },
  {
    name: "Prometheus",
    inCi: false,

    debian: "prometheus",
    does: "reads /metrics",
    use: prometheus,
  },
  { name: "collectd", inCi: false, debian: "collectd-core", does: "its redis plugin", use: collectd },
];
