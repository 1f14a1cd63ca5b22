/**
 * Goal: the HTTP loader passes the tests of every loader, and copes with what only HTTP can do wrong.
 * Method: real origins on loopback. An origin counts requests and the bytes that it managed to send, so that the test
 * sees from outside that the loader stopped reading.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:net";
import { setImmediate as turn } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import test, { type ExecutionContext } from "ava";
import type { Outcome } from "../../../cluster/outcome.ts";
import { HttpLoader } from "../../../server/loaders/http-loader.ts";
import { runLoad } from "../../../server/loaders/run-load.ts";
import { UrlTemplate } from "../../../server/loaders/url-template.ts";
import { termsOf, worldAt } from "../fakes.ts";
import { deferred } from "./deferred.ts";
import { type HttpOrigin, percentDecode, startOrigin } from "./http-origin.ts";
import { asValue, loaderSuite, MAX_VALUE_BYTES, originAnswer, type Subject } from "./loader-suite.ts";

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

loaderSuite("http", async (): Promise<Subject> => {
  const asked = deferred();
  const givenUp = deferred();
  const origin = await startOrigin((request, response) => {
    const answer = originAnswer(percentDecode(request.url!.slice("/items/".length)));
    if (answer === "silence") {
      response.once("close", givenUp.resolve);
      asked.resolve();
    } else if (answer === "failure") response.writeHead(503).end("down for maintenance");
    else if (answer === "not found") response.writeHead(404).end("no such item");
    else response.end(answer);
  });
  const loader = loaderOf(`${origin.url}/items/{key}`);
  const stop = async (): Promise<void> => {
    await loader.close();
    await origin.stop();
  };
  const failure = "loader failed: HTTP 503";
  return { loader, slowAsked: asked.promise, slowGivenUp: givenUp.promise, failure, refused: ["."], stop };
});

function loaderOf(url: string, concurrency = 16): HttpLoader {
  // So long that only a signal can have ended a request.
  const limits = {
    maxValueBytes: MAX_VALUE_BYTES,
    loaderTimeoutMs: 600_000,
    loaderConcurrency: concurrency,
  };
  return new HttpLoader(new UrlTemplate(url), limits, worldAt());
}

/** A loader and its origin for one test. */
async function subject(t: ExecutionContext, handler: Handler, template = "/items/{key}") {
  const origin = await startOrigin(handler);
  t.teardown(() => origin.stop());
  return { origin, load: loadFrom(t, origin, template) };
}

function loadFrom(t: ExecutionContext, { url }: HttpOrigin, template: string) {
  const loader = loaderOf(url + template);
  t.teardown(() => loader.close());
  const terms = termsOf({ timeoutMs: 90_000, maxValueBytes: MAX_VALUE_BYTES });
  return async (key: string): Promise<Outcome> => runLoad(loader, Buffer.from(key, "latin1"), terms);
}

const failed = (message: string): Outcome => ({ kind: "error", text: `loader failed: ${message}` });
const TOO_LARGE: Outcome = { kind: "error", text: "loader value too large (max 4096 bytes)" };

test("hostile keys ask for exactly their own path, or for nothing", async (t) => {
  const { origin, load } = await subject(t, (_request, response) => response.end("630"));
  for (const key of ["", ".", ".."]) {
    t.deepEqual(await load(key), { kind: "error", text: "key not allowed for this loader" });
  }
  t.deepEqual(origin.asked, []);
  const keys = [
    "../../admin",
    "a?x#y",
    "@evil/",
    "\\..\\",
    "a\r\nHost: x",
    "$&",
    "\xff\0",
    "http://169.254.169.254/",
  ];
  for (const key of keys) t.deepEqual(await load(key), asValue("630"));
  t.deepEqual(origin.asked, [
    "/items/..%2F..%2Fadmin",
    "/items/a%3Fx%23y",
    "/items/%40evil%2F",
    "/items/%5C..%5C",
    "/items/a%0D%0AHost%3A%20x",
    "/items/%24%26",
    "/items/%FF%00",
    "/items/http%3A%2F%2F169.254.169.254%2F",
  ]);
});

test("404 and 410 are not found, every other status but 200 and 204 is an error", async (t) => {
  const { load } = await subject(t, ({ url }, response) => {
    response.writeHead(Number(url!.split("/").at(-1))).end("body");
  });
  t.deepEqual(await load("200"), asValue("body"));
  t.deepEqual(await load("204"), asValue(""));
  for (const status of ["404", "410"]) t.deepEqual(await load(status), { kind: "absent", ttlMs: undefined });
  for (const status of ["201", "202", "203", "206", "300", "302", "304", "400", "401", "429", "500", "503"]) {
    t.deepEqual(await load(status), failed(`HTTP ${status}`));
  }
});

test("follows three redirects on the origin and not a fourth", async (t) => {
  const { origin, load } = await subject(t, ({ url }, response) => {
    const left = Number(url!.at(-1));
    if (left > 0) response.writeHead(302, { location: `/moved/${left - 1}` }).end("moved");
    else response.end("630");
  });
  t.deepEqual(await load("3"), asValue("630"));
  t.deepEqual(origin.asked, ["/items/3", "/moved/2", "/moved/1", "/moved/0"]);
  t.deepEqual(await load("4"), failed("more than 3 redirects"));
  t.is(origin.asked.length, 8);
});

test("refuses a redirect to another origin without asking it", async (t) => {
  const other = await startOrigin((_request, response) => response.end("secret"));
  t.teardown(() => other.stop());
  const { load } = await subject(t, ({ url }, response) => {
    const locations: Record<string, string> = {
      "/items/host": `${other.url}/x`,
      "/items/short": `${other.url.slice("http:".length)}/x`,
      "/items/ssh": "http://127.0.0.1:22/",
    };
    response.writeHead(307, { location: locations[url!] }).end();
  });
  for (const key of ["host", "short", "ssh"]) {
    t.deepEqual(await load(key), failed("redirect to another origin refused"));
  }
  t.deepEqual(other.asked, []);
});

test("asks for no encoding and refuses one that comes all the same", async (t) => {
  let acceptEncoding: unknown;
  const bomb = gzipSync(Buffer.alloc(4 * MAX_VALUE_BYTES));
  t.true(bomb.length < MAX_VALUE_BYTES);
  const { load } = await subject(t, ({ headers, url }, response) => {
    acceptEncoding = headers["accept-encoding"];
    response.writeHead(200, { "content-encoding": url!.split("/").at(-1) }).end(bomb);
  });
  t.deepEqual(await load("gzip"), failed("unexpected content-encoding gzip"));
  t.is(acceptEncoding, "identity");
  t.deepEqual(await load("Identity"), asValue(bomb));
  t.deepEqual(await load("identity"), asValue(bomb));
  t.deepEqual(await load("x-unknown"), failed("unexpected content-encoding x-unknown"));
});

for (const [coding, text] of [
  ["gzip, chunked", "gzip, chunked"],
  ["gzip", "gzip"],
  ["Deflate, chunked", "Deflate, chunked"],
  ["gzip\r\nTransfer-Encoding: chunked", "gzip,chunked"],
] as const) {
  test(`refuses a body with transfer-encoding ${JSON.stringify(coding)}`, async (t) => {
    const body = gzipSync("630");
    const chunked = Buffer.concat([
      Buffer.from(`${body.length.toString(16)}\r\n`),
      body,
      Buffer.from("\r\n0\r\n\r\n"),
    ]);
    const { origin, load } = await subject(t, ({ socket }) => {
      socket.write(`HTTP/1.1 200 OK\r\nTransfer-Encoding: ${coding}\r\nConnection: close\r\n\r\n`);
      socket.end(coding.includes("chunked") ? chunked : body);
    });
    t.deepEqual(await load("Tom"), failed(`unexpected transfer-encoding ${text}`));
    t.is(origin.asked.length, 1);
  });
}

test("a status stands at once, even when its body never ends, and its connection is closed", async (t) => {
  const closed = [deferred(), deferred(), deferred()];
  const { load } = await subject(t, ({ url, socket }, response) => {
    const status = Number(url!.split("/").at(-1));
    const place = [404, 503, 302].indexOf(status);
    if (place < 0) {
      response.end("moved");
      return;
    }
    socket.once("close", closed[place]!.resolve);
    response.writeHead(status, status === 302 ? { location: "/items/1" } : {}).write("and then");
  });
  t.deepEqual(await load("404"), { kind: "absent", ttlMs: undefined });
  t.deepEqual(await load("503"), failed("HTTP 503"));
  t.deepEqual(await load("302"), asValue("moved"));
  await t.notThrowsAsync(Promise.all(closed.map(({ promise }) => promise)));
});

test("stops reading an endless body at the limit", async (t) => {
  const chunk = Buffer.alloc(16_384, "x");
  const ended = deferred<number>();
  const { load } = await subject(t, async (_request, response) => {
    let handedOver = 0;
    response.once("close", () => ended.resolve(handedOver));
    while (!response.destroyed) {
      handedOver += chunk.length;
      if (!response.write(chunk)) await turn();
    }
  });
  t.deepEqual(await load("Tom"), TOO_LARGE);
  const handedOver = await ended.promise;
  // What the kernel's buffers of one connection may hold, not what an origin can send.
  t.true(handedOver < 32 << 20, `${handedOver} bytes`);
});

test("does not begin to read a body that is announced as too large", async (t) => {
  const closed = deferred();
  const { load } = await subject(t, (_request, response) => {
    response.once("close", closed.resolve);
    response.writeHead(200, { "content-length": 2 ** 40 }).write("x");
  });
  t.deepEqual(await load("Tom"), TOO_LARGE);
  await t.notThrowsAsync(closed.promise);
});

test("an endless body behind an error status is cut off too", async (t) => {
  const closed = deferred();
  const { load } = await subject(t, async (_request, response) => {
    response.once("close", closed.resolve);
    response.writeHead(404);
    while (!response.destroyed) {
      response.write(Buffer.alloc(16_384));
      await turn();
    }
  });
  t.deepEqual(await load("Tom"), { kind: "absent", ttlMs: undefined });
  await t.notThrowsAsync(closed.promise);
});

test("a body that ends early is an error, not a shorter value", async (t) => {
  const { load } = await subject(t, (_request, response) => {
    response.writeHead(200, { "content-length": 10 });
    response.write("63", () => response.destroy());
  });
  const outcome = await load("Tom");
  t.is(outcome.kind, "error");
  const chunked = await subject(t, (_request, response) => {
    response.write("63", () => response.destroy());
  });
  t.is((await chunked.load("Tom")).kind, "error");
});

test("a body that is announced has memory of its own, and just as much", async (t) => {
  const { load } = await subject(t, async (_request, response) => {
    response.writeHead(200, { "content-length": 2000 }).write("a".repeat(1000));
    // The loader reads in this process: it has read the first half when the second one comes.
    for (let i = 0; i < 20; i++) await turn();
    response.end("b".repeat(1000));
  });
  const outcome = await load("Tom");
  t.deepEqual(outcome, asValue("a".repeat(1000) + "b".repeat(1000)));
  t.is(outcome.kind === "value" && outcome.value.buffer.byteLength, 2000);
});

test("an origin that speaks no HTTP or is not there is an error of one line", async (t) => {
  const junk = createServer((socket) => socket.resume().end("220 smtp ready\r\n"));
  await new Promise<void>((resolve) => junk.listen(0, "127.0.0.1", resolve));
  const { port } = junk.address() as { port: number };
  const origin = { url: `http://127.0.0.1:${port}`, asked: [], stop: async () => {} };
  t.regex(
    ((await loadFrom(t, origin, "/{key}")("Tom")) as { text: string }).text,
    /^loader failed: [^\r\n]+$/,
  );
  await new Promise((resolve) => junk.close(resolve));
  const refused = (await loadFrom(t, origin, "/{key}")("Tom")) as { text: string };
  t.regex(refused.text, /^loader failed: .*ECONNREFUSED/);
});

test("keeps its connections over not found", async (t) => {
  const sockets = new Set<unknown>();
  const origin = await startOrigin((request, response) => {
    sockets.add(request.socket);
    response.writeHead(404).end("no such item");
  });
  t.teardown(() => origin.stop());
  const loader = loaderOf(`${origin.url}/{key}`, 2);
  t.teardown(() => loader.close());
  const terms = termsOf({ timeoutMs: 90_000, maxValueBytes: 1 });
  const keys = Array.from({ length: 40 }, (_, i) => Buffer.from(`key ${i}`));
  await Promise.all(keys.map((key) => runLoad(loader, key, terms)));
  // On a busy machine a connection that is idle for a moment may be closed and opened again.
  t.true(sockets.size < keys.length / 4, `${sockets.size} connections`);
});

test("a limit of connections that changes holds from the next load on", async (t) => {
  const allAsked = deferred();
  const waiting: (() => void)[] = [];
  const sockets = new Set<unknown>();
  const origin = await startOrigin((request, response) => {
    sockets.add(request.socket);
    waiting.push(() => response.end("630"));
    if (waiting.length === 4) allAsked.resolve();
  });
  t.teardown(() => origin.stop());
  const limits = { maxValueBytes: MAX_VALUE_BYTES, loaderTimeoutMs: 90_000, loaderConcurrency: 1 };
  const loader = new HttpLoader(new UrlTemplate(`${origin.url}/{key}`), limits, worldAt());
  t.teardown(() => loader.close());
  const load = (name: string) =>
    runLoad(loader, Buffer.from(name), termsOf({ timeoutMs: 90_000, maxValueBytes: MAX_VALUE_BYTES }));
  const first = load("first");
  limits.loaderConcurrency = 3;
  const others = ["a", "b", "c"].map(load);
  await allAsked.promise;
  t.is(sockets.size, 4);
  for (const answer of waiting) answer();
  t.deepEqual(await Promise.all([first, ...others]), Array(4).fill(asValue("630")));
});

test.serial("environment variables do not reroute a request", async (t) => {
  const proxy = await startOrigin((_request, response) => response.end("from the proxy"));
  t.teardown(() => proxy.stop());
  for (const name of ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "NODE_USE_ENV_PROXY"]) {
    process.env[name] = name === "NODE_USE_ENV_PROXY" ? "1" : proxy.url;
    t.teardown(() => delete process.env[name]);
  }
  const { load } = await subject(t, (_request, response) => response.end("630"));
  t.deepEqual(await load("Tom"), asValue("630"));
  t.deepEqual(proxy.asked, []);
});

test("close cuts off requests under way", async (t) => {
  const asked = deferred();
  const origin = await startOrigin(() => asked.resolve());
  t.teardown(() => origin.stop());
  const loader = loaderOf(`${origin.url}/{key}`);
  const terms = termsOf({ timeoutMs: 90_000, maxValueBytes: 1 });
  const outcome = runLoad(loader, Buffer.from("Tom"), terms);
  await asked.promise;
  await loader.close();
  t.is((await outcome).kind, "error");
});
