# Rails' cache store on Redis, with increment: ruby rails_cache.rb PORT.
require "active_support"
require "active_support/cache"
require "active_support/cache/redis_cache_store"

def check(what)
  abort "wrong: #{what}" unless yield
end

failed = []
cache = ActiveSupport::Cache::RedisCacheStore.new(
  url: "redis://127.0.0.1:#{ARGV[0]}/4",
  namespace: "app",
  error_handler: ->(method:, returning:, exception:) { failed << exception }
)
calls = 0
2.times { check("fetch") { cache.fetch("k", expires_in: 60) { calls += 1; { n: 1 } } == { n: 1 } } }
check("one call") { calls == 1 }
cache.write_multi({ "a" => 1, "b" => 2 }, expires_in: 60)
check("read_multi") { cache.read_multi("a", "b", "c") == { "a" => 1, "b" => 2 } }
check("increment") { cache.increment("count") == 1 && cache.increment("count", 4, expires_in: 60) == 5 }
check("decrement") { cache.decrement("count", 2) == 3 }
check("unless_exist") { !cache.write("a", 9, unless_exist: true) }
check("delete") { cache.delete("a") && !cache.exist?("a") }
check("delete_matched") { cache.delete_matched("b*"); !cache.exist?("b") }
cache.clear
check("clear") { cache.read("k").nil? }
abort failed.map(&:message).join("\n") unless failed.empty?
