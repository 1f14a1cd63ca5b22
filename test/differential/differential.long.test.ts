/**
 * Goal and method: those of differential.test.ts, with more streams.
 */
import { testStreams } from "./stream-tests.ts";

testStreams("replies to thousands of generated streams are those of redis-server", 2500);
