/**
 * Goal: files, included files and lines become statements that know their place.
 * Method: files in memory, handed in as Files; for the system's own errors a directory of the file system.
 */

import { join } from "node:path";
import test from "ava";
import { type Files, readFileStatements, readTextStatements } from "../../../server/conf/file-statements.ts";

function inMemory(files: Readonly<Record<string, string>>): Files {
  const read = (path: string) => {
    const content = files[path];
    if (content === undefined) throw Object.assign(new Error("no such file"), { code: "ENOENT" });
    return content;
  };
  return { read, isPublic: (path) => path.includes("public") };
}

function read(files: Readonly<Record<string, string>>): string[] {
  const statements = readFileStatements("conf/carrot.conf", "/srv", inMemory(files));
  return statements.map(
    ({ name, words, place }) => `${place.where} ${name} ${words.join(",")} (${place.directory})`,
  );
}

test("blank lines, comments, a byte order mark and Windows' line ends do not matter", (t) => {
  t.deepEqual(read({ "/srv/conf/carrot.conf": '\ufeffPORT 1\r\n\r\n# no\r\nbind a "b c"' }), [
    "conf/carrot.conf:1 port 1 (/srv/conf)",
    "conf/carrot.conf:4 bind a,b c (/srv/conf)",
  ]);
});

test("an included file stands at its place, relative to the file that includes it", (t) => {
  const files = {
    "/srv/conf/carrot.conf": "a 1\ninclude more/x.conf\nb 2",
    "/srv/conf/more/x.conf": "c 3\nINCLUDE ../y.conf",
    "/srv/conf/y.conf": "d 4\ninclude '/etc/z.conf'",
    "/etc/z.conf": "e 5",
  };
  t.deepEqual(read(files), [
    "conf/carrot.conf:1 a 1 (/srv/conf)",
    "conf/more/x.conf:1 c 3 (/srv/conf/more)",
    "conf/y.conf:1 d 4 (/srv/conf)",
    "/etc/z.conf:1 e 5 (/etc)",
    "conf/carrot.conf:3 b 2 (/srv/conf)",
  ]);
});

test("a file may be included twice, but not by itself", (t) => {
  const twice = { "/srv/conf/carrot.conf": "include x.conf\ninclude x.conf", "/srv/conf/x.conf": "a 1" };
  t.is(read(twice).length, 2);
  const cycle = {
    "/srv/conf/carrot.conf": "include x.conf",
    "/srv/conf/x.conf": "\ninclude ../conf/carrot.conf",
  };
  t.throws(() => read(cycle), { message: 'conf/x.conf:2: include: "../conf/carrot.conf" includes itself' });
});

test("a file that cannot be read is named, with the line that includes it", (t) => {
  t.throws(() => read({}), { message: "conf/carrot.conf: cannot be read: no such file" });
  t.throws(() => read({ "/srv/conf/carrot.conf": "\ninclude x.conf" }), {
    message: 'conf/carrot.conf:2: include: "x.conf" cannot be read: no such file',
  });
  for (const line of ["include", "include a b", 'include ""']) {
    t.throws(() => read({ "/srv/conf/carrot.conf": line }), {
      message: "conf/carrot.conf:1: include: expected the path of one file",
    });
  }
  t.throws(() => readFileStatements("node_modules", process.cwd()), {
    message: "node_modules: cannot be read: it is a directory",
  });
  t.throws(() => readFileStatements(join("package.json", "x"), process.cwd()), {
    message: "package.json/x: cannot be read: no such directory",
  });
});

test("unbalanced quotes are reported without the words between them", (t) => {
  t.throws(() => readTextStatements('\nrequirepass "geheim', "a.conf", "/"), {
    message: "a.conf:2: unbalanced quotes (a blank must follow a closing quote)",
  });
});

test("a statement knows whether everybody can read the file it stands in", (t) => {
  const files = inMemory({
    "/srv/conf/carrot.conf": "a 1\ninclude public.conf",
    "/srv/conf/public.conf": "b 1\ninclude private.conf",
    "/srv/conf/private.conf": "c 1",
  });
  const statements = readFileStatements("conf/carrot.conf", "/srv", files);
  t.deepEqual(
    statements.map(({ name, place }) => [name, place.isPublic]),
    [
      ["a", false],
      ["b", true],
      ["c", false],
    ],
  );
});
