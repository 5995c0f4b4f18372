import * as z from 'zod/mini'

/** The name of a key, as its owner types it: what the keyring takes, said in words of the form. */
export const keyNameSchema = z
  .string('Give the key a name.')
  .check(
    z.trim(),
    z.minLength(1, 'Give the key a name.'),
    z.maxLength(100, 'Use at most 100 characters.'),
    z.regex(/^\P{Cc}*$/u, 'Use letters, digits, spaces and signs.'),
  )
