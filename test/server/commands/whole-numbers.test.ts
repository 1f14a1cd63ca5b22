/**
 * Goal: numbers in replies are whole ones, as RESP's integers and Redis' fields are. Method: two linked members on a clock
 * with fractions; the integers of each reply, and the fields of INFO.
 */
import test from "ava";
import { keyAt, startMembers } from "../linked-members.ts";

const COMMANDS = [
  ...[
    "CARROT.PEERS",
    "CARROT.STATS",
    "CARROT.GROUPS",
    "DBSIZE",
    "TIME",
    "LASTSAVE",
    "ROLE",
    "CLIENT LIST",
    "CLIENT INFO",
  ],
  ...[
    "SLOWLOG GET",
    "SLOWLOG LEN",
    "COMMAND COUNT",
    "MEMORY STATS",
    "LATENCY LATEST",
    "CLIENT TRACKINGINFO",
    "CLIENT ID",
  ],
];
const OF_KEYS = [
  "TTL",
  "PTTL",
  "EXPIRETIME",
  "PEXPIRETIME",
  "OBJECT FREQ",
  "MEMORY USAGE",
  "STRLEN",
  "EXISTS",
];
/** Fields of INFO that Redis writes with a fraction or a dot, too; `node_id` is an address. */
const FRACTIONS =
  /^(used_cpu|mem_.*ratio|allocator_|.*_human|.*_perc|instantaneous_.*kbps|cmdstat_|latency_percentiles|node_id|.*version|os)/;

test("no reply has a number with a fraction where Redis has none", async (t) => {
  const members = await startMembers(t, 2, ["slowlog-log-slower-than 0"]);
  const [a] = members;
  const keys = members.map((member) => keyAt(member));
  await a!.ask(
    ...keys.flatMap((key) => [
      ["GET", key],
      ["SET", key, "1", "PX", "100000"],
      ["PEXPIRE", key, "99999"],
    ]),
  );
  const asked = [
    ...COMMANDS.map((text) => text.split(" ")),
    ...OF_KEYS.flatMap((text) => keys.map((key) => [...text.split(" "), key])),
  ];
  for (const words of asked) {
    for (const reply of [await a!.ask(words), await a!.ask3(words)]) {
      // A number with a fraction is no reply of RESP's: it would be an error.
      t.false(reply.startsWith("-"), `${words.join(" ")}: ${reply}`);
      t.notRegex(reply, /NaN|undefined|(age|idle|mem|since_ms|rtt_us)=?\d+\.\d/, words.join(" "));
    }
  }
  const fields = (await a!.ask(["INFO", "everything"])).split("\r\n").map((line) => line.split(":"));
  const wrong = fields.filter(
    ([name, value]) => /\d\.\d|NaN|undefined/.test(value ?? "") && !FRACTIONS.test(name!),
  );
  t.deepEqual(wrong, []);
});
