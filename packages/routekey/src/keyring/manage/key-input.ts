import { RoutekeyError } from '../../errors.ts'
import { checkWholeNumber } from '../../check-whole-number.ts'
import { parseIpRange } from '../verify/ip-range.ts'
import type { JsonValue, KeyLimit } from '../model/key-record.ts'
import type { KeyUpdate } from '../model/key-store.ts'
import { maximumWindowSeconds } from '../verify/limiter.ts'
import { checkScopes } from '../model/scopes.ts'

type Metadata = Readonly<Record<string, JsonValue>>

/** The properties of a key that an application sets. */
export interface KeyInput<Granted extends string = string> {
  /** 1 to 100 code points, one of them visible, and no invisible ones, except for joiners in emoji and in scripts that need them. */
  readonly name?: string
  readonly scopes?: readonly Granted[]
  /** At most 10. */
  readonly limits?: readonly KeyLimit[]
  /** Addresses and CIDR ranges, IPv4 and IPv6; at most 100. Empty for any address. */
  readonly allowedIps?: readonly string[]
  /** JSON of at most 16,384 characters. */
  readonly metadata?: Metadata
  /** In the future, before the year 10000; null for never. */
  readonly expiresAt?: Date | null
}

// Postgres accepts neither NUL nor a lone surrogate, a control character can forge a line in a log, and an invisible one can make a name
// look like another or like none: format characters, fillers (DI), the blank Braille pattern, and what has no meaning yet (Co, Cn).
// Joiners are only accepted in emoji and between letters without case, as in Persian and Hindi, and U+FE0F after an emoji.
const plainText =
  /^(?=.*[^\p{Z}\p{M}])([^\p{C}\p{DI}\u2028-\u2029\u2800]|\p{Emoji}\ufe0f|(?<=[\p{Lo}\p{M}\p{ExtPict}\p{EMod}])\p{Join_C}(?=[\p{Lo}\p{M}\p{ExtPict}\p{EMod}]))+$/u
const unstorableJson = /(?<!\\)(\\\\)*\\u(0000|d[89a-f])/
const limitName = /^[\w.-]{1,64}$/

const refuse = (message: string): never => {
  throw new RoutekeyError('ERR_KEY_VALUE', message)
}

/**
 * Checks that text can be stored and shown.
 *
 * @param maximumLength in code points, as Postgres counts
 * @throws `ERR_KEY_VALUE`
 */
export function checkText(what: string, text: string, maximumLength: number): string {
  if (typeof text !== 'string' || Array.from(text).length > maximumLength || !plainText.test(text)) {
    refuse(`${what} must be 1 to ${maximumLength} visible characters.`)
  }
  return text
}

/** @throws `ERR_KEY_VALUE` */
export const checkName = (name: string) => checkText('The name', name, 100)

function checkSize(list: readonly unknown[], maximum: number, what: string): void {
  if (list.length > maximum) refuse(`A key can have at most ${maximum} ${what}.`)
}

function checkScopeList(scopes: readonly string[]): readonly string[] {
  checkSize(scopes, 100, 'scopes')
  checkScopes(scopes, 'granted')
  return [...new Set(scopes)]
}

function checkLimits(limits: readonly KeyLimit[]): readonly KeyLimit[] {
  checkSize(limits, 10, 'limits')
  if (new Set(limits.map(({ name }) => name)).size < limits.length) refuse('limits must have unique names.')
  return limits.map(({ name, quota, windowSeconds }) => {
    if (!limitName.test(name))
      refuse(`${JSON.stringify(name)} is not a valid limit name. Use 1 to 64 of A-Z a-z 0-9 _ . -`)
    checkWholeNumber('ERR_KEY_VALUE', `The quota of ${name}`, quota)
    checkWholeNumber('ERR_KEY_VALUE', `windowSeconds of ${name}`, windowSeconds, maximumWindowSeconds)
    return { name, quota, windowSeconds }
  })
}

function checkIps(ips: readonly string[]): readonly string[] {
  checkSize(ips, 100, 'IP addresses')
  for (const ip of ips) {
    if (typeof ip !== 'string' || parseIpRange(ip) === null)
      refuse(`${JSON.stringify(ip)} is not a valid IP address or range.`)
  }
  return ips
}

function checkMetadata(metadata: Metadata): Metadata {
  // A function has no JSON.
  const json: string | undefined = JSON.stringify(metadata)
  if (!json?.startsWith('{') || json.length > 16_384 || unstorableJson.test(json)) {
    refuse('metadata must be an object of at most 16384 characters of JSON, without NUL and lone surrogates.')
  }
  return metadata
}

function checkExpiry(expiresAt: Date | null, now: Date): Date | null {
  // The negation also catches invalid dates. Postgres cannot read the six digits that ISO 8601 uses for later years.
  if (expiresAt !== null && !(expiresAt > now && expiresAt.getUTCFullYear() < 10_000)) {
    refuse('expiresAt must be in the future and before the year 10000.')
  }
  return expiresAt
}

/**
 * Checks the properties of a key, and drops unknown ones.
 *
 * @throws `ERR_KEY_VALUE`, `ERR_KEY_SCOPE`
 */
export function checkKeyInput(values: KeyInput, now: Date): KeyUpdate {
  const { name, scopes, limits, allowedIps, metadata, expiresAt } = values
  return {
    ...(name !== undefined && { name: checkName(name) }),
    ...(scopes !== undefined && { scopes: checkScopeList(scopes) }),
    ...(limits !== undefined && { limits: checkLimits(limits) }),
    ...(allowedIps !== undefined && { allowedIps: checkIps(allowedIps) }),
    ...(metadata !== undefined && { metadata: checkMetadata(metadata) }),
    ...(expiresAt !== undefined && { expiresAt: checkExpiry(expiresAt, now) }),
  }
}
