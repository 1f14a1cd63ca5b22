/** Goal: limits are read as the shell shows them. Method: this process' own. */
import { execFileSync } from "node:child_process";
import test from "ava";
import { processLimit } from "../../../server/machine/process-limits.ts";

const shown = (flag: string) => {
  const text = execFileSync("sh", ["-c", `ulimit ${flag}`], { encoding: "utf8" }).trim();
  return process.platform === "linux" && text !== "unlimited" ? Number(text) : undefined;
};

test("a limit is the one that the shell shows; no limit is undefined", (t) => {
  t.is(processLimit("Max open files"), shown("-n"));
  const kilobytes = shown("-v");
  t.is(processLimit("Max address space"), kilobytes && kilobytes * 1024);
});
