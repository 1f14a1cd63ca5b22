<?php
// phpredis as PHP's session handler, with locking: php php_session.php PORT.
ini_set('session.save_handler', 'redis');
ini_set('session.save_path', "tcp://127.0.0.1:{$argv[1]}?database=2&prefix=session:");
ini_set('redis.session.locking_enabled', '1');
ini_set('redis.session.lock_expire', '5');
ini_set('redis.session.lock_retries', '3');
ini_set('redis.session.lock_wait_time', '20000');
ini_set('session.use_cookies', '0');
ini_set('session.cache_limiter', '');

session_id('abc');
session_start();
$_SESSION['visits'] = 1;
$redis = new Redis();
$redis->connect('127.0.0.1', (int) $argv[1]);
$redis->select(2);
if ($redis->exists('session:abc_LOCK') !== 1) exit("no lock while the session is open\n");
session_write_close();
if ($redis->exists('session:abc_LOCK') !== 0) exit("the lock stays\n");
session_start();
if ($_SESSION['visits'] !== 1) exit("the session is lost\n");
session_destroy();
if ($redis->exists('session:abc') !== 0) exit("the session stays\n");
echo "ok\n";
