/** Goal: callers can tell this error from others and see which member it is about. Method: one error, caught. */

import test from "ava";
import { PeerUnreachable } from "../../cluster/peer-unreachable.ts";

test("is an Error with the peer's id and the reason", (t) => {
  const error = t.throws(
    () => {
      throw new PeerUnreachable("a:1", "was silent");
    },
    { instanceOf: PeerUnreachable, message: "peer a:1 is unreachable: was silent" },
  );
  t.is(error?.peer, "a:1");
});
