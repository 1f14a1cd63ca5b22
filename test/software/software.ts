/**
 * Software that people already run, unmodified, with carrotCache in Redis' place: what each is asked, and what it is told of.
 *
 * Owns the list. A program ends with 0 when everything came out right; test/software/programs has them. Each of them was
 * tried on redis-server first.
 */
import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync } from "node:fs";
import path from "node:path";
import { ROOT } from "../e2e/processes.ts";

export interface Software {
  readonly name: string;
  /** What the program does with it, as the README says it. */
  readonly does: string;
  /** What is not there for it, and why; undefined: nothing is missed. */
  readonly without?: string;
  /** The Debian package whose version the README shows. */
  readonly debian?: string;
  /** The Python package whose version the README shows. With neither: an npm package of this name. */
  readonly python?: string;
  /** Tried on every change by .ci/run; the others by `npm run software`. */
  readonly inCi: boolean;
  /** Why it cannot be tried; undefined: it can. */
  missing(): string | undefined;
  /** The command, for the ports of two members. */
  command(ports: readonly [string, string]): readonly string[];
}

/** Where .ci/software has put the npm packages. They are not part of this project. */
const NPM = process.env.CARROT_SOFTWARE ?? "";
const PROGRAMS = path.join(ROOT, "test/software/programs");

function node(name: string, does: string, without?: string): Software {
  const file = path.join(NPM, "node.mjs");
  return {
    ...{ name, does, without, inCi: true },
    missing: () =>
      existsSync(path.join(NPM, "node_modules"))
        ? undefined
        : "CARROT_SOFTWARE names no folder of .ci/software",
    command: (ports) => {
      // Node looks for packages beside the file.
      copyFileSync(path.join(PROGRAMS, "node.mjs"), file);
      return [process.execPath, file, name, ...ports];
    },
  };
}

function debian(
  name: string,
  packaged: string,
  command: readonly string[],
  does: string,
  without?: string,
): Software {
  const [runner, file, ...args] = command as [string, string];
  return {
    ...{ name, does, without, debian: packaged, inCi: name !== "celery" },
    missing: () => missingPackage(packaged),
    command: ([port]) => [runner, path.join(PROGRAMS, file), ...args, port],
  };
}

/** Why Debian's package cannot be used; undefined: it is there. */
export function missingPackage(name: string): string | undefined {
  const { stdout } = spawnSync("dpkg-query", ["-W", "-f", `\${Status}`, name], { encoding: "utf8" });
  return stdout === "install ok installed" ? undefined : `${name} is not installed`;
}

/** Debian's own, because its modules are. */
/** Software that Debian has only in an older version: `.ci/software DIR all` puts it into an environment of its own. */
function python(name: string, packaged: string, [file, ...args]: readonly string[], does: string): Software {
  const runner = path.join(NPM, "python/bin/python");
  return {
    ...{ name, does, python: packaged, inCi: false },
    missing: () =>
      existsSync(runner) ? undefined : "CARROT_SOFTWARE names no folder of `.ci/software DIR all`",
    command: ([port]) => [runner, path.join(PROGRAMS, file!), ...args, port],
  };
}

const PYTHON = "/usr/bin/python3";

export const SOFTWARE: readonly Software[] = [
  node("keyv", "get, set, ttl, getMany, has, iterator, clear of a prefix"),
  node("cache-manager", "wrap, mset, mget, ttl, del, clear"),
  node("cacheable", "second layer of two processes, setMany, getMany, take"),
  node("@nestjs/cache-manager", "the cache of a Nest application"),
  node("unstorage", "items, raw bytes, ttl, getKeys, clear"),
  node("bentocache", "two layers, tags, and the bus between clients of two nodes"),
  node("connect-redis", "sessions of express; length, all, clear"),
  node("@fastify/redis", "a route that gets and one that sets"),
  node("@apollo/utils.keyvadapter", "get, set with a ttl, delete"),
  node("rate-limiter-flexible", "consume, get, penalty, block, delete"),
  node("rate-limit-redis", "the limit of an express application"),
  node("redlock", "lock, refusal, extend, unlock"),
  python(
    "Django's own cache",
    "django",
    ["django_cache.py", "django"],
    "get, add, many, get_or_set, incr, touch, clear",
  ),
  debian(
    "django-redis",
    "python3-django-redis",
    [PYTHON, "django_cache.py", "django-redis"],
    "Django's cache, incr, ttl, delete_pattern, lock",
  ),
  debian(
    "Flask-Caching",
    "python3-flask-caching",
    [PYTHON, "flask_caching.py"],
    "cached pages, memoize, inc, dec, set_many",
  ),
  debian(
    "celery",
    "python3-celery",
    [PYTHON, "celery_results.py"],
    "result backend: results, groups, errors, forget",
    "no broker: that needs lists and blocking commands",
  ),
  debian(
    "Rails' cache store",
    "ruby-activesupport",
    ["ruby", "rails_cache.rb"],
    "fetch, multi, increment, delete_matched",
  ),
  debian(
    "Laravel's cache",
    "php-illuminate-cache",
    ["php", "laravel_cache.php"],
    "add, many, increment, lock, pull, flush",
  ),
  debian(
    "Symfony's RedisAdapter",
    "php-symfony-cache",
    ["php", "symfony_cache.php"],
    "get, save, delete, clear of a prefix",
  ),
  debian(
    "PHP's sessions",
    "php-redis",
    ["php", "php_session.php"],
    "phpredis as session handler, with its lock",
  ),
];

/** Software that needs what is not here. */
export const WITHOUT: readonly (readonly [name: string, why: string])[] = [
  ["bullmq, sidekiq, celery's broker", "queues need lists, sorted sets and blocking commands"],
];
