<?php
// Laravel's cache and its lock, over phpredis: php laravel_cache.php PORT.
require 'Illuminate/Cache/autoload.php';
require 'Illuminate/Redis/autoload.php';
use Illuminate\Cache\RedisStore;
use Illuminate\Cache\Repository;
use Illuminate\Redis\RedisManager;

$config = ['default' => ['host' => '127.0.0.1', 'port' => (int) $argv[1], 'database' => 5]];
$store = new RedisStore(new RedisManager(null, 'phpredis', $config), 'laravel:', 'default');
$cache = new Repository($store);
$cache->put('k', ['n' => 1], 60);
if ($cache->get('k') !== ['n' => 1]) exit("wrong value\n");
if ($cache->add('k', 2, 60) || !$cache->add('new', 2, 60)) exit("add\n");
if ($cache->increment('count') !== 1 || $cache->increment('count', 4) !== 5 || $cache->decrement('count') !== 4) exit("count\n");
$cache->putMany(['a' => 1, 'b' => 2], 60);
if ($cache->many(['a', 'b', 'c']) != ['a' => 1, 'b' => 2, 'c' => null]) exit("many\n");
$lock = $store->lock('lock', 5);
if (!$lock->get() || $store->lock('lock', 5)->get()) exit("two have the lock\n");
$lock->release();
if (!$store->lock('lock', 5)->get()) exit("the lock is not released\n");
if ($cache->pull('k') !== ['n' => 1] || $cache->has('k')) exit("pull\n");
$cache->flush();
if ($cache->has('a')) exit("flush\n");
echo "ok\n";
