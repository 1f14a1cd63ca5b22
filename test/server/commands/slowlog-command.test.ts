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

const SECRETS = [
  ...["AUTH secret", "auth bob secret", "HELLO 3 AUTH bob secret", "HELLO 3 AUTH bob secret SETNAME auth"],
  ...["CONFIG SET masterauth secret hz x", "config set nosuch x requirepass secret"],
];

/** The words of the entries, sorted, because a wrong password is noted when it is answered. */
function entriesOf(answer: string): string {
  const [before, ...entries] = answer
    .replaceAll(/\$\d+\r\n(?:127\.0\.0\.1:\d+|\/[^\r]*:0)\r\n/g, "(address)")
    .replaceAll(/-ERR [^\r]*\r\n/g, "-ERR\r\n")
    .split(/\*6\r\n:\d+\r\n:\d+\r\n:\d+\r\n/);
  const said = entries.filter((entry) => !entry.includes("SLOWLOG")).sort();
  return [before!.replace(/\*\d+\r\n$/, ""), ...said].join("(entry)");
}

for (const protocol of [2, 3] as const) {
  test(`in RESP${protocol} SLOWLOG has AUTH, HELLO and CONFIG as redis-server has them, without passwords`, (t) =>
    compareWithRedis(t, protocol, [`SLOWLOG RESET | ${SECRETS.join(" | ")} | SLOWLOG GET -1`], {
      lines: ["slowlog-log-slower-than 0"],
      directives: ["--slowlog-log-slower-than", "0"],
      normalize: entriesOf,
    }));
}

test("the pause behind a wrong password is not the time of AUTH", async (t) => {
  const { client, ask, clock } = await startRig(t, ["requirepass secret", "slowlog-log-slower-than 50000"]);
  const raw = await client();
  raw.send(command("AUTH", "wrong"));
  await until("the password has been refused", () => {
    clock.advance(100);
    return raw.text.includes("WRONGPASS");
  });
  t.is(await ask(["AUTH", "secret"], ["SLOWLOG", "LEN"]), "+OK\r\n:0\r\n");
});

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
