import { redactEmails } from '@routekey/stripe-customers/redact-emails'

/** The names of fields whose value is never logged. It errs on the side of caution: `tokenExpiresAt` matches as well. */
const hiddenName =
  /pass(word|wd|phrase)|secret|token|authori[sz]ation|cookie|api[-_]?key|signature|credential|e[-_]?mail/i

/** Patterns of secrets, which may be in any text, and their replacements. */
const hiddenText: readonly (readonly [RegExp, string])[] = [
  // Queries before keys, because a key in a query can have any shape.
  [/([?&][\w.~-]+=)[^&\s'"]+/g, '$1[hidden]'],
  // Headers with all that they list, and fields of JSON or of a form.
  [/\b((?:set-)?cookie"?\s*[:=]\s*)[^\r\n]+/gi, '$1[hidden]'],
  [/\b((?:proxy-)?authorization"?\s*[:=]\s*)(?!"?(?:Bearer|Basic)\b)[^\s,;]+/gi, '$1[hidden]'],
  [
    /(?<![\w-])((?:[\w-]*(?:api[-_]?key|secret|token|password|signature)|apikey)"?\s*[:=]\s*)("[^"]*"|'[^']*'|[^\s,;&]+)/gi,
    '$1[hidden]',
  ],
  [/\b(Bearer|Basic)\s+[\w.~+/=-]+/gi, '$1 [hidden]'],
  [/((?:__Host-|__Secure-)?routekey-[\w.-]+=)[^;\s]+/g, '$1[hidden]'],
  [/\b(?:sk|rk|pk)_(?:test|live|user)_\w+|\b(?:rk|whsec)_[\w+/=]{6,}|\bsb_(?:secret|publishable)_\w+/g, '[hidden]'],
  // Keys with any prefix. The ids of Stripe are shorter.
  [/\b[A-Za-z][A-Za-z\d]*(?:_[A-Za-z\d]+)*_[A-Za-z\d]{30,}\b/g, '[hidden]'],
  [/\beyJ[\w-]+\.[\w-]+\.[\w-]*|\bbase64-[\w+/=-]{8,}/g, '[hidden]'],
  // 256 bits in hexadecimal or base64, like the secrets of the routes.
  [/\b[0-9a-f]{64}\b/gi, '[hidden]'],
  [/(?<![\w-])(?=[\w-]*\d)(?=[\w-]*[a-z])(?=[\w-]*[A-Z])[\w-]{43}(?![\w-])=?/g, '[hidden]'],
]

/** Nobody reads deeper fields in a log. */
const maxDepth = 5

/**
 * Redacts secrets and email addresses in the fields of a log line, by the name of the field and inside every text. It is a
 * last resort: callers must not pass secrets.
 */
export function redact(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return redactFields(fields, maxDepth)
}

/** Redacts secrets and email addresses in a text. */
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
  // Without its members, such as a request or a row.
  if (value instanceof Error) return redactText(`${value.name}: ${value.message}`)
  if (depth <= 0) return '[deep]'
  return Array.isArray(value) ? value.map((item) => redactValue(item, depth - 1)) : redactFields(value, depth)
}
