import { appendFileSync, closeSync, mkdtempSync, openSync, readSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import type { LiveCustomer } from './decide-profile.ts'
import { createPositions } from './positions.ts'

const customerSchema = z.object({
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
  /** Returns all customers without a profile id that have this e-mail, in any case. */
  ofEmail(email: string): LiveCustomer[]
  /** Lists the next customers with any profile id, in the order in which they were added. */
  listMarked(after: string | null, batch: number): LiveCustomer[]
  close(): void
}

const lineBreak = 0x0a

/**
 * Creates an index in a temporary file, which is gone when the index is closed or the process ends. In memory are 16 bytes
 * for each customer: where it is in the file, by its own id, and by the id of its profile or else by its e-mail.
 */
export function createCustomerIndex(): CustomerIndex {
  const directory = mkdtempSync(join(tmpdir(), 'stripe-customers-'))
  const file = openSync(join(directory, 'customers'), 'wx+', 0o600)
  // The file has e-mail addresses, so it loses its name at once. Windows keeps the name of a file that is open.
  if (process.platform !== 'win32') rmSync(directory, { recursive: true })
  const byId = createPositions()
  const byProfile = createPositions()
  const byEmail = createPositions()
  let end = 0

  // Most customers take 120 bytes. It grows for longer ones, and is used for all, so that reading leaves no garbage.
  let bytes = Buffer.alloc(512)
  const readAt = (position: number): { customer: LiveCustomer; next: number } => {
    const length = readSync(file, bytes, 0, bytes.length, position)
    const lineEnd = bytes.subarray(0, length).indexOf(lineBreak)
    if (lineEnd === -1) {
      bytes = Buffer.alloc(2 * bytes.length)
      return readAt(position)
    }
    const customer = customerSchema.parse(JSON.parse(bytes.toString('utf8', 0, lineEnd)))
    return { customer, next: position + lineEnd + 1 }
  }
  // Another text may have the same hash, so the callers compare the text.
  const readAll = (positions: readonly number[]): LiveCustomer[] =>
    positions.map((position) => readAt(position).customer)

  return {
    add(customers) {
      let lines = ''
      for (const { id, email, profileId, created } of customers) {
        const position = end + Buffer.byteLength(lines)
        byId.add(id, position)
        if (profileId !== null) byProfile.add(profileId, position)
        else if (email !== null) byEmail.add(email.toLowerCase(), position)
        lines += `${JSON.stringify({ id, email, profileId, created })}\n`
      }
      appendFileSync(file, lines)
      end += Buffer.byteLength(lines)
    },
    find: (id) => readAll(byId.of(id)).find((customer) => customer.id === id) ?? null,
    ofProfile: (profileId) => readAll(byProfile.of(profileId)).filter((customer) => customer.profileId === profileId),
    ofEmail: (email) =>
      readAll(byEmail.of(email.toLowerCase())).filter(
        (customer) => customer.profileId === null && customer.email?.toLowerCase() === email.toLowerCase(),
      ),
    listMarked(after, batch) {
      const page: LiveCustomer[] = []
      let isAfter = after === null
      let [position = end] = after === null ? [0] : byId.of(after)
      while (position < end && page.length < batch) {
        const { customer, next } = readAt(position)
        if (isAfter && customer.profileId !== null) page.push(customer)
        isAfter ||= customer.id === after
        position = next
      }
      return page
    },
    close() {
      closeSync(file)
      rmSync(directory, { recursive: true, force: true })
    },
  }
}
