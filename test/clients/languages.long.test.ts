/**
 * Goal: clients of other languages work with carrotCache as they come. Method: Debian's packages, unmodified, each by
 * a small program in its own language that prints what it found. What is not installed is skipped, in CI a failure.
 */
import { testClients } from "./client-tests.ts";
import { debianClients } from "./clients.ts";

testClients(debianClients);
