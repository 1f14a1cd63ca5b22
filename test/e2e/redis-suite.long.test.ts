/**
 * Goal: as redis-suite.test.ts, for the units that take long.
 */
import { testUnits } from "./redis-units.ts";

testUnits("long");
