/**
 * Goal: the HTTP port answers each path, refuses what it must, and closes without losing an answer.
 * Method: a real server on a free port; node:http as the client where the bytes of the request matter, a bare socket
 * where the test breaks HTTP on purpose.
 */
import { once } from "node:events";
import { type IncomingHttpHeaders, request } from "node:http";
import { connect, type Socket } from "node:net";
import { buffer } from "node:stream/consumers";
import test, { type ExecutionContext } from "ava";
import type { Outcome } from "../../../cluster/outcome.ts";
import { Passwords } from "../../../server/clients/passwords.ts";
import { type HttpOptions, startHttp } from "../../../server/http/http.ts";
import type { HttpServer } from "../../../server/http/http-port.ts";
import { worldAt } from "../fakes.ts";

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

const ALL_BYTES = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
const value = (bytes: Buffer | string): Outcome => ({
  kind: "value",
  value: Buffer.from(bytes),
  ttlMs: undefined,
});

/** Answers a key with itself, but for four keys with a meaning of their own. */
async function get(key: Buffer): Promise<Outcome> {
  const text = key.toString("latin1");
  if (text === "scores:Nobody") return { kind: "absent", ttlMs: 1000 };
  if (text === "scores:Broken") return { kind: "error", text: "loader failed: database is down" };
  if (text === "all") return value(ALL_BYTES);
  if (text === "bug") throw new Error("broken invariant");
  return value(key);
}

/** Passwords of a conf that the test changes; a wrong one takes no time. */
function passwordsOf(conf: { requirePass: string; adminPassword: string }) {
  const counters = { wrongPasswords: 0 };
  const lines: string[] = [];
  const waits: number[] = [];
  const quietlyAfter = (ms: number, run: () => void) => {
    waits.push(ms);
    run();
    return { cancel: () => {} };
  };
  const warn = (text: string) => void lines.push(text);
  return {
    counters,
    lines,
    waits,
    passwords: new Passwords({ conf, world: { quietlyAfter, soon: setImmediate }, counters, warn }),
  };
}

async function start(t: ExecutionContext, change: Partial<HttpOptions> = {}): Promise<HttpServer> {
  const server = await startHttp({
    hosts: ["127.0.0.1"],
    port: 0,
    room: 100,
    refused: (address) => t.fail(`refused ${address}`),
    world: worldAt(),
    maxKeyBytes: 8192,
    get,
    healthy: () => true,
    metrics: { contentType: "text/plain; version=0.0.4", text: async () => "carrot_up 1\n" },
    passwords: passwordsOf({ requirePass: "", adminPassword: "" }).passwords,
    isExcluded: () => false,
    onError: (error) => t.fail(String(error)),
    ...change,
  });
  t.teardown(() => server.close(0));
  return server;
}

async function ask(
  { port }: HttpServer,
  path: string,
  { method = "GET", headers = {} } = {},
): Promise<Answer> {
  const asking = request({ host: "127.0.0.1", port, path, method, headers, agent: false });
  asking.end();
  const [response] = await once(asking, "response");
  return { status: response.statusCode, headers: response.headers, body: await buffer(response) };
}

/** Sends a text; resolves to all bytes that come until the server closes the connection. */
async function say(socket: Socket, text: string): Promise<string> {
  socket.write(text);
  return (await buffer(socket)).toString("latin1");
}

test("answers a key with the bytes of its value", async (t) => {
  const server = await start(t);
  const answer = await ask(server, "/api?key=scores:Tom");
  t.is(answer.status, 200);
  t.is(answer.headers["content-type"], "application/octet-stream");
  t.is(answer.headers["content-length"], "10");
  t.is(answer.headers["cache-control"], "no-store");
  t.is(answer.body.toString(), "scores:Tom");
  t.deepEqual((await ask(server, "/api?key=all")).body, ALL_BYTES);
});

test("takes a key of any bytes", async (t) => {
  const server = await start(t);
  const written = Array.from(ALL_BYTES, (byte) => `%${byte.toString(16).padStart(2, "0")}`).join("");
  t.deepEqual((await ask(server, `/api?key=${written}`)).body, ALL_BYTES);
});

test("tells not found and a loader's error apart", async (t) => {
  const server = await start(t);
  const absent = await ask(server, "/api?key=scores:Nobody");
  t.deepEqual([absent.status, absent.body.toString()], [404, "not found"]);
  const broken = await ask(server, "/api?key=scores:Broken");
  t.deepEqual([broken.status, broken.body.toString()], [502, "loader failed: database is down"]);
  t.is(broken.headers["content-type"], "text/plain; charset=utf-8");
});

test("refuses a key that is missing, badly written or too long", async (t) => {
  const server = await start(t);
  for (const path of ["/api", "/api?", "/api?key=", "/api?key=%zz", "/api?key=a&key=b"]) {
    t.is((await ask(server, path)).status, 400, path);
  }
  t.is((await ask(server, `/api?key=${"%41".repeat(8192)}`)).status, 200);
  const long = await ask(server, `/api?key=${"x".repeat(8193)}`);
  t.deepEqual([long.status, long.body.toString()], [400, "key is too long (max 8192 bytes)"]);
  t.is((await ask(server, `/api?key=${"x".repeat(40_000)}`)).status, 431);
});

test("HEAD gives the headers of GET without the body", async (t) => {
  const server = await start(t);
  for (const path of ["/api?key=Tom", "/api?key=scores:Nobody", "/api", "/healthz", "/metrics"]) {
    const [ofGet, ofHead] = [await ask(server, path), await ask(server, path, { method: "HEAD" })];
    t.is(ofHead.status, ofGet.status, path);
    t.is(ofHead.headers["content-length"], String(ofGet.body.length));
    t.is(ofHead.body.length, 0);
  }
});

test("refuses other methods and paths", async (t) => {
  const server = await start(t);
  for (const method of ["POST", "PUT", "DELETE", "OPTIONS", "PATCH"]) {
    const answer = await ask(server, "/api?key=Tom", { method });
    t.deepEqual([answer.status, answer.headers.allow], [405, "GET, HEAD"], method);
  }
  for (const path of ["/", "/apix?key=Tom", "/api/?key=Tom", "//api?key=Tom", "/metrics/.."]) {
    t.is((await ask(server, path)).status, 404, path);
  }
});

test("closes the connection on a body instead of reading it", async (t) => {
  const { port } = await start(t);
  const head = "GET /api?key=Tom HTTP/1.1\r\nHost: h\r\n";
  for (const announced of ["Content-Length: 1000000000\r\n", "Transfer-Encoding: chunked\r\n"]) {
    const answer = await say(connect(port, "127.0.0.1"), `${head}${announced}\r\n`);
    t.regex(answer, /^HTTP\/1\.1 413 /);
    t.regex(answer, /^Connection: close\r$/m);
  }
});

test("bytes that are no HTTP get a 400, and the connection is closed", async (t) => {
  const { port } = await start(t);
  t.regex(await say(connect(port, "127.0.0.1"), "*1\r\n$4\r\nPING\r\n"), /^HTTP\/1\.1 400 /);
});

test("/healthz says whether the node is shutting down", async (t) => {
  let healthy = true;
  const server = await start(t, { healthy: () => healthy });
  const up = await ask(server, "/healthz");
  t.deepEqual([up.status, up.body.toString()], [200, "ok"]);
  healthy = false;
  const down = await ask(server, "/healthz");
  t.deepEqual([down.status, down.body.toString()], [503, "shutting down"]);
});

test("shows the metrics with their content type", async (t) => {
  const answer = await ask(await start(t), "/metrics");
  t.deepEqual([answer.status, answer.body.toString()], [200, "carrot_up 1\n"]);
  t.is(answer.headers["content-type"], "text/plain; version=0.0.4");
});

const basic = (text: string) => ({
  headers: { authorization: `Basic ${Buffer.from(text).toString("base64")}` },
});

test("with a password, only /healthz is open", async (t) => {
  let asked = 0;
  const counted = (key: Buffer): Promise<Outcome> => {
    asked++;
    return get(key);
  };
  const { passwords, counters, lines, waits } = passwordsOf({
    requirePass: "säcret:x",
    adminPassword: "other",
  });
  const server = await start(t, { passwords, get: counted });
  t.is((await ask(server, "/healthz")).status, 200);
  for (const path of ["/api?key=Tom", "/metrics"]) {
    const answer = await ask(server, path);
    t.deepEqual(
      [answer.status, answer.headers["www-authenticate"]],
      [401, 'Basic realm="carrotCache"'],
      path,
    );
    t.is(counters.wrongPasswords, 0, "none was given");
    for (const wrong of ["u:", "u:wrong", "säcret:x", "u:säcret:", "u:säcret:xx", "admin:other"]) {
      t.is((await ask(server, path, basic(wrong))).status, 401, wrong);
    }
    t.is((await ask(server, path, basic(""))).status, 401);
    t.deepEqual([counters.wrongPasswords, lines.length, waits], [6, 6, Array(6).fill(100)]);
    t.is(lines[0], "wrong password over HTTP from 127.0.0.1");
    counters.wrongPasswords = lines.length = waits.length = 0;
    t.is((await ask(server, path, { headers: { authorization: "Bearer säcret:x" } })).status, 401);
  }
  t.is(asked, 0);
  t.is((await ask(server, "/api?key=Tom", basic("anybody:säcret:x"))).status, 200);
  t.is((await ask(server, "/metrics", basic(":säcret:x"))).status, 200);
  t.is(asked, 1);
});

test("the password may change at run time", async (t) => {
  const conf = { requirePass: "", adminPassword: "" };
  const server = await start(t, { passwords: passwordsOf(conf).passwords });
  t.is((await ask(server, "/api?key=Tom")).status, 200);
  conf.requirePass = "new";
  t.is((await ask(server, "/api?key=Tom")).status, 401);
  t.is((await ask(server, "/api?key=Tom", basic("u:new"))).status, 200);
});

test("a broken invariant answers 500 without details, and is reported", async (t) => {
  const reported: unknown[] = [];
  const server = await start(t, { onError: (error) => reported.push(error) });
  const answer = await ask(server, "/api?key=bug");
  t.deepEqual([answer.status, answer.body.toString()], [500, "internal error"]);
  t.deepEqual(
    reported.map((error) => (error as Error).message),
    ["broken invariant"],
  );
});

test("close answers the requests that have come and ends the connections", async (t) => {
  let answerLate: (outcome: Outcome) => void = () => {};
  let asked: () => void = () => {};
  const waiting = new Promise<void>((resolve) => (asked = resolve));
  const late = (): Promise<Outcome> => {
    asked();
    return new Promise((resolve) => (answerLate = resolve));
  };
  let cutOff: () => void = () => {};
  const graces: number[] = [];
  const after = (ms: number, run: () => void) => {
    graces.push(ms);
    cutOff = run;
    return { cancel: () => {} };
  };
  const server = await start(t, { get: late, world: { after } });
  const idle = connect(server.port, "127.0.0.1");
  await once(idle, "connect");
  const idleClosed = once(idle.resume(), "close");
  const answer = say(connect(server.port, "127.0.0.1"), "GET /api?key=Tom HTTP/1.1\r\nHost: h\r\n\r\n");
  await waiting;
  const closed = server.close();
  answerLate(value("630"));
  const text = await answer;
  t.true(text.startsWith("HTTP/1.1 200 OK\r\n") && text.endsWith("\r\n\r\n630"), text);
  t.regex(text, /^Connection: close\r$/m);
  // Node does not close a connection on which nothing has been asked.
  t.deepEqual(graces, [5000]);
  cutOff();
  await closed;
  await idleClosed;
  const refused = connect(server.port, "127.0.0.1");
  t.is((await once(refused, "error"))[0].code, "ECONNREFUSED");
});

test("close cuts off a client that does not read when the time is over", async (t) => {
  const server = await start(t, { get: async () => value(Buffer.alloc(64 << 20)) });
  const socket = connect(server.port, "127.0.0.1");
  socket.on("error", () => {});
  socket.write("GET /api?key=Tom HTTP/1.1\r\nHost: h\r\n\r\n");
  await once(socket, "readable");
  await t.notThrowsAsync(server.close(10));
});

test("a port in use is an error at the start", async (t) => {
  const { port } = await start(t);
  await t.throwsAsync(start(t, { port }), { code: "EADDRINUSE" });
});

test("in protected mode a client from elsewhere gets /healthz, and a 403 for all other paths", async (t) => {
  const asked: (string | undefined)[] = [];
  const isExcluded = (address: string | undefined) => asked.push(address) > 0;
  const server = await start(t, { isExcluded });
  for (const path of ["/api?key=scores:Tom", "/metrics"]) {
    const answer = await ask(server, path);
    t.is(answer.status, 403);
    t.regex(String(answer.body), /^protected mode: /);
  }
  t.is((await ask(server, "/healthz")).status, 200);
  t.deepEqual(asked, ["127.0.0.1", "127.0.0.1"]);
});
