<?php
/** What the PHP programs have in common: the checks' lines, and the wait for the node's restart. */
[, $port, $authPort] = array_map("intval", $argv);
define("EVERY_BYTE", implode("", array_map("chr", range(0, 255))));

function valueOf(string $name): string {
    return "value of $name, load 1";
}

function check(string $name, callable $run): void {
    try {
        $missing = $run();
        echo $missing === null ? "ok $name\n" : "none $name $missing\n";
    } catch (Throwable $error) {
        echo "fail $name ", preg_replace("/\s+/", " ", $error->getMessage()), "\n";
    }
}

function equal(mixed $got, mixed $wanted): void {
    if ($got !== $wanted) throw new Exception(var_export($got, true) . " is not " . var_export($wanted, true));
}

function throws(string $prefix, callable $run): void {
    try {
        $run();
    } catch (Exception $error) {
        if (str_starts_with($error->getMessage(), $prefix)) return;
        throw $error;
    }
    throw new Exception("no error");
}

function restarted(): void {
    echo "restart\n";
    fgets(STDIN);
}
