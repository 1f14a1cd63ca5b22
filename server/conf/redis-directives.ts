/**
 * Redis' directives that carrotCache does not have, and what to do instead.
 *
 * Owns one answer for each directive of redis.conf, so that an operator who brings one knows what to write or what to
 * leave out. A directive that both have is not looked up here. Knows no value.
 */

const NO_DISK = "not needed: carrotCache writes nothing to disk, so leave it out";
const NO_DAEMON =
  "not needed: a node stays in the foreground, and systemd, Docker or nohup run it; leave it out";
const NO_REPLICAS = "there are no replicas: members share the keys, and `peers` names them";
const BY_PEERS = "there is no Redis Cluster: `peers` names the members, the same way on each of them";
const NO_TLS = "there is no TLS: put a tunnel between machines that do not trust their network";
const TWO_USERS = "there are two users: default with `requirepass`, and admin with `admin-password`";
const NO_MODULES = "there are no modules: leave it out";
const ONLY_STRINGS = "not needed: values are bytes, without hashes, lists, sets or streams; leave it out";
const NO_TUNING = "not needed: carrotCache keeps and evicts entries in another way; leave it out";
const BY_SYSTEM = "set by the system that starts the node, such as systemd or Docker; leave it out";
const NOTHING_LIKE_IT = "not needed: there is nothing like it here; leave it out";
const OWN_SHUTDOWN = "SIGTERM and SIGINT close a node within `shutdown-timeout`; leave it out";

/** A name ends with * where all names that start so have one answer. The first that fits counts. */
const ANSWERS: readonly (readonly [names: string, answer: string])[] = [
  ["maxmemory-policy", "carrotCache calls it `eviction`: write s3fifo, lru or noeviction"],
  ["io-threads", "carrotCache calls it `threads`: write a number or auto"],
  ["io-threads-do-reads", "not needed: each of the `threads` reads and writes; leave it out"],
  ["proto-max-bulk-len", "carrotCache calls it `client-query-buffer-limit`, and `max-value-size` of a group"],
  ["maxmemory-clients", "carrotCache limits each client: `client-output-buffer-limit`, `maxclients`"],
  ["dir", `${NO_DISK}; relative paths start at the directory of the file that has them`],
  [
    "save dbfilename appendonly appendfilename appenddirname appendfsync rdb* aof* auto-aof* no-appendfsync* stop-writes-on-bgsave-error",
    NO_DISK,
  ],
  ["sanitize-dump-payload propagation-error-behavior", NO_DISK],
  ["daemonize pidfile supervised", NO_DAEMON],
  ["cluster-*", BY_PEERS],
  [
    "replicaof slaveof masterauth masteruser repl-* replica-* slave-* min-replicas-* min-slaves-*",
    NO_REPLICAS,
  ],
  ["tls-*", NO_TLS],
  ["aclfile user acllog-max-len acl-pubsub-default", TWO_USERS],
  [
    "rename-command",
    "commands keep their names: with `admin-password`, only who has it may say the strong ones",
  ],
  ["loadmodule enable-module-command", NO_MODULES],
  ["hash-* list-* set-max-* zset-* hll-* stream-*", ONLY_STRINGS],
  ["activerehashing activedefrag active-* jemalloc-bg-thread lazyfree-* lfu-* maxmemory-*", NO_TUNING],
  ["hz dynamic-hz", NO_TUNING],
  ["oom-score-adj* disable-thp *_cpulist socket-mark-id bind-source-addr", BY_SYSTEM],
  [
    "syslog-*",
    "the log goes to standard output or to `logfile`; systemd takes standard output to the journal",
  ],
  ["tcp-backlog", "not needed: 4096 connections may wait, and net.core.somaxconn of the kernel limits them"],
  ["shutdown-on-*", OWN_SHUTDOWN],
  ["latency-*", "INFO, CARROT.STATS and /metrics have times without it; leave it out"],
  ["lua-time-limit", "carrotCache calls it `busy-reply-threshold`, in milliseconds"],
  ["always-show-logo set-proc-title proc-title-template ignore-warnings crash-*", NOTHING_LIKE_IT],
  ["enable-protected-configs", NOTHING_LIKE_IT],
];

/** What to do instead of a directive of redis.conf; undefined: Redis has no directive of this name. */
export function answerForRedis(name: string): string | undefined {
  return ANSWERS.find(([names]) => names.split(" ").some((pattern) => fits(pattern, name)))?.[1];
}

/** What to do instead of these words after a directive that Redis has as well; undefined: they mean the same here. */
export function answerForWords(name: string, words: readonly string[]): string | undefined {
  if (name !== "client-output-buffer-limit" || words.length < 4) return undefined;
  return "all clients have the same limits here, and one always: write `client-output-buffer-limit` with the first number of class normal (not 0), `client-output-soft-limit` with the second, `client-output-soft-time` with the third and its unit; leave other classes out";
}

function fits(pattern: string, name: string): boolean {
  if (pattern.startsWith("*")) return name.endsWith(pattern.slice(1));
  return pattern.endsWith("*") ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
}
