import { z } from 'zod'
import { invalidParam } from '../stripe-error-reply.ts'

const maxKeys = 50
const maxKeyLength = 40
const maxValueLength = 500

/** A change of metadata: null unsets all keys, an empty value unsets its key. */
export type MetadataChange = Readonly<Record<string, string>> | null

/** Describes `metadata[key]=value`, or `metadata=` to unset all keys. */
export function metadataParam() {
  return z.preprocess(
    (value) => (value === '' ? null : value),
    z
      .record(z.string(), z.string())
      .superRefine((metadata, ctx) => {
        for (const [key, value] of Object.entries(metadata)) {
          const message = keyProblem(key) ?? valueProblem(value)
          if (message !== null) ctx.addIssue({ code: 'custom', message })
        }
      })
      .nullable(),
  )
}

/**
 * Merges a change into the present metadata.
 *
 * @throws StripeErrorReply 400 when the result has more than 50 keys
 */
export function mergeMetadata(
  present: Readonly<Record<string, string>>,
  change: MetadataChange,
): Record<string, string> {
  if (change === null) return {}
  const merged = Object.fromEntries(Object.entries({ ...present, ...change }).filter(([, value]) => value !== ''))
  const count = Object.keys(merged).length
  if (count > maxKeys) {
    throw invalidParam('metadata', `Metadata can have up to ${maxKeys} keys, but you've set ${count}.`)
  }
  return merged
}

function keyProblem(key: string): string | null {
  const length = Array.from(key).length
  if (length === 0) return 'Metadata keys cannot be empty.'
  if (length <= maxKeyLength) return null
  const limit = `Metadata keys can have up to ${maxKeyLength} characters`
  return `${limit}, but you passed in a key that is ${length} characters. Invalid key: ${key}`
}

function valueProblem(value: string): string | null {
  const length = Array.from(value).length
  if (length <= maxValueLength) return null
  const limit = `Metadata values can have up to ${maxValueLength} characters`
  return `${limit}, but you passed in a value that is ${length} characters. Invalid value: ${value}`
}
