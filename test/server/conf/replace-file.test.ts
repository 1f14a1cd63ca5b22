/** Goal: a file is replaced whole or not at all. Method: a directory that takes no new file, and a name that is taken. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import test from "ava";
import { replaceFile } from "../../../server/conf/replace-file.ts";

test("a replacement that fails leaves the old file and nothing else", (t) => {
  const directory = mkdtempSync(path.join(tmpdir(), "carrot-replace-"));
  t.teardown(() => rmSync(directory, { recursive: true }));
  const file = path.join(directory, "a");
  writeFileSync(file, "old");
  writeFileSync(`${file}.${process.pid}.new`, "somebody's");
  t.throws(() => replaceFile(file, Buffer.from("new")), { code: "EEXIST" });
  t.is(readFileSync(file, "utf8"), "old");
  t.is(readFileSync(`${file}.${process.pid}.new`, "utf8"), "somebody's");
  rmSync(`${file}.${process.pid}.new`);
  // A content that cannot be written, after the fresh file has been opened.
  t.throws(() => replaceFile(file, 7 as unknown as Uint8Array));
  t.deepEqual(readdirSync(directory), ["a"]);
  replaceFile(file, Buffer.from("new"));
  t.is(readFileSync(file, "utf8"), "new");
});
