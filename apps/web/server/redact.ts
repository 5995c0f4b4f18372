import { redactEmails } from '@routekey/stripe-customers/redact-emails'

/** The names of fields whose value is never logged. It errs on the side of caution: `tokenExpiresAt` matches as well. */
const hiddenName =
  /pass(word|wd|phrase)|secret|token|authori[sz]ation|cookie|api[-_]?key|signature|credential|e[-_]?mail/i

/** The names in a text, such as a header, whose value is hidden. Addresses are hidden by their form. */
const hiddenTextName =
  /pass(word|wd|phrase)|secret|token|authori[sz]ation|cookie|(api|access|private)[-_]?key|signature|credential|verifier|^routekey-/i
/** A name, as in a header, a query, JSON, or what Node.js prints of an object, a map or a list of headers. */
const namePattern = /(?<![\w-])([\w-]+)(?:\\*["'`]?\s*(?:=>|[:=]|%3[ad])\s*|["']\s*,\s*(?=["']))/gi
const quoted = String.raw`"(?:[^"\\]|\\.)*"?|'(?:[^'\\]|\\.)*'?|${'`'}(?:[^${'`'}\\]|\\.)*${'`'}?|\\+["'][^"']*["']?`
const listed = String.raw`\[(?:${quoted}|[^\]])*\]?|\{(?:${quoted}|[^}])*\}?`
const valuePattern = new RegExp(String.raw`${quoted}|${listed}|[^\s,;&]*(?:,\s*[^\s,;&]+)*`, 'sy')
/** These headers have spaces in their values. The scheme stays. */
const lineName = /authori[sz]ation|cookie/i
const linePattern = new RegExp(String.raw`${quoted}|${listed}|(?<scheme>(?:Bearer|Basic)\s+)?[^\r\n]*`, 'siy')

/** Patterns of secrets, which may be in any text, and their replacements. */
const hiddenText: readonly (readonly [RegExp, string])[] = [
  [/\b(Bearer|Basic|ApiKey)\s+[\w.~+/=-]+/gi, '$1 [hidden]'],
  [/((?:__Host-|__Secure-)?routekey-[\w.-]+=)[^;\s]+/g, '$1[hidden]'],
  [/\b(?:sk|rk|pk)_(?:test|live|user)_\w+|\b(?:rk|whsec)_[\w+/=]{6,}|\bsb_(?:secret|publishable)_\w+/g, '[hidden]'],
  // Keys with any prefix. The ids of Stripe are shorter.
  [/\b[A-Za-z][A-Za-z\d]*(?:_[A-Za-z\d]+)*_[A-Za-z\d]{30,}\b/g, '[hidden]'],
  [/\beyJ[\w-]+\.[\w-]+\.[\w-]*|\bbase64-[\w+/=-]{8,}/g, '[hidden]'],
  // 224 or more bits in hexadecimal, like the hash of a token, or 256 in base64, like the secrets of the routes.
  [/\b[0-9a-f]{56,}\b/gi, '[hidden]'],
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
  // Queries before names, because a key in a query can have any name.
  const named = hideNamed(hideAddresses(text).replaceAll(/([?&][\w.~-]+=)[^&\s'"]+/g, '$1[hidden]'))
  return hiddenText.reduce((current, [pattern, replacement]) => current.replace(pattern, replacement), named)
}

/** Also addresses whose `@` is encoded or wide. Each begins where one can begin only, so that the time stays linear. */
function hideAddresses(text: string): string {
  return redactEmails(text).replaceAll(
    /(?<![^\s'"<>:=&?/,;@])[^\s'"<>:=&?/,;@]+(?:%(?:25)*40|\uff20)[^\s'"<>:=&?/,;@]+/gi,
    '[e-mail]',
  )
}

/** Hides the values of the names that stand for a secret. The values of other names are searched as well. */
function hideNamed(text: string): string {
  let result = ''
  let from = 0
  for (const { 0: prefix, 1: name = '', index } of text.matchAll(namePattern)) {
    if (index < from || !hiddenTextName.test(name)) continue
    const start = index + prefix.length
    const pattern = lineName.test(name) ? linePattern : valuePattern
    pattern.lastIndex = start
    const match = pattern.exec(text)
    if (match === null || match[0].trim() === '') continue
    result += `${text.slice(from, start)}${match.groups?.['scheme'] ?? ''}[hidden]`
    from = start + match[0].length
  }
  return result + text.slice(from)
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
