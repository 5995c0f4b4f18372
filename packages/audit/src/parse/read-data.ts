import type { Expression } from 'oxc-parser'

import { parseFile } from './parse-file.ts'
import { propertyName } from './property-name.ts'

/** Data that a literal describes. Anything else, such as a call, is `undefined`. */
export type Data = string | number | boolean | null | undefined | readonly Data[] | { readonly [name: string]: Data }

/** Parses JSON that may have comments and trailing commas, as in `tsconfig.json`. Returns `undefined` for other text. */
export function parseData(text: string): Data {
  const [statement] = parseFile('data.js', `(${text}\n)`).program.body
  return statement?.type === 'ExpressionStatement' ? readData(statement.expression) : undefined
}

/** Reads the data that a literal describes. */
export function readData(node: Expression): Data {
  switch (node.type) {
    case 'Literal':
      return typeof node.value === 'object' || typeof node.value === 'bigint' ? null : node.value
    case 'TemplateLiteral':
      return node.expressions.length === 0 ? node.quasis[0]?.value.cooked : undefined
    case 'ArrayExpression':
      return node.elements.map((element) =>
        element === null || element.type === 'SpreadElement' ? undefined : readData(element),
      )
    case 'ObjectExpression': {
      const entries = node.properties.flatMap((property) => {
        const name = property.type === 'Property' ? propertyName(property) : null
        return property.type === 'Property' && name !== null ? [[name, readData(property.value)] as const] : []
      })
      return Object.fromEntries(entries)
    }
    case 'TSAsExpression':
    case 'TSSatisfiesExpression':
      return readData(node.expression)
    default:
      return undefined
  }
}

/** Reads a member of an object. Returns `undefined` for other data. */
export function readMember(data: Data, name: string): Data {
  return typeof data === 'object' && data !== null && !isList(data) && Object.hasOwn(data, name)
    ? data[name]
    : undefined
}

/** Whether data is a list. */
export function isList(data: Data): data is readonly Data[] {
  return Array.isArray(data)
}

/** The texts in a list, or the text itself. */
export function readTexts(data: Data): readonly string[] {
  return (isList(data) ? data : [data]).filter((item) => typeof item === 'string')
}
