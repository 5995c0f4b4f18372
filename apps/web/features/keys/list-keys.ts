import 'server-only'
import type { PostgrestError, SupabaseClient } from '@supabase/supabase-js'
import type { KeyRecord } from 'routekey'
import { z } from 'zod'

const pageSize = 50

const instantSchema = z.coerce.date()
const maybe = instantSchema.nullable()
const limitSchema = z.object({ name: z.string(), quota: z.number(), windowSeconds: z.number() })
const rowsSchema = z.array(
  z
    .object({
      id: z.string(),
      owner: z.string(),
      name: z.string(),
      start: z.string(),
      scopes: z.array(z.string()),
      limits: z.array(limitSchema),
      allowedIps: z.array(z.string()),
      metadata: z.record(z.string(), z.json()),
      createdAt: instantSchema,
      expiresAt: maybe,
      graceEndsAt: maybe,
      disabledAt: maybe,
      revokedAt: maybe,
      lastUsedAt: maybe,
    })
    .transform((record): KeyRecord => record),
)
const columns =
  'id, owner, name, start, scopes, limits, allowedIps:allowed_ips, metadata, createdAt:created_at, expiresAt:expires_at, ' +
  'graceEndsAt:grace_ends_at, disabledAt:disabled_at, revokedAt:revoked_at, lastUsedAt:last_used_at'

/** A page of ended keys, and the id of the key that the next page follows; null at the end. */
export interface KeyPage {
  readonly keys: KeyRecord[]
  readonly next: string | null
}

/** The keys of an owner as they were at an instant, the newest first. */
export interface KeyLists {
  /** Neither revoked nor expired. There are few, because the database lets nobody have more. */
  readonly living: KeyRecord[]
  /** Null when they were not asked for, and when there is no such key to go on from. */
  readonly ended: KeyPage | null
  readonly now: Date
}

/**
 * Reads the keys of an owner.
 *
 * @param client acts as the owner; anyone else reads nothing
 * @param options.ended reads a page of revoked and expired keys too: the first, or the one after the key of that id
 * @throws Error when Supabase answers with an error or with another shape
 */
export async function listKeys(
  client: SupabaseClient,
  owner: string,
  options: { ended?: 'first' | { after: string } } = {},
): Promise<KeyLists> {
  const now = new Date()
  const livingQuery = selectKeys(client, owner)
    .is('revoked_at', null)
    .or(`expires_at.is.null,expires_at.gt.${now.toISOString()}`)
  const [living, ended] = await Promise.all([
    livingQuery,
    options.ended && readEnded(client, owner, now, options.ended),
  ])
  return { living: parse(living), ended: ended ?? null, now }
}

async function readEnded(
  client: SupabaseClient,
  owner: string,
  now: Date,
  from: 'first' | { after: string },
): Promise<KeyPage | null> {
  let condition = `revoked_at.not.is.null,expires_at.lte.${now.toISOString()}`
  if (from !== 'first') {
    if (!z.uuid().safeParse(from.after).success) return null
    const [last] = parse(await selectKeys(client, owner).eq('id', from.after))
    if (last === undefined) return null
    const at = last.createdAt.toISOString()
    condition = `and(or(${condition}),or(created_at.lt.${at},and(created_at.eq.${at},id.lt.${last.id})))`
  }
  const keys = parse(
    await selectKeys(client, owner)
      .or(condition)
      .limit(pageSize + 1),
  )
  return { keys: keys.slice(0, pageSize), next: keys.length > pageSize ? (keys[pageSize - 1]?.id ?? null) : null }
}

function selectKeys(client: SupabaseClient, owner: string) {
  return client
    .from('api_key')
    .select(columns)
    .eq('owner', owner)
    .order('created_at', { ascending: false })
    .order('id', { ascending: false })
}

function parse({ data, error }: { data: unknown; error: PostgrestError | null }): KeyRecord[] {
  if (error !== null) throw new Error('Supabase did not give the keys', { cause: error })
  return rowsSchema.parse(data)
}
