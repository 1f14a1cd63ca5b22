<?php
// Symfony's RedisAdapter over phpredis: php symfony_cache.php PORT.
require 'Symfony/Component/Cache/autoload.php';
use Symfony\Component\Cache\Adapter\RedisAdapter;

$cache = new RedisAdapter(RedisAdapter::createConnection("redis://127.0.0.1:{$argv[1]}/3"), 'app', 60);
$calls = 0;
$make = function ($item) use (&$calls) {
    $item->expiresAfter(60);
    $calls++;
    return ['n' => 1];
};
for ($i = 0; $i < 2; $i++) if ($cache->get('k', $make) !== ['n' => 1]) exit("wrong value\n");
if ($calls !== 1) exit("made $calls times\n");
$item = $cache->getItem('other')->set("binary \0\xff")->expiresAfter(1);
$cache->save($item);
if ($cache->getItem('other')->get() !== "binary \0\xff") exit("bytes are lost\n");
$cache->deleteItem('k');
if ($cache->hasItem('k')) exit("not deleted\n");
$cache->clear();
if ($cache->hasItem('other')) exit("not cleared\n");
echo "ok\n";
