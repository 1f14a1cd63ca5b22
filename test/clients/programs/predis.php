<?php
/** Predis, PHP's client in PHP: Debian's php-nrk-predis. */
require __DIR__ . "/checks.php";
require "Predis/autoload.php";

function connect(int $port, array $more = []): Predis\Client {
    return new Predis\Client(["host" => "127.0.0.1", "port" => $port] + $more);
}

echo "client Predis ", Predis\Client::VERSION, "\n";
$redis = connect($port);
check("ping", fn() => equal((string) $redis->ping(), "PONG"));
check("get", fn() => equal([$redis->get("m:one"), $redis->get("m:one")], [valueOf("one"), valueOf("one")]));
check("absent", fn() => equal($redis->get("m:absent"), null));
check("mget", fn() => equal($redis->mget(["m:two", "m:absent", "m:one"]), [valueOf("two"), null, valueOf("one")]));
check("pipeline", function () use ($redis) {
    $replies = $redis->pipeline(function ($pipeline) {
        for ($i = 0; $i < 100; $i++) $pipeline->get("m:p$i");
    });
    equal($replies, array_map(fn($i) => valueOf("p$i"), range(0, 99)));
});
check("binary", fn() => equal($redis->get("m:" . EVERY_BYTE), strrev(EVERY_BYTE)));
check("unknown", function () use ($redis) {
    $reply = $redis->executeRaw(["NOSUCH", "a"], $isError);
    if (!$isError || !str_starts_with($reply, "ERR unknown command 'NOSUCH', with args")) throw new Exception($reply);
    equal($redis->get("m:one"), valueOf("one"));
});
check("set", function () use ($redis) {
    equal((string) $redis->set("s", EVERY_BYTE, "EX", 100), "OK");
    equal($redis->get("s"), EVERY_BYTE);
});
check("name", function () use ($redis) {
    $redis->client("SETNAME", "tester");
    equal(array_column($redis->client("LIST"), "name"), ["tester"]);
});
check("resp3", fn() => "speaks RESP2 only");
check("auth", function () use ($authPort) {
    equal((string) connect($authPort, ["password" => "secret"])->ping(), "PONG");
    throws("`AUTH` failed: WRONGPASS ", fn() => connect($authPort, ["password" => "bad"])->ping());
});
check("multi", function () use ($redis) {
    $replies = $redis->transaction(fn($transaction) => $transaction->get("m:one")->get("m:absent"));
    equal($replies, [valueOf("one"), null]);
});
check("restart", function () use ($redis) {
    restarted();
    // Predis says that the connection is gone, and makes a new one for the next command.
    try {
        $redis->ping();
    } catch (Predis\Connection\ConnectionException) {
    }
    equal($redis->get("m:one"), valueOf("one"));
});
