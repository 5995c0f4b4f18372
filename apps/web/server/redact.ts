import { redactEmails } from '@routekey/stripe-customers/redact-emails'

/** Fields whose value is never written, by their name. `tokenExpiresAt` goes too: rather one too many. */
const hiddenName =
  /pass(word|wd|phrase)|secret|token|authori[sz]ation|cookie|api[-_]?key|signature|credential|e[-_]?mail/i

/** Patterns of secrets, which may be in any text, and their replacements. */
const hiddenText: readonly (readonly [RegExp, string])[] = [
  // Queries before keys: a key that is sent in an address is of no known shape.
  [/([?&][\w.~-]+=)[^&\s'"]+/g, '$1[hidden]'],
  [/\b(Bearer|Basic)\s+[\w.~+/=-]+/gi, '$1 [hidden]'],
  [/\b(?:sk|rk|pk)_(?:test|live|user)_\w+|\bwhsec_[\w+/=]+|\bsb_(?:secret|publishable)_\w+/g, '[hidden]'],
  [/\beyJ[\w-]+\.[\w-]+\.[\w-]*/g, '[hidden]'],
  // 256 bits in hexadecimal, as the secrets of the routes are.
  [/\b[0-9a-f]{64}\b/gi, '[hidden]'],
]

/** Deeper, there is nothing that anyone reads in a log. */
const maxDepth = 5

/**
 * Takes secrets and e-mail addresses out of the fields of a log line: by the name of a field, and out of every text. It is
 * the last resort; what is not to be logged is not to be passed here.
 */
export function redact(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return redactFields(fields, maxDepth)
}

/** Takes secrets and e-mail addresses out of a text. */
export function redactText(text: string): string {
  return hiddenText.reduce(
    (current, [pattern, replacement]) => current.replace(pattern, replacement),
    redactEmails(text),
  )
}

function redactFields(fields: object, depth: number): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      hiddenName.test(name) && value !== null && value !== undefined ? '[hidden]' : redactValue(value, depth - 1),
    ]),
  )
}

function redactValue(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return redactText(value)
  if (typeof value === 'bigint') return String(value)
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof Date) return value
  // Its members, such as a request or a row, are not for the log.
  if (value instanceof Error) return redactText(`${value.name}: ${value.message}`)
  if (depth <= 0) return '[deep]'
  return Array.isArray(value) ? value.map((item) => redactValue(item, depth - 1)) : redactFields(value, depth)
}
