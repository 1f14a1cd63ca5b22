/**
 * Goal: SLOWLOG answers as redis-server does, and has slow commands, above all those that waited for a load.
 * Method: pipelines compared with a real redis-server that finds nothing slow; loads that take as long as the test says.
 */
import test from "ava";
import { command } from "../../proto/read-commands.ts";
import { until } from "../../until.ts";
import { HeldLoader } from "../fakes.ts";
import { bulk, startRig } from "../rig.ts";
import { compareWithRedis } from "./compare-with-redis.ts";

const PIPELINES = [
  ...[
    "SLOWLOG",
    "SLOWLOG LEN",
    "SLOWLOG GET",
    "SLOWLOG GET x",
    "SLOWLOG GET -2",
    "SLOWLOG GET -1",
    "SLOWLOG GET 5",
  ],
  ...["SLOWLOG GET 1 2", "SLOWLOG RESET", "SLOWLOG LEN x", "SLOWLOG FOO"],
];

for (const protocol of [2, 3] as const) {
  test(`in RESP${protocol} SLOWLOG answers as redis-server does`, (t) =>
    compareWithRedis(t, protocol, PIPELINES, { directives: ["--slowlog-log-slower-than", "-1"] }));
}

test("a GET that waited long for a load is in it, with its client", async (t) => {
  const loader = new HeldLoader();
  const { client, ask, clock } = await startRig(t, ["slowlog-log-slower-than 1000000", "slowlog-max-len 2"], {
    loader,
  });
  const raw = await client();
  raw.send(command("CLIENT", "SETNAME", "me"));
  for (const name of ["a", "b", "c"]) {
    raw.send(command("GET", `scores:${name}`));
    await until("a load is under way", () => loader.loads.length > 0);
    clock.advance(1500);
    loader.loads.pop()!.resolve("late");
    await raw.until((text) => text.endsWith(bulk("late")));
    raw.take();
  }
  const text = await ask(
    ["SLOWLOG", "LEN"],
    ["SLOWLOG", "GET", "1"],
    ["SLOWLOG", "RESET"],
    ["SLOWLOG", "LEN"],
  );
  const entry = `\\*2\r\n\\$3\r\nGET\r\n\\$8\r\nscores:c\r\n\\$\\d+\r\n127.0.0.1:${raw.socket.localPort}\r\n\\$2\r\nme\r\n`;
  t.regex(text, new RegExp(`^:2\r\n\\*1\r\n\\*6\r\n:2\r\n:\\d{10}\r\n:1500000\r\n${entry}\\+OK\r\n:0\r\n$`));
});
