/**
 * Goal: a key chooses nothing but its own place in the URL, so that no key makes the node ask for something else (SSRF).
 * Method: hostile keys against the path that must result, wrong templates against their message, and chance: whatever
 * the bytes of the key, a server that parses the URL reads them back from the place of the key.
 */

import test from "ava";
import fc from "fast-check";
import { KeyNotAllowed } from "../../../server/loaders/errors.ts";
import { UrlTemplate } from "../../../server/loaders/url-template.ts";
import { percentDecode } from "./http-origin.ts";

const items = new UrlTemplate("http://origin:8080/items/{key}");
const path = (key: string, template = items): string => template.pathFor(Buffer.from(key, "latin1"));

test("percent-encodes every byte but the unreserved characters", (t) => {
  t.is(items.origin, "http://origin:8080");
  t.is(path("Tom"), "/items/Tom");
  t.is(path("aZ09-._~"), "/items/aZ09-._~");
  t.is(items.pathFor(Buffer.from("Zoë")), "/items/Zo%C3%AB");
  t.is(path(" +%2F"), "/items/%20%2B%252F");
});

for (const [key, expected] of [
  ["../../admin", "/items/..%2F..%2Fadmin"],
  ["...", "/items/..."],
  ["../", "/items/..%2F"],
  ["%2e%2e", "/items/%252e%252e"],
  ["a?x#y", "/items/a%3Fx%23y"],
  ["@evil/", "/items/%40evil%2F"],
  ["//evil/", "/items/%2F%2Fevil%2F"],
  ["\\..\\", "/items/%5C..%5C"],
  ["a\r\nHost: x", "/items/a%0D%0AHost%3A%20x"],
  ["$&", "/items/%24%26"],
  ["{key}", "/items/%7Bkey%7D"],
  ["\xff\0", "/items/%FF%00"],
  ["http://169.254.169.254/", "/items/http%3A%2F%2F169.254.169.254%2F"],
] as const) {
  test(`the key ${JSON.stringify(key)} stays inside its place`, (t) => {
    t.is(path(key), expected);
  });
}

test("refuses the empty key, dot and dot dot, wherever the key stands", (t) => {
  for (const template of ["http://h/items/{key}", "http://h/{key}/score", "http://h/find?key={key}"]) {
    for (const key of ["", ".", ".."]) {
      t.throws(
        () => path(key, new UrlTemplate(template)),
        { instanceOf: KeyNotAllowed },
        `${template} ${key}`,
      );
    }
  }
});

test("refuses a key that makes a dot segment with the text around it", (t) => {
  // .%2e is dot dot to a URL parser, whoever wrote the halves.
  const halves = new UrlTemplate("http://h/items/.%2{key}");
  t.throws(() => path("e", halves), { instanceOf: KeyNotAllowed });
  t.is(path("f", halves), "/items/.%2f");
});

test("a key in front of or behind literal text keeps to its place", (t) => {
  t.is(path("a/b", new UrlTemplate("https://h/v1/{key}/score?full=1")), "/v1/a%2Fb/score?full=1");
  t.is(path("a&b=c", new UrlTemplate("https://h/find?key={key}&v=2")), "/find?key=a%26b%3Dc&v=2");
  t.is(path("x", new UrlTemplate("http://h//{key}")), "//x");
  t.is(new UrlTemplate("http://h//{key}").origin, "http://h");
});

for (const [template, message] of [
  ["http://h/items", "expected {key} exactly once"],
  ["http://h/{key}/{key}", "expected {key} exactly once"],
  ["http://{key}/items", "expected {key} in the path or the query"],
  ["http://{key}.h/items", "expected {key} in the path or the query"],
  ["{key}://h/", "expected http:// or https://"],
  ["http://h:{key}/", "not a URL"],
  ["/items/{key}", "not a URL"],
  ["{key}", "not a URL"],
  ["ftp://h/{key}", "expected http:// or https://"],
  ["file:///{key}", "expected http:// or https://"],
  ["http://{key}@h/", "a user or password in the URL is not supported"],
  ["http://me:secret@h/{key}", "a user or password in the URL is not supported"],
  ["http://h/#{key}", "a #fragment is never sent to the origin"],
  ["http://h/carrot-key-goes-here/{key}", "expected {key} in the path or the query"],
] as const) {
  test(`refuses the template ${template}`, (t) => {
    t.throws(() => new UrlTemplate(template), { message });
  });
}

test("a redirect stays on the origin or is refused", (t) => {
  t.is(items.pathOfRedirect("/other/1?a=b", "/items/1"), "/other/1?a=b");
  t.is(items.pathOfRedirect("2", "/items/1"), "/items/2");
  t.is(items.pathOfRedirect("http://origin:8080/x#part", "/items/1"), "/x");
  for (const elsewhere of [
    "http://origin/x",
    "https://origin:8080/x",
    "//evil/x",
    "http://origin:8080.evil/",
    "http://127.0.0.1:22/",
    "file:///etc/passwd",
    "data:,x",
    "http://[",
  ]) {
    t.is(items.pathOfRedirect(elsewhere, "/items/1"), undefined, elsewhere);
  }
});

test("whatever the key, the origin reads it back from its place", (t) => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 3, maxLength: 40 }), (key) => {
      const url = new URL(items.origin + items.pathFor(key));
      const [, folder, place, ...more] = url.pathname.split("/");
      t.deepEqual([url.host, folder, more, url.search, url.hash], ["origin:8080", "items", [], "", ""]);
      t.deepEqual(percentDecode(place!), Buffer.from(key));
    }),
  );
});
