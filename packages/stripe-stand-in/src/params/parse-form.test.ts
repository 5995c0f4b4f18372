import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { StripeErrorReply } from '../stripe-error-reply.ts'
import { parseForm } from './parse-form.ts'

const plain = (text: string): unknown => JSON.parse(JSON.stringify(parseForm(text)))

it.each([
  ['', {}],
  ['email=a%40b.co&name=Ada+L', { email: 'a@b.co', name: 'Ada L' }],
  ['metadata[a]=1&metadata[b]=2', { metadata: { a: '1', b: '2' } }],
  ['metadata%5Ba%5D=1', { metadata: { a: '1' } }],
  ['shipping[address][city]=Rome', { shipping: { address: { city: 'Rome' } } }],
  ['expand[0]=a&expand[1]=b', { expand: { 0: 'a', 1: 'b' } }],
  ['expand[]=a&expand[]=b', { expand: { 0: 'a', 1: 'b' } }],
  [
    'items[][price]=a&items[][quantity]=2&items[][price]=b',
    { items: { 0: { price: 'a', quantity: '2' }, 1: { price: 'b' } } },
  ],
  ['name=first&name=last', { name: 'last' }],
  ['name=', { name: '' }],
])('parses %s as Stripe does', (text, expected) => {
  expect(plain(text)).toEqual(expected)
})

it.each(['metadata[a[b]]=1', 'metadata[a]]=1', 'metadata[a=1', 'metadata[a]b=1'])(
  'refuses square brackets in a metadata key: %s',
  (text) => {
    expect(() => parseForm(text)).toThrow('Metadata keys cannot contain square brackets ([ and ]).')
  },
)

it.each(['[a]=1', 'a[b=1', 'a[__proto__][x]=1', '__proto__[x]=1', `a${'[b]'.repeat(9)}=1`])(
  'refuses a name that no parameter of Stripe has: %s',
  (text) => {
    expect(() => parseForm(text)).toThrow(/Invalid parameter name/)
  },
)

it('parses or refuses any input, and never changes a prototype', () => {
  const piece = fc.constantFrom('a', '[', ']', '[]', '=', '&', '__proto__', 'constructor', '%', '%5B', '0', '[0]', ' ')
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const outcome = outcomeOf(() => parseForm(pieces.join('')))
      expect(outcome instanceof Error ? outcome : null).toSatisfy(
        (error: unknown) => error === null || error instanceof StripeErrorReply,
      )
      expect(Object.keys(Object.prototype)).toEqual([])
    }),
  )
})

it('returns every value that a form can encode unchanged', () => {
  const name = fc.string({ minLength: 1 }).filter((text) => !/[[\]]|^__proto__$/.test(text))
  fc.assert(
    fc.property(fc.dictionary(name, fc.string()), (metadata) => {
      const pairs = Object.entries(metadata).map(([key, value]): [string, string] => [`metadata[${key}]`, value])
      const parsed = parseForm(new URLSearchParams(pairs).toString())['metadata'] ?? {}
      expect(Object.fromEntries(Object.entries(parsed))).toEqual(metadata)
    }),
  )
})

function outcomeOf(work: () => unknown): unknown {
  try {
    return work()
  } catch (error) {
    return error
  }
}
