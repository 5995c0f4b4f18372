import * as z from 'zod/mini'

const maximumLength = 100
const plainText =
  /^(?:[^\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]|(?<=[\p{Lo}\p{M}\p{ExtPict}\p{EMod}])[\u200c\u200d](?=[\p{Lo}\p{M}\p{ExtPict}\p{EMod}]))*$/u

/** The name of a key: the rules of the keyring, with messages for the form. */
export const keyNameSchema = z.string('Enter a name.').check(
  z.trim(),
  z.minLength(1, 'Enter a name.'),
  z.refine((name) => Array.from(name).length <= maximumLength, `Use at most ${maximumLength} characters.`),
  z.regex(plainText, 'Remove the invisible characters.'),
)
