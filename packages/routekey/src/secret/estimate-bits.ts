import { isPublished } from './published-secrets.ts'

/** The least that a secret needs, by {@link estimateBits}. */
export const minimumSecretBits = 128

// What people write into a value that someone else should replace. Each has six letters or more, because a shorter word occurs by
// chance: 22 random letters and digits hold one of these once in ten million secrets.
const placeholder = /secret|password|change|replace|example|default|random|string|charact|generat|minimum|product/gi

// Letters of one case alone, or three words or more with separators or a capital between them. It needs 25 characters, because
// 22 random ones look like words once in a hundred thousand times.
const words =
  /^(?:[a-z]+|[A-Z]+|(?=.{25})(?:(?:(?=[A-Z]?[a-z]*[aeiouy]|[AEIOU])[A-Z]?[a-z]+|[A-Z]{3,}(?![A-Za-z]))(?:\d*[\W_][\W\d_]*|(?=[A-Z])|\d*$)){3,})$/

// Syntax that something should have expanded: a template, an expression, a reference to a store of secrets.
const unexpanded = /^(?:[${]\{.*\w\}+|\$\(.* .*|(?:process\.|import\.meta\.)?env[.[(].*|[a-z+]+:\/\/.*)$/i

// Shorter matches happen by chance: 32 random hex digits repeat 8 of them once in ten million secrets.
const repeated = /(.{8,40})(?=.*\1)/gs

// More than any random secret needs. It bounds the work.
const longestText = 500

const hex = /^[\da-f]+$/i

const lengthWithoutRepeats = (text: string) => text.replaceAll(repeated, '').length

/** Maps each pair of neighbours to their distance, so that `abcdef…` and `2468…` become runs of one character. */
const steps = (text: string) =>
  text.replaceAll(/.(?=(.))/gs, (character, next: string) =>
    String.fromCharCode(0x8000 + next.charCodeAt(0) - character.charCodeAt(0)),
  )

/** The size of the alphabet that a text uses, or how many characters it has if they are few. */
function alphabetSize(text: string): number {
  // Letters of one case count as both, because 22 characters of base64 have no letter of one case once in fifty thousand times.
  const size = /^\d+$/.test(text) ? 10 : hex.test(text) ? 16 : 62 + new Set(text.replaceAll(/[a-z\d]/gi, '')).size
  const distinct = new Set(text).size
  return distinct < Math.min(size, text.length) / 3 ? distinct : size
}

/**
 * Estimates the bits of a secret from its length, alphabet and variety, and from the words that placeholders have. It cannot know
 * how the secret was generated: a long secret that is published somewhere gets a high estimate, unless it is one of those that
 * templates and standards ship.
 */
export function estimateBits(secret: string): number {
  const whole = secret.slice(0, longestText)
  const joined = whole.replaceAll(/[-_.:]/g, '')
  // Groups of hex digits, such as a UUID, have the bits of the digits, and no words.
  const isHex = hex.test(joined)
  const text = isHex ? joined : whole
  const bits = Math.log2(alphabetSize(text) || 1)
  const length = Math.min(lengthWithoutRepeats(text), lengthWithoutRepeats(steps(text)))
  const plain = joined.replaceAll(/[\da-f]{16,}/gi, '')
  const spelled = plain.replaceAll(/[\d@$]/g, (character) => 'oizeasgtbgas'['0123456789@$'.indexOf(character)] ?? '')
  // One word may be the name before random characters, which seldom have six letters of one case in a row.
  const count = spelled.match(placeholder)?.length
  const isName = count === 1 && plain.match(placeholder) !== null
  const found =
    !isHex && words.test(whole)
      ? spelled.match(/[a-z]+/gi)
      : isName
        ? plain.match(/[A-Za-z][a-z]{5,}|[A-Z]{6,}/g)
        : count && spelled.match(/[A-Za-z][a-z]{3,}|[A-Z]{4,}/g)
  const inWords = found ? found.join('').length + whole.length - joined.length : 0
  // Ten words from a list of 7,776 have 129 bits in about 61 characters, and those of a placeholder less.
  const loss = inWords * Math.max(0, bits - (count && !isName ? 1.5 : 2.1))
  return unexpanded.test(secret) || isPublished(secret) ? 0 : Math.max(0, Math.floor(length * bits - loss))
}
