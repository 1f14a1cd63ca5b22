# redis-rb: Debian's ruby-redis.
require "redis"

PORT, AUTH_PORT = ARGV.map(&:to_i)
EVERY_BYTE = (0..255).to_a.pack("C*")
$stdout.sync = true

def value_of(name)
  "value of #{name}, load 1"
end

def check(name)
  missing = yield
  puts missing.is_a?(String) ? "none #{name} #{missing}" : "ok #{name}"
rescue StandardError => error
  puts "fail #{name} #{error.class} #{error.message}".tr("\r\n", " ")
end

def equal(got, wanted)
  raise "#{got.inspect} is not #{wanted.inspect}" unless got == wanted
  true
end

def raises(kind, pattern)
  yield
rescue kind => error
  raise unless pattern.match?(error.message)
  true
else
  raise "no #{kind}"
end

puts "client redis-rb #{Redis::VERSION}"
redis = Redis.new(port: PORT, id: "tester", reconnect_attempts: 3)
check("ping") { equal(redis.ping, "PONG") }
check("get") { 2.times { equal(redis.get("m:one"), value_of("one")) } && true }
check("absent") { equal(redis.get("m:absent"), nil) }
check("mget") { equal(redis.mget("m:two", "m:absent", "m:one"), [value_of("two"), nil, value_of("one")]) }
check("pipeline") do
  replies = redis.pipelined { |pipeline| 100.times { |i| pipeline.get("m:p#{i}") } }
  equal(replies, (0...100).map { |i| value_of("p#{i}") })
end
check("binary") { equal(redis.get("m:".b + EVERY_BYTE).b, EVERY_BYTE.reverse) }
check("unknown") do
  raises(Redis::CommandError, /\AERR unknown command 'nosuch', with args/i) { redis.call("NOSUCH", "a") }
  equal(redis.get("m:one"), value_of("one"))
end
check("set") do
  equal(redis.set("s", EVERY_BYTE, ex: 100), "OK")
  equal(redis.get("s").b, EVERY_BYTE)
end
check("name") do
  redis.client(:setname, "tester")
  equal(redis.client(:list).map { |client| client["name"] }, ["tester"])
end
check("resp3") { "speaks RESP2 only" }
check("auth") do
  equal(Redis.new(port: AUTH_PORT, password: "secret").ping, "PONG")
  raises(Redis::CannotConnectError, /invalid username-password|WRONGPASS/) { Redis.new(port: AUTH_PORT, password: "bad").ping }
rescue Redis::CommandError => error
  raise unless error.message.start_with?("WRONGPASS ")
end
check("multi") do
  replies = redis.multi { |transaction| transaction.get("m:one") && transaction.get("m:absent") }
  equal(replies, [value_of("one"), nil])
end
check("restart") do
  puts "restart"
  $stdin.gets
  equal(redis.get("m:one"), value_of("one"))
end
