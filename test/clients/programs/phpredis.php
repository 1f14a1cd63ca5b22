<?php
/** phpredis, PHP's extension in C: Debian's php-redis. */
require __DIR__ . "/checks.php";

function connect(int $port): Redis {
    $redis = new Redis();
    $redis->connect("127.0.0.1", $port);
    return $redis;
}

echo "client phpredis ", phpversion("redis"), "\n";
$redis = connect($port);
check("ping", fn() => equal($redis->ping(), true));
check("get", fn() => equal([$redis->get("m:one"), $redis->get("m:one")], [valueOf("one"), valueOf("one")]));
check("absent", fn() => equal($redis->get("m:absent"), false));
check("mget", fn() => equal($redis->mGet(["m:two", "m:absent", "m:one"]), [valueOf("two"), false, valueOf("one")]));
check("pipeline", function () use ($redis) {
    $pipeline = $redis->pipeline();
    for ($i = 0; $i < 100; $i++) $pipeline->get("m:p$i");
    equal($pipeline->exec(), array_map(fn($i) => valueOf("p$i"), range(0, 99)));
});
check("binary", fn() => equal($redis->get("m:" . EVERY_BYTE), strrev(EVERY_BYTE)));
check("unknown", function () use ($redis) {
    equal($redis->rawCommand("NOSUCH", "a"), false);
    if (!str_starts_with($redis->getLastError(), "ERR unknown command 'NOSUCH', with args")) throw new Exception($redis->getLastError());
    equal($redis->get("m:one"), valueOf("one"));
});
check("set", function () use ($redis) {
    equal($redis->set("s", EVERY_BYTE, ["ex" => 100]), true);
    equal($redis->get("s"), EVERY_BYTE);
});
check("name", function () use ($redis) {
    equal($redis->client("setname", "tester"), true);
    equal(array_column($redis->client("list"), "name"), ["tester"]);
});
check("resp3", fn() => "speaks RESP2 only");
check("auth", function () use ($authPort) {
    equal(connect($authPort)->auth("secret"), true);
    throws("WRONGPASS ", fn() => connect($authPort)->auth("bad"));
});
check("multi", fn() => equal($redis->multi()->get("m:one")->get("m:absent")->exec(), [valueOf("one"), false]));
check("restart", function () use ($redis) {
    restarted();
    equal($redis->get("m:one"), valueOf("one"));
});
