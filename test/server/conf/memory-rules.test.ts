/**
 * Goal: a conf that asks for more than there is is refused with its line and with what there is.
 * Method: confs as text, against machines and containers of the test's choice.
 */
import test from "ava";
import { checkMemory, memoryComplaint } from "../../../server/conf/memory-rules.ts";
import { readConf } from "../../../server/conf/read-conf.ts";

const GIB = 2 ** 30;
const machine = { bytes: 23.53 * GIB, owner: "this machine", heapBytes: 2 * GIB } as const;
const container = { ...machine, bytes: GIB / 2, owner: "this container" } as const;
const large = { ...machine, bytes: 2000 * GIB };

const refused = [
  [
    "port 1\nmaxmemory 1000gb",
    machine,
    "carrot.conf:2: maxmemory: expected at most 23.5gb, which is what this machine has, got 1000gb",
  ],
  [
    "maxmemory 1gb",
    container,
    "carrot.conf:1: maxmemory: expected at most 512mb, which is what this container has, got 1gb",
  ],
  [
    "",
    { ...container, bytes: 100 * 2 ** 20 },
    "maxmemory: expected at most 100mb, which is what this container has, got 256mb",
  ],
  [
    "maxmemory 1000gb\ngroup a maxmemory 600gb\ngroup b loader none",
    large,
    "carrot.conf:2: group a maxmemory: expected at most 511.9gb, which is what one group can hold, got 600gb",
  ],
  [
    "tracking-table-max-keys 16000000",
    machine,
    "carrot.conf:1: tracking-table-max-keys: expected at most 8589934, for which Node's heap of 2gb has room (NODE_OPTIONS=--max-old-space-size), got 16000000",
  ],
] as const;

for (const [text, memory, message] of refused) {
  test(message, (t) => {
    t.throws(() => checkMemory(readConf({ text }), memory), { message });
  });
}

test("what there is room for is accepted, to the last byte", (t) => {
  t.notThrows(() => checkMemory(readConf(), machine));
  t.notThrows(() => checkMemory(readConf({ text: "maxmemory 512mb" }), container));
  t.notThrows(() =>
    checkMemory(readConf({ text: "maxmemory 1000gb\ngroup a loader none\ngroup b loader none" }), large),
  );
  t.is(memoryComplaint("maxclients", 1e9, container), undefined);
});
