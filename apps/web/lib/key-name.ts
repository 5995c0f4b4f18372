import * as z from 'zod/mini'

/** The name of a key, as its owner types it: what the keyring takes, said in words of the form. */
export const keyNameSchema = z
  .string('Give the key a name.')
  .check(
    z.trim(),
    z.minLength(1, { error: 'Give the key a name.', abort: true }),
    z.maxLength(100, 'Use at most 100 characters.'),
    z.regex(/^[^\p{Cc}\p{Cs}]+$/u, 'Use letters, digits, spaces and signs.'),
  )
