/**
 * Goal: INFO has Redis' sections and fields, and its figures are true.
 * Method: fields are looked up by name; figures are compared with what the test has done to a node, names with those of a
 * real redis-server.
 */
import test from "ava";
import { REDIS_VERSION, version } from "../../../server/machine/version.ts";
import { infoText } from "../../../server/observe/info.ts";
import { program, testWith } from "../../needs.ts";
import { command } from "../../proto/read-commands.ts";
import { RedisServer } from "../../proto/redis-server.ts";
import { until } from "../../until.ts";
import { HeldLoader } from "../fakes.ts";
import { bulk, startRig } from "../rig.ts";

const SECTIONS = [
  "Server",
  "Clients",
  "Memory",
  "Persistence",
  "Stats",
  "Replication",
  "CPU",
  "Modules",
  "Errorstats",
  "Cluster",
  "Keyspace",
  "Carrot",
];

const NOBODY = { held: 0, subscribed: 0, watching: 0 };

/** Fields by name, and sections in order. */
function read(text: string): { sections: string[]; fields: Map<string, string> } {
  const lines = text.split("\r\n");
  const sections = lines.filter((line) => line.startsWith("# ")).map((line) => line.slice(2));
  const pairs = lines.filter((line) => line !== "" && !line.startsWith("# "));
  return { sections, fields: new Map(pairs.map((line) => line.split(/:(.*)/s, 2) as [string, string])) };
}

test("without a section and with the words for all sections, all are there", async (t) => {
  const { node } = await startRig(t);
  for (const wanted of [[], ["default"], ["nosuch", "default"]])
    t.deepEqual(read(infoText(node.report, wanted, NOBODY)).sections, SECTIONS);
  for (const wanted of [["all"], ["everything"], ["nosuch", "all"]])
    t.deepEqual(
      read(infoText(node.report, wanted, NOBODY)).sections,
      SECTIONS.flatMap((name) => (name === "Errorstats" ? ["Commandstats", name, "Latencystats"] : [name])),
    );
});

test("commandstats counts commands performed, refused and failed by name, hits in place as GETs", async (t) => {
  const { node, ask } = await startRig(t);
  await ask(
    ["GET", "scores:a"],
    ["GET", "scores:a"],
    ["GET", "scores:a"],
    ["CLIENT", "ID"],
    ["CLIENT", "LIST", "x"],
  );
  await ask(["SUBSCRIBE", "a"], ["ECHO", "x"], ["NOSUCH"], ["GET"]);
  const { fields } = read(infoText(node.report, ["commandstats"], NOBODY));
  t.regex(
    fields.get("cmdstat_get")!,
    /^calls=3,usec=\d+,usec_per_call=\d+\.\d\d,rejected_calls=1,failed_calls=0$/,
  );
  t.regex(fields.get("cmdstat_client|id")!, /^calls=1,.*,rejected_calls=0,failed_calls=0$/);
  t.regex(fields.get("cmdstat_client|list")!, /^calls=1,.*,rejected_calls=0,failed_calls=1$/);
  t.regex(fields.get("cmdstat_echo")!, /^calls=0,usec=0,usec_per_call=0.00,rejected_calls=1,failed_calls=0$/);
  const times = read(infoText(node.report, ["latencystats"], NOBODY)).fields;
  // Two of three are hits in place, which nobody times.
  t.regex(times.get("latency_percentiles_usec_get")!, /^p50=0\.\d00,p99=\d+\.\d{3},p99\.9=\d+\.\d{3}$/);
  t.false(times.has("latency_percentiles_usec_echo"), "never performed");
  await ask(["CONFIG", "RESETSTAT"]);
  const after = read(infoText(node.report, ["commandstats"], NOBODY)).fields;
  t.false(after.has("cmdstat_get"));
});

test("latencystats has the time until the reply, also of a GET that waits for a load", async (t) => {
  const loader = new HeldLoader();
  const { node, client, clock } = await startRig(t, [], { loader });
  const raw = await client();
  raw.send(command("GET", "scores:a"));
  await until("a load is under way", () => loader.loads.length > 0);
  clock.advance(100);
  loader.loads[0]!.resolve("late");
  await raw.until((text) => text.endsWith("late\r\n"));
  const { fields } = read(infoText(node.report, ["latencystats"], NOBODY));
  const [, p50] = /^p50=([\d.]+),/.exec(fields.get("latency_percentiles_usec_get")!)!;
  t.true(Number(p50) >= 100_000 && Number(p50) <= 125_000, p50);
});

test("bytes of clients are counted as they come and go, also after a client has gone; RESETSTAT begins anew", async (t) => {
  const { node, client, ask } = await startRig(t);
  const raw = await client();
  const bytes = () => {
    const { fields } = read(infoText(node.report, ["stats"], NOBODY));
    return [fields.get("total_net_input_bytes"), fields.get("total_net_output_bytes")].map(Number);
  };
  await raw.reply(command("GET", "scores:a"), bulk("value of a"));
  t.deepEqual(bytes(), [command("GET", "scores:a").length, bulk("value of a").length]);
  await ask(["PING"]);
  const sum = [command("GET", "scores:a").length + 14, bulk("value of a").length + 7];
  t.deepEqual(bytes(), sum);
  raw.socket.destroy();
  await until("the client has gone", () => node.report.clients.count === 0);
  t.deepEqual(bytes(), sum);
  const other = await client();
  await other.reply(command("PING"), "+PONG\r\n");
  await node.report.reset();
  t.deepEqual(bytes(), [0, 0]);
  await other.reply(command("PING"), "+PONG\r\n");
  t.deepEqual(bytes(), [14, 7]);
});

test("memory figures agree: the peak, what maxmemory limits, and the process in relation to all that it has", async (t) => {
  const { node, ask } = await startRig(t, ["maxmemory 10mb"]);
  await ask(["SET", "scores:a", "x".repeat(100_000)]);
  const full = read(infoText(node.report, ["memory"], NOBODY)).fields;
  await ask(["DEL", "scores:a"]);
  const { fields } = read(infoText(node.report, ["memory"], NOBODY));
  t.true(Number(full.get("used_memory")) > 100_000);
  t.is(fields.get("used_memory"), "0");
  t.is(fields.get("used_memory_peak"), full.get("used_memory"));
  t.is(fields.get("used_memory_peak_perc"), "0.00%");
  t.is(full.get("used_memory_peak_perc"), "100.00%");
  const ratio = Number(fields.get("mem_fragmentation_ratio"));
  t.true(ratio > 0.5 && ratio < 20, String(ratio));
});

test("named sections come in INFO's order; an unknown name gives nothing", async (t) => {
  const { node } = await startRig(t);
  t.deepEqual(read(infoText(node.report, ["replication", "server"], NOBODY)).sections, [
    "Server",
    "Replication",
  ]);
  t.is(infoText(node.report, ["nosuch"], NOBODY), "");
  t.is(infoText(node.report, ["cluster"], NOBODY), "# Cluster\r\ncluster_enabled:0\r\n");
});

test("the fields that clients look for before they start are there", async (t) => {
  const { node, port } = await startRig(t, ["maxmemory 100mb", "maxclients 77"]);
  const { fields } = read(infoText(node.report, [], NOBODY));
  const expected = {
    redis_version: REDIS_VERSION,
    redis_mode: "standalone",
    arch_bits: "64",
    tcp_port: String(port),
    process_id: String(process.pid),
    run_id: node.report.runId,
    role: "master",
    loading: "0",
    rdb_bgsave_in_progress: "0",
    aof_enabled: "0",
    cluster_enabled: "0",
    blocked_clients: "0",
    maxclients: "77",
    maxmemory: "104857600",
    maxmemory_human: "100.00M",
    carrotcache_version: version,
    members: "1",
    members_up: "1",
    groups: "1",
  };
  for (const [name, value] of Object.entries(expected)) t.is(fields.get(name), value, name);
  t.regex(node.report.runId, /^[0-9a-f]{40}$/);
});

test("figures count what has been done", async (t) => {
  const { node, ask, clock } = await startRig(t, ["group scores ttl 10s"], {
    loader: { load: (key) => (key === "none" ? null : "value") },
  });
  t.false(read(infoText(node.report, [], NOBODY)).fields.has("db0"));
  await ask(["MGET", "scores:a", "scores:b", "scores:none"]);
  await ask(["GET", "scores:a"], ["GET", "scores:none"], ["GET", "elsewhere"]);
  const { fields } = read(infoText(node.report, [], NOBODY));
  const expected = {
    connected_clients: "0",
    total_connections_received: "2",
    total_commands_processed: "4",
    keyspace_hits: "2",
    keyspace_misses: "3",
    negative_hits: "1",
    loads: "3",
    load_errors: "0",
    loads_under_way: "0",
    // "Not found" is no entry.
    db0: "keys=2,expires=2,avg_ttl=10000",
  };
  for (const [name, value] of Object.entries(expected)) t.is(fields.get(name), value, name);
  t.is(Number(fields.get("used_memory")), node.cache.groups.all[0]!.store.figures().usedBytes);
  clock.advance(3_600_000 * 30);
  const later = read(infoText(node.report, ["server"], NOBODY)).fields;
  t.is(later.get("uptime_in_seconds"), "108000");
  t.is(later.get("uptime_in_days"), "1");
});

testWith(program("redis-server"))(
  "every name outside # Carrot is Redis' own, in Redis' section",
  async (t) => {
    const redis = await RedisServer.start();
    t.teardown(() => redis.stop());
    const request = command("SET", "a", "1") + command("INFO");
    const theirs = sectionsOf((await redis.answer(Buffer.from(request))).toString("latin1"));
    const { node, ask } = await startRig(t);
    await ask(["GET", "scores:a"]);
    for (const [section, names] of sectionsOf(infoText(node.report, [], NOBODY))) {
      if (section === "Carrot") continue;
      // Fields of a newer Redis than the one that tests run against.
      const newer = [
        ...["client_output_buffer_limit_disconnections", "client_query_buffer_limit_disconnections"],
        ...["acl_access_denied_auth", "acl_access_denied_cmd", "pubsub_clients", "watching_clients"],
      ];
      const unknown = names.filter((name) => !theirs.get(section)?.includes(name) && !newer.includes(name));
      t.deepEqual(unknown, [], section);
    }
  },
);

function sectionsOf(text: string): Map<string, string[]> {
  const sections = new Map<string, string[]>();
  let names: string[] = [];
  for (const line of text.split("\r\n")) {
    if (line.startsWith("# ")) sections.set(line.slice(2), (names = []));
    else if (/^\w+:/.test(line)) names.push(line.split(":")[0]!);
  }
  return sections;
}

test("the fields for people show bytes as Redis does", async (t) => {
  const { node } = await startRig(t);
  const table: [number, string][] = [
    [0, "0B"],
    [1023, "1023B"],
    [1024, "1.00K"],
    [1536 * 1024, "1.50M"],
    [2 ** 31, "2.00G"],
    [2 ** 52, "4096.00T"],
  ];
  for (const [maxBytes, shown] of table) {
    Object.assign(node.conf, { maxBytes });
    t.is(read(infoText(node.report, ["memory"], NOBODY)).fields.get("maxmemory_human"), shown);
  }
});
