import { expect, it } from 'vitest'
import { isKeyLimitReached } from './key-limit-error.ts'

it('finds what the database raised, however deep', () => {
  const raised = { code: 'PT409', message: 'An owner has at most 25 API keys' }
  expect(isKeyLimitReached(raised)).toBe(true)
  expect(isKeyLimitReached(new Error('failed', { cause: new Error('failed', { cause: raised }) }))).toBe(true)
})

it.each([undefined, null, 'PT409', new Error('PT409'), { code: '23505' }, new Error('x', { cause: 'PT409' })])(
  'takes nothing else for it: %s',
  (error) => {
    expect(isKeyLimitReached(error)).toBe(false)
  },
)
