-- redis-lua: Debian's lua-redis.
local redis = require "redis"
local port, auth_port = tonumber(arg[1]), tonumber(arg[2])
io.stdout:setvbuf "line"

local bytes = {}
for i = 0, 255 do bytes[#bytes + 1] = string.char(i) end
local every_byte = table.concat(bytes)

local function value_of(name) return "value of " .. name .. ", load 1" end

local function check(name, run)
    local ok, missing = pcall(run)
    if not ok then print("fail " .. name .. " " .. tostring(missing):gsub("%s+", " "))
    elseif missing then print("none " .. name .. " " .. missing)
    else print("ok " .. name) end
end

local function equal(got, wanted)
    if got ~= wanted then error(tostring(got) .. " is not " .. tostring(wanted)) end
end

local function raises(pattern, run)
    local ok, message = pcall(run)
    if ok or not tostring(message):find(pattern) then error("not " .. pattern .. ": " .. tostring(message)) end
end

print("client redis-lua " .. redis._VERSION:match "%S+$")
local client = redis.connect("127.0.0.1", port)
redis.commands.nosuch = redis.command "NOSUCH"
client.nosuch = redis.commands.nosuch
check("ping", function() equal(client:ping(), true) end)
check("get", function()
    equal(client:get "m:one", value_of "one")
    equal(client:get "m:one", value_of "one")
end)
check("absent", function() equal(client:get "m:absent", nil) end)
check("mget", function()
    local values = client:mget("m:two", "m:absent", "m:one")
    equal(values[1], value_of "two")
    equal(values[2], nil)
    equal(values[3], value_of "one")
end)
check("pipeline", function()
    local replies = client:pipeline(function(pipeline)
        for i = 0, 99 do pipeline:get("m:p" .. i) end
    end)
    for i = 0, 99 do equal(replies[i + 1], value_of("p" .. i)) end
end)
check("binary", function() equal(client:get("m:" .. every_byte), every_byte:reverse()) end)
check("unknown", function()
    raises("ERR unknown command 'NOSUCH', with args", function() client:nosuch "a" end)
    equal(client:get "m:one", value_of "one")
end)
check("set", function()
    equal(client:set("s", every_byte), true)
    equal(client:get "s", every_byte)
end)
check("name", function() return "has no CLIENT SETNAME" end)
check("resp3", function() return "speaks RESP2 only" end)
check("auth", function()
    local inside = redis.connect("127.0.0.1", auth_port)
    raises("NOAUTH ", function() inside:ping() end)
    raises("WRONGPASS ", function() inside:auth "bad" end)
    equal(inside:auth "secret", true)
end)
check("multi", function()
    local replies = client:transaction(function(transaction)
        transaction:get "m:one"
        transaction:get "m:absent"
    end)
    equal(replies[1], value_of "one")
    equal(replies[2], nil)
end)
check("restart", function()
    print "restart"
    io.read "*l"
    client = redis.connect("127.0.0.1", port)
    equal(client:get "m:one", value_of "one")
end)
