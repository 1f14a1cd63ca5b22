/** Goal: port 0 means any free port, and no port beside a unix socket. Method: confs by example. */
import test from "ava";
import { clientHosts } from "../../../server/conf/client-hosts.ts";
import { readConf } from "../../../server/conf/read-conf.ts";

test("only port 0 beside a unix socket closes the port", (t) => {
  const hosts = (text: string) => clientHosts(readConf({ text }));
  t.deepEqual(hosts("port 0"), ["127.0.0.1"]);
  t.deepEqual(hosts("port 0\nunixsocket /run/c.unix"), []);
  t.deepEqual(hosts("unixsocket /run/c.unix\nbind 127.0.0.1 ::1"), ["127.0.0.1", "::1"]);
});
