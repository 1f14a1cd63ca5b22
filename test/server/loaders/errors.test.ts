/** The loaders' errors are told apart by class and show their name in a log. */
import test from "ava";
import { KeyNotAllowed, LoaderConfError, ValueTooLarge } from "../../../server/loaders/errors.ts";

test("each error has its class and name", (t) => {
  for (const [made, name] of [
    [new KeyNotAllowed(), "KeyNotAllowed"],
    [new ValueTooLarge(), "ValueTooLarge"],
    [new LoaderConfError("carrot.conf:1: loader: x"), "LoaderConfError"],
  ] as const) {
    t.true(made instanceof Error);
    t.is(made.name, name);
  }
  t.false(new KeyNotAllowed() instanceof ValueTooLarge);
});
