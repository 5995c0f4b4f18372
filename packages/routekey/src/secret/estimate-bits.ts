/** The least that a secret needs, by {@link estimateBits}. */
export const minimumSecretBits = 128

// Parts of the words that people write in the place of a secret, and of walks through the alphabet and over a keyboard.
const placeholder =
  /secret|passw|token|chang|repla|random|super|your|long|this|deploy|xxxx|abcd|efgh|ijkl|qwerty|asdf|zxcv|qaz|wsx|rfv|tgb/g

// A letter whose next letter is a usual one: three of four in words, three of ten in random text.
const likelyLetter = /[aeiou](?=[^aeiouj-kqw-z])|[^aeiouqxjz](?=[aeiou])|[clnprst](?=[hlrst])|n(?=[dg])/g

const without = (text: string, pattern: RegExp) => text.replaceAll(pattern, '')

/**
 * Estimates the bits of a secret from its length, alphabet and variety, and from words. It cannot know how the secret was generated:
 * a random one that is published somewhere gets a high estimate.
 */
export function estimateBits(secret: string): number {
  // Syntax that nothing expanded, addresses of secrets, the digest of nothing, and Django's mark.
  if (/^(\$\{.*}$|[a-z]{2,}:\/\/|arn:|e3b0c44)|insecure/i.test(secret)) return 0
  // Random text counts without the words before it, as in `acme_secret_…`. None needs more characters, and this bounds the work.
  const start = secret.replace(/^([a-z]+_)+(?=[^\W_]{22,}$)/, '').slice(0, 500)
  const digits = without(start, /[-:]/g)
  const isHex = /^[\da-f]+$|[\da-f]{32}/i.test(digits)
  const text = isHex ? digits : start.replaceAll('_', '-')
  // Other characters count as letters and digits, and letters of one case as both: 22 characters of base64 lack the other case
  // once in fifty thousand times.
  const alphabet = /\D/.test(text) ? (isHex ? 16 : 62) : 10
  const variety = new Set(text).size ** 2 / 2
  // Shorter repeats happen by chance: 32 random hex digits repeat 8 of them once in ten million secrets.
  const bits = without(text, /(.{8,40})(?=.*\1)/gs).length * Math.log2(Math.min(alphabet, variety) || 1)

  const letters = without(text.toLowerCase(), /[^a-z]/g)
  const rest = without(letters, placeholder)
  const found = letters.length - rest.length
  const unlikely = without(rest, likelyLetter).length
  const words = text.split(/\b[a-z]{3,}\d*\b/i).length - 1
  // The logarithm of how much better words explain the text than chance does. Random text reaches 12 once in some million times.
  const isText = 1.5 * found + rest.length / 2 - unlikely + 2 * words > 12
  // A letter in its usual place is worth a bit, another one six. Ten words of a list of 7,776 have 129 bits.
  return isText && !isHex ? Math.min(bits, Math.max(rest.length + 5 * unlikely, 14.2 * words - found)) : bits
}
