/**
 * The clients of the README's table: the name of each, the program that drives it, and what has to be installed for it.
 *
 * A program is given the ports of two nodes, one without and one with a password, and prints the lines of checks.ts.
 */
import path from "node:path";
import { ROOT } from "../e2e/processes.ts";

const PROGRAMS = path.join(ROOT, "test/clients/programs");

/** Stands for the path of the built program. */
export const OUTPUT = "OUTPUT";

export interface Client {
  /** As the README's table has it; the major version where several are there. */
  readonly name: string;
  readonly command: readonly string[];
  /** What CI installs for it. */
  readonly packages: readonly string[];
  /** Builds the program, into the file for which OUTPUT stands. */
  readonly build?: readonly string[];
}

function program(file: string): string {
  return path.join(PROGRAMS, file);
}

function node(name: string, file: string, library: string): Client {
  return { name, command: [process.execPath, program(file), library], packages: [] };
}

export const nodeClients: readonly Client[] = [
  node("ioredis 4", "ioredis.mjs", "ioredis4"),
  node("ioredis 5", "ioredis.mjs", "ioredis5"),
  node("ioredis 6", "ioredis.mjs", "ioredis"),
  node("node-redis 4", "node-redis.mjs", "redis4"),
  node("node-redis 5", "node-redis.mjs", "redis5"),
  node("node-redis 6", "node-redis.mjs", "redis6"),
];

/** Debian's clients, each in its own language. */
export const debianClients: readonly Client[] = [
  { name: "redis-py", command: ["/usr/bin/python3", program("redis_py.py")], packages: ["python3-redis"] },
  {
    name: "redis-py asyncio",
    command: ["/usr/bin/python3", program("redis_py_asyncio.py")],
    packages: ["python3-redis"],
  },
  {
    name: "hiredis",
    command: [],
    packages: ["libhiredis-dev", "gcc", "libc6-dev"],
    build: ["gcc", "-Wall", "-o", OUTPUT, program("hiredis.c"), "-lhiredis"],
  },
  {
    name: "Poco",
    command: [],
    packages: ["libpoco-dev", "g++"],
    build: ["g++", "-o", OUTPUT, program("poco.cpp"), "-lPocoRedis", "-lPocoNet", "-lPocoFoundation"],
  },
  {
    name: "redigo",
    command: [],
    packages: ["golang-github-gomodule-redigo-dev", "golang-go"],
    build: ["go", "build", "-o", OUTPUT, program("redigo.go")],
  },
  { name: "phpredis", command: ["php", program("phpredis.php")], packages: ["php-cli", "php-redis"] },
  { name: "Predis", command: ["php", program("predis.php")], packages: ["php-cli", "php-nrk-predis"] },
  { name: "redis-rb", command: ["ruby", program("redis_rb.rb")], packages: ["ruby-redis"] },
  {
    name: "Perl Redis",
    command: ["perl", program("redis_perl.pl"), "Redis"],
    packages: ["perl", "libredis-perl"],
  },
  {
    name: "Perl Redis::Fast",
    command: ["perl", program("redis_perl.pl"), "Redis::Fast"],
    packages: ["perl", "libredis-fast-perl"],
  },
  { name: "redis-lua", command: ["lua5.1", program("redis_lua.lua")], packages: ["lua5.1", "lua-redis"] },
];
