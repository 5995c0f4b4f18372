import { expect, it } from 'vitest'

import { publishedSecrets } from '../../test/published-secrets.ts'
import { isPublished } from './published-secrets.ts'

it.each(publishedSecrets)('knows %s, in upper case and without separators too', (secret) => {
  expect(isPublished(secret)).toBe(true)
  expect(isPublished(secret.toUpperCase())).toBe(true)
  expect(isPublished(secret.replaceAll('-', ''))).toBe(true)
  expect(isPublished(`${secret}0`)).toBe(false)
})
