import type { KeyLimit } from 'routekey'
import * as z from 'zod/mini'
import { createFormParser } from '#forms/form.ts'
import { isLimit, limitShape, quotaText, toLimits } from './key-limit.ts'
import { keyNameSchema } from './key-name.ts'
import { type Scope, scopes } from './key-rules.ts'

const dayMs = 86_400_000
const furthestExpiryMs = 10 * 365 * dayMs

const dateText = 'Choose a date from today on, within ten years.'

// The two checks of pairs of fields run beside those of the others, so that all that is wrong is told at once.
const always = { when: () => true }
const schema = z
  .object({
    name: keyNameSchema,
    scopes: z
      .array(z.enum(scopes, 'There is no such scope.'))
      .check(z.minLength(1, 'Choose at least one: without a scope, a key can do nothing.')),
    expiry: z.enum(['never', '7', '30', '90', '365', 'date'], 'Choose when the key expires.'),
    expiresOn: z.optional(z.string(dateText)),
    ...limitShape,
  })
  .check(
    z.refine(({ expiry, expiresOn }) => expiry !== 'date' || isDateAhead(expiresOn), {
      ...always,
      path: ['expiresOn'],
      error: dateText,
    }),
    z.refine(isLimit, { ...always, path: ['quota'], error: quotaText }),
  )

/** Parses the form that creates a key. */
export const parseCreateKey = createFormParser(schema, { lists: ['scopes'] })

/** What the form says about a key, as the keyring takes it. */
export interface KeyOptions {
  readonly name: string
  readonly scopes: Scope[]
  readonly expiresAt: Date | null
  readonly limits: KeyLimit[]
}

/**
 * Makes of a parsed form what the keyring takes.
 *
 * @param now what "in 30 days" counts from
 */
export function toKeyOptions(form: z.output<typeof schema>, now: Date): KeyOptions {
  const { name } = form
  return {
    name,
    scopes: form.scopes,
    expiresAt: expiryOf(form, now),
    limits: toLimits(form),
  }
}

function expiryOf({ expiry, expiresOn = '' }: z.output<typeof schema>, now: Date): Date | null {
  if (expiry === 'never') return null
  if (expiry === 'date') return endOf(expiresOn)
  return new Date(now.getTime() + Number(expiry) * dayMs)
}

/** A key works through the whole of its last day, UTC. */
function endOf(date: string): Date {
  return new Date(Date.parse(`${date}T00:00:00Z`) + dayMs)
}

function isDateAhead(date: string | undefined): boolean {
  if (!z.safeParse(z.iso.date(), date).success) return false
  const ms = endOf(date ?? '').getTime() - Date.now()
  return ms > 0 && ms <= furthestExpiryMs
}
