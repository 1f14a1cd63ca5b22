/**
 * Goal: Redis' own Tcl units pass, except the tests that test/suites.md lists with a reason; those that run quickly.
 */
import { testUnits } from "./redis-units.ts";

testUnits("quick");
