/**
 * What Redis does by itself, each in one call that nothing comes between. A broadcast is spread over shards by the ids of its peers; all
 * keys of one shard have one hash tag. In a shard:
 *
 * - `at`    id → sessions that have it, 8 bytes each, the first first. Its length is the count of peers.
 * - `rec`   session + id → what is told of that member.
 * - `ears`  ids of listeners.   `lit` session + id of those that are fed.
 * - `fed`, `unfed`  session + id of those with room: to be drawn from by lot.
 * - `own:<session>`  ids that a session has, for the day on which it vanishes.
 */

/** Keys of a shard in the order in which scripts take them. */
export const SHARD_KEYS = ['at', 'rec', 'ears', 'lit', 'fed', 'unfed'] as const

const FORGET = `
local function forget(session, id)
  local field = session .. id
  if redis.call('HDEL', KEYS[2], field) == 0 then return end
  redis.call('SREM', KEYS[4], field)
  redis.call('SREM', KEYS[5], field)
  redis.call('SREM', KEYS[6], field)
  local at, left = redis.call('HGET', KEYS[1], id) or '', {}
  for i = 1, #at, 8 do
    local each = at:sub(i, i + 7)
    if each ~= session then left[#left + 1] = each end
  end
  if #left == 0 then
    redis.call('HDEL', KEYS[1], id)
    redis.call('SREM', KEYS[3], id)
  else
    redis.call('HSET', KEYS[1], id, table.concat(left))
  end
end
`

/** ARGV: session, then for each member: id, flags (1 fed, 2 room, 4 listener, 8 gone), what is told. KEYS[7]: the session's own. */
export const TELL = `${FORGET}
local session = ARGV[1]
for i = 2, #ARGV, 3 do
  local id, flags, record = ARGV[i], tonumber(ARGV[i + 1]), ARGV[i + 2]
  local field = session .. id
  if flags >= 8 then
    forget(session, id)
    redis.call('SREM', KEYS[7], id)
  else
    if redis.call('HSET', KEYS[2], field, record) == 1 then
      redis.call('HSET', KEYS[1], id, (redis.call('HGET', KEYS[1], id) or '') .. session)
      redis.call('SADD', KEYS[7], id)
    end
    local fed, room, listener = flags % 2 == 1, math.floor(flags / 2) % 2 == 1, flags >= 4
    if listener then redis.call('SADD', KEYS[3], id) end
    redis.call(fed and 'SADD' or 'SREM', KEYS[4], field)
    redis.call(fed and room and 'SADD' or 'SREM', KEYS[5], field)
    redis.call(not fed and room and 'SADD' or 'SREM', KEYS[6], field)
  end
end
`

/** ARGV: session, how many of those that are fed, how many of the others. Answers: peers, listeners, fed, what is told of each. */
export const SAMPLE = `
local answer = { redis.call('HLEN', KEYS[1]), redis.call('SCARD', KEYS[3]), redis.call('SCARD', KEYS[4]) }
local fields = {}
for n, key in ipairs({ KEYS[5], KEYS[6] }) do
  for _, field in ipairs(redis.call('SRANDMEMBER', key, ARGV[n + 1])) do
    if field:sub(1, 8) ~= ARGV[1] then fields[#fields + 1] = field end
  end
end
if #fields > 0 then
  for _, record in ipairs(redis.call('HMGET', KEYS[2], unpack(fields))) do answer[#answer + 1] = record end
end
return answer
`

/** A session has vanished. ARGV: session, how many of its members to forget now. Answers how many are left. KEYS[7]: the session's own. */
export const CLEAN = `${FORGET}
for _, id in ipairs(redis.call('SPOP', KEYS[7], ARGV[2])) do forget(ARGV[1], id) end
return redis.call('SCARD', KEYS[7])
`

/** KEYS: at. ARGV: session, id, prefix of sessions' channels, a message. Answers to how many sessions it went. */
export const CARRY = `
local at = redis.call('HGET', KEYS[1], ARGV[2]) or ''
local first, last, count = at:sub(1, 8), at:sub(-8), 0
if #at > 0 and first ~= ARGV[1] then count = count + redis.call('PUBLISH', ARGV[3] .. first, ARGV[4]) end
if #at > 8 and last ~= ARGV[1] then count = count + redis.call('PUBLISH', ARGV[3] .. last, ARGV[4]) end
return count
`

/** KEYS: all sessions. ARGV: session, ms after which one has vanished. Answers whether it was known, then those that have vanished and
 * are this one's to clean up: nobody else is told of them for as long. By the clock of the store. */
export const BEAT = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local answer = { redis.call('ZSCORE', KEYS[1], ARGV[1]) and 1 or 0 }
redis.call('ZADD', KEYS[1], now, ARGV[1])
for _, gone in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now - ARGV[2], 'LIMIT', 0, 10)) do
  redis.call('ZADD', KEYS[1], now, gone)
  answer[#answer + 1] = gone
end
return answer
`

/** A token bucket. KEYS: of an address. ARGV: tokens a second, most at once. Answers whether there was one. */
export const ADMIT = `
local time = redis.call('TIME')
local now = time[1] + time[2] / 1000000
local bucket = redis.call('HMGET', KEYS[1], 'tokens', 'at')
local tokens = math.min(tonumber(ARGV[2]), (tonumber(bucket[1]) or ARGV[2]) + (now - (tonumber(bucket[2]) or now)) * ARGV[1])
local admitted = tokens >= 1
if admitted then tokens = tokens - 1 end
redis.call('HSET', KEYS[1], 'tokens', tostring(tokens), 'at', tostring(now))
redis.call('PEXPIRE', KEYS[1], math.ceil(ARGV[2] / ARGV[1] * 1000) + 1000)
return admitted and 1 or 0
`
