/**
 * Goal: clients of other languages work with carrotCache as they come. Method: Debian's packages, unmodified, each by a
 * small program in its own language that prints what it found. A client that is not installed is skipped; in CI that is a
 * failure.
 */
import { testClients } from "./client-tests.ts";
import { debianClients } from "./clients.ts";

testClients(debianClients);
