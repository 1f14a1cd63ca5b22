/**
 * Goal: the JavaScript clients work with carrotCache as they come. Method: ioredis and node-redis, each in three major
 * versions, unmodified, by a program that prints what it found.
 */
import { testClients } from "./client-tests.ts";
import { nodeClients } from "./clients.ts";

testClients(nodeClients);
