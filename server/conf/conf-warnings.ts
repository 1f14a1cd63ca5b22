/**
 * What is allowed in a conf, and is hardly what its operator means.
 *
 * Owns what can be seen in the conf alone. Each warning names its place, as a mistake does, and shows no secret.
 */
import { isLoopback } from "./addresses.ts";
import type { NodeConf } from "./conf.ts";
import { directiveError } from "./conf-error.ts";
import { directives } from "./directives.ts";

/** `$NAME`, `${NAME}` and `$(command)` of a shell, `{{ name }}` of a template, `%NAME%` of a batch file. */
const VARIABLE = /^(\$\w+|\$\{.*\}|\$\(.*\)|\{\{.*\}\}|%\w+%)$/s;

export function warningsOf(conf: NodeConf): string[] {
  const lines: string[] = [];
  for (const { name, field, sensitive, scope } of directives) {
    const value = (conf as unknown as Readonly<Record<string, unknown>>)[field];
    if (!sensitive || scope !== "node" || typeof value !== "string" || !VARIABLE.test(value)) continue;
    const why = "looks like a variable, but a conf has none: these characters are the secret itself";
    lines.push(directiveError(conf, name, why).message);
  }
  const open = conf.bind.find((host) => !isLoopback(host.includes(":") ? `[${host}]` : host));
  if (open !== undefined && conf.requirePass === "") {
    const who = conf.protectedMode ? "only clients on this machine are" : "everybody who reaches it is";
    lines.push(`bind has ${open} and there is no requirepass: ${who} let in (protected-mode)`);
  }
  return lines;
}
