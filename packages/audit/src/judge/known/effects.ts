import type { EffectKind } from '../machine.ts'
import type { External } from '../values/parts.ts'
import { isAuthenticationPackage, isMailPackage, isModelPackage, isPurePackage, isRouterPackage } from './packages.ts'

const writes =
  /^(?:create|createMany\w*|update|updateMany\w*|upsert\w*|delete|deleteMany|insert|insertOne|insertMany|insertInto|updateOne|updateTable|deleteOne|deleteFrom|deleteWhere|findOneAnd\w+|findByIdAnd\w+|replaceOne|bulkWrite|save|destroy|remove|truncate|executeRaw|\$executeRaw\w*|setDoc|addDoc|updateDoc|deleteDoc|mutate|mutation|put|putObject|upload|uploadFile|copy|move|createOrReplace|createIfNotExists|patch|commit|publish\w*|enqueue\w*|cancel|archive|restore|revoke|confirm|capture|refund|invite\w*|ban\w*|rename|unlink|sendCommand|trigger\w*|batchTrigger|revalidate|dispatch)$/
const keyValue = /redis|kv$|keyv|cache|upstash|memcached|firebase|firestore|edge-config/
const keyValueWrites =
  /^(?:set|setex|hset|hmset|hdel|del|incr\w*|decr\w*|hincrby|lpush|rpush|zadd|sadd|srem|zrem|json\.set)$/
const reads =
  /^(?:find\w*|get\w*|select|selectFrom|query\w*|\$queryRaw\w*|count|aggregate|groupBy|list\w*|search\w*|fetch\w*|retrieve|rpc|read\w*|load\w*|from|hget\w*|mget|lrange|zrange|smembers|exists|head|download\w*)$/
const sends = /^(?:send\w*|emit|notify\w*|trigger|publish\w*|post\w*|create|createMessage|messages\.create)$/
const spends =
  /^(?:generate\w*|stream\w*|embed\w*|create\w*|run|subscribe|stream|invoke|call|predict|transcribe\w*|speech|chat|complete\w*|rerank|textToSpeech\w*|convert|summarize\w*|query|scrape\w*|crawl\w*|search)$/
const fileWrites =
  /(?:^|\.)(?:writeFile|writeFileSync|appendFile\w*|unlink\w*|rm|rmSync|mkdir\w*|rename\w*|copyFile\w*|createWriteStream|outputFile|remove|emptyDir)$/
const local = /^(?:next\/(?!cache).*|react.*|next)$/

/**
 * What a call of a package does. Returns null if it does nothing that lasts, or if it is not known. Key-value stores keep caches, so
 * that a write to one counts only in the file of a handler.
 */
export function effectOfCall({ package: name, path }: External, isHandlerFile: boolean): EffectKind | null {
  const method = path.split('.').at(-1) ?? path
  // Everyone who wants to pay may open a checkout.
  if (name === 'stripe' && path.endsWith('checkout.sessions.create')) return 'reads'
  if (name === 'next/cache') return /^revalidate|^updateTag|^expire/.test(method) ? 'writes' : null
  if (isPurePackage(name) || isRouterPackage(name) || local.test(name)) return null
  if (/^(?:node:)?(?:fs|fs\/promises)$|^fs-extra$|^graceful-fs$/.test(name)) {
    return path.includes('(') ? null : fileWrites.test(path) ? 'writes' : 'reads'
  }
  if (/^(?:node:)?child_process$|^execa$|^zx$/.test(name)) return 'writes'
  if (/^(?:node:)?crypto$|^bcrypt|^argon2|^jose|^jsonwebtoken/.test(name)) return null
  if (name.startsWith('@supabase/') && /\.auth\.(?!admin)/.test(path)) return null
  if (isAuthenticationPackage(name)) return effectOfAuthentication(path)
  if (isModelPackage(name)) return spends.test(method) && isOfModel(path, method) ? 'spends' : null
  if (isMailPackage(name)) return sends.test(method) ? 'sends' : null
  if (
    /^(?:axios|got|ky|node-fetch|undici|cross-fetch|isomorphic-fetch|superagent|ofetch|isomorphic-unfetch)$/.test(name)
  ) {
    return /^(?:post|put|patch|delete)$/.test(method) ? 'sends' : 'reads'
  }
  if (keyValue.test(name) && method === 'destroy') return null
  if (writes.test(method) && isOfClient(path, method)) return 'writes'
  if (keyValue.test(name) && keyValueWrites.test(method)) return isHandlerFile ? 'writes' : 'reads'
  if (method === 'add' && /firebase|firestore|bull|queue/.test(name)) return 'writes'
  return reads.test(method) && path.includes('.') ? 'reads' : null
}

// `createOpenAI()` makes a client, `client.chat.completions.create()` costs money.
const isOfModel = (path: string, method: string): boolean =>
  path.includes('.') || (!/^[A-Z]/.test(path) && !method.startsWith('create'))

/** Only management calls of an authentication library change something for others. */
const effectOfAuthentication = (path: string): EffectKind | null =>
  /(?:users|organizations|management|admin|userManagement)\.(?:create|update|delete|invite|ban)\w*$/.test(path)
    ? 'writes'
    : null

// `create` of a package by itself makes a client; of a client it makes a row.
const isOfClient = (path: string, method: string): boolean =>
  path.includes('.') || /^(?:put|setDoc|addDoc|updateDoc|deleteDoc|upload\w*|del)$/.test(method)

/** What a statement in SQL does. */
export function effectOfSql(text: string): EffectKind | null {
  if (
    /\b(?:insert\s+into|update\s+\S+\s+set|delete\s+from|truncate|drop\s+table|alter\s+table|create\s+table|merge\s+into)\b/i.test(
      text,
    )
  )
    return 'writes'
  return /\bselect\b[\s\S]*\bfrom\b/i.test(text) ? 'reads' : null
}

const clearWrites =
  /^(?:createMany\w*|updateMany\w*|upsert|deleteMany|insertOne|insertMany|updateOne|deleteOne|findOneAnd\w+|findByIdAnd\w+|bulkWrite|\$executeRaw\w*|sendMail|sendEmail|setDoc|addDoc)$/
const clientName =
  /^(?:prisma|db|database|knex|tx|trx|supabase\w*|mongo\w*|redis|kv|firestore|collection|\w*(?:Model|Repository|Repo|Dao|Collection))$/

/** What a method does of an object of which only the name is known. */
export function effectOfName(object: string | null, method: string): EffectKind | null {
  if (clearWrites.test(method)) return 'writes'
  if (object === null || !clientName.test(object)) return null
  if (writes.test(method)) return 'writes'
  return reads.test(method) ? 'reads' : null
}
