/**
 * Goal: a substitute replaces the answer of a member that cannot be reached; any other failure rejects. Method: promises of
 * each kind.
 */
import test from "ava";
import { PeerUnreachable } from "../../../cluster/peer-unreachable.ts";
import { askEach, orWhenUnreachable } from "../../../server/members/reach.ts";

const unreachable = () => Promise.reject(new PeerUnreachable("b", "down"));

test("an answer is passed on, and a substitute replaces the answer of a member that cannot be reached", async (t) => {
  t.is(await orWhenUnreachable(Promise.resolve(1), () => 2), 1);
  t.is(await orWhenUnreachable(unreachable(), () => 2), 2);
  await t.throwsAsync(
    orWhenUnreachable(Promise.reject(new TypeError("broken")), () => 2),
    { message: "broken" },
  );
});

test("members are asked at once, and each that cannot be reached counts as missing", async (t) => {
  const asked: string[] = [];
  const answers = askEach(
    ["a", "b", "c"],
    (id) => {
      asked.push(id);
      return id === "b" ? unreachable() : Promise.resolve(asked.length);
    },
    0,
  );
  t.deepEqual(asked, ["a", "b", "c"]);
  t.deepEqual(await answers, [1, 0, 3]);
});
