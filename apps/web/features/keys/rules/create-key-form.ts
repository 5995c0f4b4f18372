import type { KeyLimit } from 'routekey'
import * as z from 'zod/mini'
import { createFormParser } from '#forms/form.ts'
import { isLimit, limitShape, quotaText, toLimits } from './key-limit.ts'
import { keyNameSchema } from './key-name.ts'
import { type Scope, scopes } from './key-rules.ts'

const dayMs = 86_400_000
const furthestExpiryMs = 10 * 365 * dayMs

const dateText = 'Choose a date from today to ten years from now.'

// The checks of two fields together run even if other fields are invalid, to report all errors at once.
const always = { when: () => true }
const schema = z
  .object({
    name: keyNameSchema,
    scopes: z
      .array(z.enum(scopes, 'Unknown scope.'))
      .check(z.minLength(1, 'Choose at least one scope.'), z.maxLength(scopes.length, 'Choose each scope only once.')),
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

/** The options of a new key for the keyring. */
export interface KeyOptions {
  readonly name: string
  readonly scopes: Scope[]
  readonly expiresAt: Date | null
  readonly limits: KeyLimit[]
}

/**
 * Turns the parsed form into options for the keyring.
 *
 * @param now the start of "in 30 days"
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

/** A key works until the end of its last day in UTC. */
function endOf(date: string): Date {
  return new Date(Date.parse(`${date}T00:00:00Z`) + dayMs)
}

function isDateAhead(date: string | undefined): boolean {
  if (!z.safeParse(z.iso.date(), date).success) return false
  const ms = endOf(date ?? '').getTime() - Date.now()
  return ms > 0 && ms <= furthestExpiryMs
}
