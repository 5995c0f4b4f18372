import { describe, expect, it } from 'vitest'
import * as z from 'zod/mini'
import { createFormParser, keepValues } from './form.ts'

const schema = z.object({
  name: z.string('Give it a name.').check(z.trim(), z.minLength(1, 'Give it a name.')),
  scopes: z.array(z.enum(['read', 'write'], 'There is no such scope.')),
})
const parse = createFormParser(schema, { lists: ['scopes'] })

function makeForm(...fields: [string, string][]): FormData {
  const form = new FormData()
  for (const [name, value] of fields) form.append(name, value)
  return form
}

describe('createFormParser', () => {
  it('gives what the schema makes of the fields, and drops others', () => {
    const form = makeForm(['name', ' CI '], ['scopes', 'read'], ['scopes', 'write'], ['$ACTION_ID', 'x'])
    expect(parse(form)).toEqual({ ok: true, data: { name: 'CI', scopes: ['read', 'write'] } })
  })

  it('takes a list without members for an empty one', () => {
    expect(parse(makeForm(['name', 'CI']))).toEqual({ ok: true, data: { name: 'CI', scopes: [] } })
  })

  it('names each field that is wrong, a member of a list by the list', () => {
    expect(parse(makeForm(['name', ' '], ['scopes', 'read'], ['scopes', 'admin']))).toEqual({
      ok: false,
      fieldErrors: { name: ['Give it a name.'], scopes: ['There is no such scope.'] },
    })
  })

  it('refuses a field that is missing, and one that is a file', () => {
    const form = makeForm()
    expect(parse(form)).toEqual({ ok: false, fieldErrors: { name: ['Give it a name.'] } })
    form.append('name', new Blob(['CI']))
    expect(parse(form)).toEqual({ ok: false, fieldErrors: { name: ['Give it a name.'] } })
  })
})

describe('keepValues', () => {
  it('keeps the fields that are named, and of a list all that was chosen', () => {
    const form = makeForm(['name', ' CI '], ['scopes', 'read'], ['scopes', 'write'], ['password', 'secret'])
    expect(keepValues(form, ['name', 'scopes', 'grace'])).toEqual({ name: ' CI ', scopes: 'read write' })
  })

  it('keeps no file', () => {
    const form = makeForm()
    form.append('name', new Blob(['CI']))
    expect(keepValues(form, ['name'])).toEqual({})
  })
})
