import { describe, expect, it } from 'vitest'
import * as z from 'zod/mini'
import { createFormParser, keepValues } from './form.ts'

const schema = z.object({
  name: z.string('Enter a name.').check(z.trim(), z.minLength(1, 'Enter a name.')),
  scopes: z.array(z.enum(['read', 'write'], 'Unknown scope.')),
})
const parse = createFormParser(schema, { lists: ['scopes'] })

function makeForm(...fields: [string, string][]): FormData {
  const form = new FormData()
  for (const [name, value] of fields) form.append(name, value)
  return form
}

describe('createFormParser', () => {
  it('returns the output of the schema, and drops other fields', () => {
    const form = makeForm(['name', ' CI '], ['scopes', 'read'], ['scopes', 'write'], ['$ACTION_ID', 'x'])
    expect(parse(form)).toEqual({ ok: true, data: { name: 'CI', scopes: ['read', 'write'] } })
  })

  it('treats a missing list as empty', () => {
    expect(parse(makeForm(['name', 'CI']))).toEqual({ ok: true, data: { name: 'CI', scopes: [] } })
  })

  it('reports each invalid field, and an invalid list item by its list', () => {
    expect(parse(makeForm(['name', ' '], ['scopes', 'read'], ['scopes', 'admin']))).toEqual({
      ok: false,
      fieldErrors: { name: ['Enter a name.'], scopes: ['Unknown scope.'] },
    })
  })

  it('refuses a missing field and a file', () => {
    const form = makeForm()
    expect(parse(form)).toEqual({ ok: false, fieldErrors: { name: ['Enter a name.'] } })
    form.append('name', new Blob(['CI']))
    expect(parse(form)).toEqual({ ok: false, fieldErrors: { name: ['Enter a name.'] } })
  })
})

describe('keepValues', () => {
  it('keeps the named fields, and all items of a list', () => {
    const form = makeForm(['name', ' CI '], ['scopes', 'read'], ['scopes', 'write'], ['password', 'secret'])
    expect(keepValues(form, ['name', 'scopes', 'grace'])).toEqual({ name: ' CI ', scopes: 'read write' })
  })

  it('does not keep files', () => {
    const form = makeForm()
    form.append('name', new Blob(['CI']))
    expect(keepValues(form, ['name'])).toEqual({})
  })
})
