import type { Node, Program } from 'oxc-parser'
import { visitorKeys } from 'oxc-parser'

import { parseFile } from '../parse/parse-file.ts'
import { propertyName } from '../parse/property-name.ts'
import { type Data, readData, readTexts } from '../parse/read-data.ts'
import { readText } from '../resolve/read-file.ts'

/** Reads the list `pageExtensions` of a `next.config`. Null without one. */
export function readPageExtensions(config: string | null): readonly string[] | null {
  const source = config === null ? null : readText(config)
  if (config === null || source === null || !source.includes('pageExtensions')) return null
  const texts = readTexts(findProperty(parseFile(config, source).program, 'pageExtensions'))
  return texts.length === 0 ? null : texts
}

/** Finds the data of the first property with a name, at any depth. */
export function findProperty(program: Program, name: string): Data {
  let found: Data
  visit(program, (node) => {
    if (found === undefined && node.type === 'Property' && propertyName(node) === name && isExpression(node.value)) {
      found = readData(node.value)
    }
  })
  return found
}

type Value = Parameters<typeof readData>[0]

const isExpression = (node: Node): node is Value =>
  node.type !== 'AssignmentPattern' && node.type !== 'ObjectPattern' && node.type !== 'ArrayPattern'

/** Visits a node and everything in it, without recursion, because long chains are deep. */
export function visit(root: Node, use: (node: Node) => void): void {
  const stack: Node[] = [root]
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    use(node)
    for (const key of visitorKeys[node.type] ?? []) {
      const child: unknown = Reflect.get(node, key)
      for (const item of Array.isArray(child) ? child.toReversed() : [child]) if (isNode(item)) stack.push(item)
    }
  }
}

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string'
