/** Goal: a loader can write to the log, and cannot forge a line. Method: a list in place of the log. */
import test from "ava";
import { loaderLog } from "../../../server/loaders/loader-log.ts";

test("a line names its group, and its data are apart from the log's own fields", (t) => {
  const lines: unknown[][] = [];
  const at = (level: string) => (fields: unknown, text?: string) => void lines.push([level, fields, text]);
  const log = loaderLog("user", {
    debug: at("debug"),
    info: at("info"),
    warn: at("warn"),
    error: at("error"),
  });
  log.debug("a");
  log.info("b", { level: 60, group: "other" });
  log.warn(undefined as never);
  log.error("d", { x: 1 });
  t.deepEqual(lines, [
    ["debug", { group: "user" }, "a"],
    ["info", { group: "user", data: { level: 60, group: "other" } }, "b"],
    ["warn", { group: "user" }, "undefined"],
    ["error", { group: "user", data: { x: 1 } }, "d"],
  ]);
});
