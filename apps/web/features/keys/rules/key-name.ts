import * as z from 'zod/mini'

const maximumLength = 100
const plainText =
  /^(?=$|.*[^\p{Z}\p{M}])(?:[^\p{C}\p{DI}\u2028-\u2029\u2800]|\p{Emoji}\ufe0f|(?<=[\p{Lo}\p{M}\p{ExtPict}\p{EMod}])[\u200c\u200d](?=[\p{Lo}\p{M}\p{ExtPict}\p{EMod}]))*$/u

/** The name of a key: the rules of the keyring, with messages for the form. */
export const keyNameSchema = z.string('Enter a name.').check(
  z.trim(),
  z.minLength(1, 'Enter a name.'),
  z.refine((name) => Array.from(name).length <= maximumLength, `Use at most ${maximumLength} characters.`),
  z.regex(plainText, 'Use visible characters only.'),
)
