import type { FormFields } from './parse-multipart.ts'

/** The state of a form has four levels: the arguments, the state, the errors of its fields, and a list of them. */
const maximumDepth = 5

/**
 * Whether the fields are a call of an action as the client encodes it: a state and a form, or a form alone. React finds a part by the
 * number in its name, so that `00` would replace `0`; no other name is accepted.
 */
export function isValidCall(fields: FormFields): boolean {
  const [root, ...others] = fields.filter(([name]) => !name.startsWith('_1_'))
  if (root?.[0] !== '0' || others.length > 0) return false
  const values = parseList(root[1])
  if (values === null || values.length > 2 || values.at(-1) !== '$K1') return false
  return values.slice(0, -1).every((value) => isPlain(value))
}

/**
 * Whether a form that was sent without scripts names no action, or one, in the shape that the page has given it. Each name counts once,
 * because the framework reads the first of a name, or the last, and does the work of all.
 */
export function isValidForm(fields: FormFields): boolean {
  const controls = new Map<string, string>()
  for (const [name, value] of fields) {
    if (!name.startsWith('$ACTION_')) continue
    if (controls.has(name)) return false
    controls.set(name, value)
  }
  const names = [...controls.keys()]
  if (names.length <= 1) return names.every((name) => /^\$ACTION_ID_[\da-f]{42}$/.test(name))
  const reference = names.find((name) => /^\$ACTION_REF_\d{1,9}$/.test(name)) ?? ''
  const prefix = reference.replace('REF_', '')
  const expected = new Set([reference, `${prefix}:0`, `${prefix}:1`, '$ACTION_KEY'])
  return (
    names.every((name) => expected.has(name)) &&
    /^\{"id":"[\da-f]{42}","bound":"\$@1"\}$/.test(controls.get(`${prefix}:0`) ?? '') &&
    isState(controls.get(`${prefix}:1`) ?? '')
  )
}

/** Whether a text is the list of what a page binds to an action: the state of the form. */
function isState(text: string): boolean {
  const values = parseList(text)
  return values?.length === 1 && isPlain(values[0])
}

function parseList(text: string): unknown[] | null {
  try {
    const value: unknown = JSON.parse(text)
    return Array.isArray(value) ? value : null
  } catch {
    return null
  }
}

/** Whether no text in a value refers to another part of the request. */
function isPlain(value: unknown, depth = 2): boolean {
  if (typeof value === 'string') return /^(?:[^$]|\$\$|\$undefined$|$)/.test(value)
  if (typeof value !== 'object' || value === null) return true
  return depth < maximumDepth && Object.values(value).every((member) => isPlain(member, depth + 1))
}
