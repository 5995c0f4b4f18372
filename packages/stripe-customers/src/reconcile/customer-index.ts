import { DatabaseSync } from 'node:sqlite'
import { z } from 'zod'
import type { LiveCustomer } from './decide-profile.ts'

const customerRowSchema = z.object({
  id: z.string(),
  email: z.string().nullable(),
  profileId: z.string().nullable(),
  created: z.int(),
})

/** The customers that Stripe listed. On disk, because there may be more than fit into memory. */
export interface CustomerIndex {
  add(customers: readonly LiveCustomer[]): void
  find(id: string): LiveCustomer | null
  /** Returns all customers with this profile id. */
  ofProfile(profileId: string): LiveCustomer[]
  /** Lists the next customers with any profile id, in the order of their own ids. */
  listMarked(after: string | null, batch: number): LiveCustomer[]
  close(): void
}

const columns = 'id, email, profile_id as profileId, created'

/** Creates an index in a temporary file, which SQLite removes when the index is closed. */
export function createCustomerIndex(): CustomerIndex {
  // The empty name asks for a temporary file: https://sqlite.org/inmemorydb.html#temp_db
  const database = new DatabaseSync('')
  database.exec(`
    pragma cache_size = -4000;
    create table customer (id text primary key, email text, profile_id text, created integer) without rowid;
    create index customer_profile on customer (profile_id) where profile_id is not null;
  `)
  const insert = database.prepare('insert or replace into customer values (?, ?, ?, ?)')
  const byId = database.prepare(`select ${columns} from customer where id = ?`)
  const byProfile = database.prepare(`select ${columns} from customer where profile_id = ? limit 100`)
  const marked = database.prepare(
    `select ${columns} from customer where profile_id is not null and id > ? order by id limit ?`,
  )
  return {
    add(customers) {
      database.exec('begin')
      for (const { id, email, profileId, created } of customers) insert.run(id, email, profileId, created)
      database.exec('commit')
    },
    find: (id) => customerRowSchema.nullable().parse(byId.get(id) ?? null),
    ofProfile: (profileId) => z.array(customerRowSchema).parse(byProfile.all(profileId)),
    listMarked: (after, batch) => z.array(customerRowSchema).parse(marked.all(after ?? '', batch)),
    close: () => database.close(),
  }
}
