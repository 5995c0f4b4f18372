import { expect, it } from 'vitest'
import { parseSearchQuery } from './search-query.ts'

const text = (name: 'email' | 'name' | 'phone') => ({ kind: 'text', name })

it.each([
  [`email:'a@b.co'`, { field: text('email'), operator: ':', value: 'a@b.co', negated: false }],
  [`email:"a@b.co"`, { field: text('email'), operator: ':', value: 'a@b.co', negated: false }],
  [`name~'Ada'`, { field: text('name'), operator: '~', value: 'Ada', negated: false }],
  [`-phone:'1'`, { field: text('phone'), operator: ':', value: '1', negated: true }],
  [`name:'it\\'s'`, { field: text('name'), operator: ':', value: "it's", negated: false }],
  [`name:null`, { field: text('name'), operator: ':', value: null, negated: false }],
  [`metadata['a']:'1'`, { field: { kind: 'metadata', key: 'a' }, operator: ':', value: '1', negated: false }],
  [`metadata["a b"]:null`, { field: { kind: 'metadata', key: 'a b' }, operator: ':', value: null, negated: false }],
  [`created>=5`, { field: { kind: 'created' }, operator: '>=', value: '5', negated: false }],
  [`created:5`, { field: { kind: 'created' }, operator: ':', value: '5', negated: false }],
])('%s is one clause', (query, clause) => {
  expect(parseSearchQuery(query)).toEqual({ combinator: 'and', clauses: [clause] })
})

it.each([
  [`name:'a' AND email:'b'`, 'and'],
  [`name:'a' and email:'b'`, 'and'],
  [`name:'a' email:'b'`, 'and'],
  [`name:'a' OR email:'b'`, 'or'],
])('%s is two clauses joined by %s', (query, combinator) => {
  const parsed = parseSearchQuery(query)
  expect(parsed.combinator).toBe(combinator)
  expect(parsed.clauses).toHaveLength(2)
})

it.each([
  ['', /empty/],
  ['   ', /empty/],
  ['email', /unable to parse/],
  [`email:'open`, /unable to parse/],
  [`(email:'a')`, /unable to parse/],
  [`email:'a' AND`, /unable to parse/],
  [`AND email:'a'`, /unable to parse/],
  [`email:'a'email:'b'`, /unable to parse/],
  [`email:unquoted`, /in quotes/],
  [`city:'Rome'`, /unsupported search field/],
  [`metadata:'a'`, /unsupported search field/],
  [`email['a']:'b'`, /unsupported search field/],
  [`metadata['a']~'abc'`, /exact values only/],
  [`name~'ab'`, /at least 3 characters/],
  [`name>'ab'`, /is for numbers/],
  [`created>'soon'`, /takes a number/],
  [`created~'123'`, /takes a number/],
  [`name:'a' AND name:'b' OR name:'c'`, /cannot be combined/],
  [Array.from({ length: 11 }, () => `name:'a'`).join(' '), /up to 10 clauses/],
])('%s is refused', (query, message) => {
  expect(() => parseSearchQuery(query)).toThrow(message)
})
